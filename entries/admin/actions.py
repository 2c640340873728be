"""What can be done to many entries at once, in a number of queries that they do not raise."""

from collections.abc import Callable, Iterator
from functools import partial

from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.contrib.admin.models import CHANGE, LogEntry
from django.db import transaction
from django.utils import timezone

from entries.models import Entry, fold
from entries.models.locking import lock_entries, retry_deadlocks
from entries.models.tagging import current_tags, known_tags, set_tags

from .name_input import TagNamesField, TagNamesInput

# Entries that one transaction changes: whoever else writes waits for no more than these.
MAX_ENTRIES_AT_ONCE = 500


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

    def added(current, known):
        return [
            *current.values(),
            *(name for name in names if known.get(fold(name)) not in current),
        ]

    done, left = retag(request, queryset, names, added, f"Added {listed(names)}.")
    tell(modeladmin, request, done, f"tagged {listed(names)}", left, "tagged so before")


@admin.action(description="Remove tags", permissions=["change"])
def remove_tags(modeladmin, request, queryset):
    names = asked_names(modeladmin, request)
    if not names:
        return

    def without(current, known):
        return [name for tag, name in current.items() if tag not in known.values()]

    done, left = retag(request, queryset, names, without, f"Removed {listed(names)}.")
    tell(modeladmin, request, done, f"freed of {listed(names)}", left, "not tagged so")


ENTRY_ACTIONS = [publish, reject, back_to_draft, add_tags, remove_tags]


def set_status(request, queryset, status: str, log: str) -> tuple[int, int]:
    """Give the entries a status. Returns how many changed and how many had it before."""

    def set_of(pks: list[int]) -> list[int]:
        entries = Entry.objects.filter(pk__in=pks)
        changing = list(entries.exclude(status=status).order_by().values_list("pk", flat=True))
        entries.set_status(status)
        return changing

    return change_each(request, queryset, set_of, log)


def retag(
    request,
    queryset,
    names: list[str],
    change: Callable[[dict[int, str], dict[str, int]], list[str]],
    log: str,
) -> tuple[int, int]:
    """Give each entry the names that `change` makes of its tags (primary key to name, in order).

    `change` also gets the tags that are known by one of `names`: folded name to primary key.
    Returns how many entries changed and how many stayed as they were.
    """

    def retag_these(pks: list[int]) -> list[int]:
        known = known_tags(names)
        wanted = {}
        for pk, current in current_tags(pks).items():
            changed = change(current, known)
            if len(changed) != len(current):
                wanted[pk] = changed
        set_tags(wanted)
        Entry.objects.filter(pk__in=wanted).update(modified_at=timezone.now())
        return list(wanted)

    return change_each(request, queryset, retag_these, log)


def change_each(
    request, queryset, change: Callable[[list[int]], list[int]], log: str
) -> tuple[int, int]:
    """Change entries some at a time, each time in a transaction that others seldom wait for.

    `change` gets the primary keys of entries, which are locked, and returns those that it has
    changed. Returns how many changed and how many did not.
    """

    def change_some(pks: list[int]) -> tuple[int, int]:
        with transaction.atomic():
            locked = lock_entries(pks)
            changed = change(locked)
            keep_in_history(request, changed, log)
        return len(changed), len(locked) - len(changed)

    done = left = 0
    for pks in batches(queryset):
        changed, others = retry_deadlocks(partial(change_some, pks))
        done += changed
        left += others
    return done, left


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
    """The primary keys of the entries in order, as many at a time as are changed at once."""
    pks = sorted(queryset.order_by().values_list("pk", flat=True))
    for start in range(0, len(pks), MAX_ENTRIES_AT_ONCE):
        yield pks[start : start + MAX_ENTRIES_AT_ONCE]


def tell(modeladmin, request, done: int, what: str, left: int, why: str) -> None:
    sentence = f"{done:,} {'entry' if done == 1 else 'entries'} {what}"
    if left:
        sentence += f"; {left:,} {'was' if left == 1 else 'were'} {why}"
    level = messages.SUCCESS if done else messages.WARNING
    modeladmin.message_user(request, sentence + ".", level)


def listed(names: list[str]) -> str:
    return ", ".join(f"“{name}”" for name in names)
