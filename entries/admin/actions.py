"""What can be done to many entries at once, in a number of queries that they do not raise."""

from collections.abc import Callable, Iterator

from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.contrib.admin.models import CHANGE, LogEntry
from django.db import transaction
from django.utils import timezone

from entries.models import Entry, TaggedEntry, TagName, fold
from entries.models.tagging import set_tags

from .names import TagNamesField, TagNamesInput

# Databases limit the parameters of a query: SQLite, as it is mostly built, to 32,766.
BATCH = 10_000


class EntryActionForm(ActionForm):
    """The actions bar, with a line for the tags that are to be added or removed."""

    tag_names = TagNamesField(
        label="Tags:",
        required=False,
        widget=TagNamesInput({"placeholder": "to add or remove"}),
    )


@admin.action(description="Publish", permissions=["change"])
def publish(modeladmin, request, queryset):
    done, left = set_status(request, queryset, Entry.Status.LIVE, "Published.")
    tell(modeladmin, request, done, "published", left, "already live")


@admin.action(description="Reject", permissions=["change"])
def reject(modeladmin, request, queryset):
    done, left = set_status(request, queryset, Entry.Status.REJECTED, "Rejected.")
    tell(modeladmin, request, done, "rejected", left, "already rejected")


@admin.action(description="Back to draft", permissions=["change"])
def back_to_draft(modeladmin, request, queryset):
    done, left = set_status(request, queryset, Entry.Status.DRAFT, "Made a draft again.")
    tell(modeladmin, request, done, "put back to draft", left, "already drafts")


@admin.action(description="Add tags", permissions=["change"])
def add_tags(modeladmin, request, queryset):
    names = asked_names(modeladmin, request)
    if not names:
        return
    known = known_tags(names)

    def added(current):
        return [
            *current.values(),
            *(name for name in names if known.get(fold(name)) not in current),
        ]

    done, left = retag(request, queryset, added, f"Added {listed(names)}.")
    tell(modeladmin, request, done, f"tagged {listed(names)}", left, "tagged so before")


@admin.action(description="Remove tags", permissions=["change"])
def remove_tags(modeladmin, request, queryset):
    names = asked_names(modeladmin, request)
    if not names:
        return
    gone = set(known_tags(names).values())

    def without(current):
        return [name for tag, name in current.items() if tag not in gone]

    done, left = retag(request, queryset, without, f"Removed {listed(names)}.")
    tell(modeladmin, request, done, f"freed of {listed(names)}", left, "not tagged so")


ENTRY_ACTIONS = [publish, reject, back_to_draft, add_tags, remove_tags]


def set_status(request, queryset, status: str, log: str) -> tuple[int, int]:
    """Give the entries a status. Returns how many changed and how many had it before."""
    done = left = 0
    with transaction.atomic():
        for pks in batches(queryset):
            batch = Entry.objects.filter(pk__in=pks)
            changing = list(batch.exclude(status=status).order_by().values_list("pk", flat=True))
            batch.set_status(status)
            keep_in_history(request, changing, log)
            done += len(changing)
            left += len(pks) - len(changing)
    return done, left


def retag(
    request, queryset, change: Callable[[dict[int, str]], list[str]], log: str
) -> tuple[int, int]:
    """Give each entry the names that `change` makes of its tags (primary key to name, in order).

    Returns how many entries changed and how many stayed as they were.
    """
    done = left = 0
    with transaction.atomic():
        for pks in batches(queryset):
            wanted = {}
            for pk, current in current_tags(pks).items():
                names = change(current)
                if len(names) != len(current):
                    wanted[pk] = names
            set_tags(wanted)
            Entry.objects.filter(pk__in=wanted).update(modified_at=timezone.now())
            keep_in_history(request, list(wanted), log)
            done += len(wanted)
            left += len(pks) - len(wanted)
    return done, left


def current_tags(pks: list[int]) -> dict[int, dict[int, str]]:
    """The tags of each entry, in order, by the names that its feed gave them."""
    tags: dict[int, dict[int, str]] = {pk: {} for pk in pks}
    rows = TaggedEntry.objects.filter(content_object__in=pks).order_by("pk")
    for pk, tag, name, term in rows.values_list("content_object_id", "tag_id", "tag__name", "term"):
        tags[pk][tag] = term or name
    return tags


def known_tags(names: list[str]) -> dict[str, int]:
    """The primary keys of the tags with these names, by folded name."""
    known = TagName.objects.filter(folded__in=[fold(name) for name in names])
    return dict(known.values_list("folded", "tag_id"))


def asked_names(modeladmin, request) -> list[str]:
    """The tag names in the actions bar; a message says so when there are none that will do."""
    form = EntryActionForm(request.POST)
    form.fields.pop("action")
    if not form.is_valid():
        modeladmin.message_user(request, form.errors["tag_names"][0], messages.ERROR)
        return []
    names = form.cleaned_data["tag_names"]
    if not names:
        modeladmin.message_user(
            request, "Write the name into the line beside the action.", messages.WARNING
        )
    return names


def keep_in_history(request, pks: list[int], message: str) -> None:
    entries = Entry.objects.filter(pk__in=pks).only("title", "slug", "atom_id").order_by()
    LogEntry.objects.log_actions(request.user.pk, entries, CHANGE, message)


def batches(queryset) -> Iterator[list[int]]:
    """The primary keys of the entries, as many at a time as one query may name."""
    pks = list(queryset.order_by().values_list("pk", flat=True))
    for start in range(0, len(pks), BATCH):
        yield pks[start : start + BATCH]


def tell(modeladmin, request, done: int, what: str, left: int, why: str) -> None:
    sentence = f"{done:,} {'entry' if done == 1 else 'entries'} {what}"
    if left:
        sentence += f"; {left:,} {'was' if left == 1 else 'were'} {why}"
    level = messages.SUCCESS if done else messages.WARNING
    modeladmin.message_user(request, sentence + ".", level)


def listed(names: list[str]) -> str:
    return ", ".join(f"“{name}”" for name in names)
