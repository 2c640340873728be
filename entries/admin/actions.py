"""The actions of the list of entries."""

from functools import partial

from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.contrib.admin.models import CHANGE, LogEntry

from entries.curating import bulk_edits
from entries.models import Entry

from .name_input import TagNamesField, TagNamesInput


class EntryActionForm(ActionForm):
    """The actions bar, with a line for the tags that are to be added or removed."""

    tag_names = TagNamesField(
        label="Tags:",
        required=False,
        widget=TagNamesInput({"placeholder": "to add or remove"}),
    )


@admin.action(description="Publish", permissions=["change"])
def publish(modeladmin, request, queryset):
    record = partial(keep_in_history, request, message="Published.")
    counts = bulk_edits.set_status(queryset, Entry.Status.LIVE, record)
    tell(modeladmin, request, counts, "published", "already live")


@admin.action(description="Reject", permissions=["change"])
def reject(modeladmin, request, queryset):
    record = partial(keep_in_history, request, message="Rejected.")
    counts = bulk_edits.set_status(queryset, Entry.Status.REJECTED, record)
    tell(modeladmin, request, counts, "rejected", "already rejected")


@admin.action(description="Back to draft", permissions=["change"])
def back_to_draft(modeladmin, request, queryset):
    record = partial(keep_in_history, request, message="Made a draft again.")
    counts = bulk_edits.set_status(queryset, Entry.Status.DRAFT, record)
    tell(modeladmin, request, counts, "put back to draft", "already drafts")


@admin.action(description="Add tags", permissions=["change"])
def add_tags(modeladmin, request, queryset):
    names = asked_names(modeladmin, request)
    if names:
        record = partial(keep_in_history, request, message=f"Added {quoted(names)}.")
        counts = bulk_edits.add_tags(queryset, names, record)
        tell(modeladmin, request, counts, f"tagged {quoted(names)}", "tagged so before")


@admin.action(description="Remove tags", permissions=["change"])
def remove_tags(modeladmin, request, queryset):
    names = asked_names(modeladmin, request)
    if names:
        record = partial(keep_in_history, request, message=f"Removed {quoted(names)}.")
        counts = bulk_edits.remove_tags(queryset, names, record)
        tell(modeladmin, request, counts, f"freed of {quoted(names)}", "not tagged so")


ENTRY_ACTIONS = [publish, reject, back_to_draft, add_tags, remove_tags]


def asked_names(modeladmin, request) -> list[str]:
    """The tag names in the actions bar. If there are none, a message tells the editor."""
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


def tell(modeladmin, request, counts: bulk_edits.Counts, what: str, why_not: str) -> None:
    """Tell the editor how many entries were changed, and why others were not."""
    done, left = counts
    sentence = f"{done:,} {'entry' if done == 1 else 'entries'} {what}"
    if left:
        sentence += f"; {left:,} {'was' if left == 1 else 'were'} {why_not}"
    level = messages.SUCCESS if done else messages.WARNING
    modeladmin.message_user(request, sentence + ".", level)


def quoted(names: list[str]) -> str:
    return ", ".join(f"“{name}”" for name in names)
