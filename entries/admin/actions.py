"""Actions of the list of entries: publish, reject, back to draft, add and remove tags."""

from functools import partial

from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.contrib.admin.models import CHANGE, LogEntry

from entries.curating import bulk_edits
from entries.models import Entry

from .name_input import TagNamesField, TagNamesInput


class EntryActionForm(ActionForm):
    """The actions bar, with a text field for the tags to add or remove."""

    tag_names = TagNamesField(
        label="Tags:",
        required=False,
        widget=TagNamesInput({"placeholder": "to add or remove"}),
    )


@admin.action(description="Publish", permissions=["change"])
def publish(modeladmin, request, queryset):
    record = partial(log_changes, request, message="Published.")
    counts = bulk_edits.set_status(queryset, Entry.Status.LIVE, record)
    report_counts(modeladmin, request, counts, "published", "already live")


@admin.action(description="Reject", permissions=["change"])
def reject(modeladmin, request, queryset):
    record = partial(log_changes, request, message="Rejected.")
    counts = bulk_edits.set_status(queryset, Entry.Status.REJECTED, record)
    report_counts(modeladmin, request, counts, "rejected", "already rejected")


@admin.action(description="Back to draft", permissions=["change"])
def back_to_draft(modeladmin, request, queryset):
    record = partial(log_changes, request, message="Made a draft again.")
    counts = bulk_edits.set_status(queryset, Entry.Status.DRAFT, record)
    report_counts(modeladmin, request, counts, "put back to draft", "already in draft")


@admin.action(description="Add tags", permissions=["change"])
def add_tags(modeladmin, request, queryset):
    names = read_tag_names(modeladmin, request)
    if names:
        record = partial(log_changes, request, message=f"Added {quote_names(names)}.")
        counts = bulk_edits.add_tags(queryset, names, record)
        report_counts(modeladmin, request, counts, f"tagged {quote_names(names)}", "already tagged")


@admin.action(description="Remove tags", permissions=["change"])
def remove_tags(modeladmin, request, queryset):
    names = read_tag_names(modeladmin, request)
    if names:
        record = partial(log_changes, request, message=f"Removed {quote_names(names)}.")
        counts = bulk_edits.remove_tags(queryset, names, record)
        done = f"no longer tagged {quote_names(names)}"
        report_counts(modeladmin, request, counts, done, "not tagged so")


ENTRY_ACTIONS = [publish, reject, back_to_draft, add_tags, remove_tags]


def read_tag_names(modeladmin, request) -> list[str]:
    """The tag names typed into the actions bar. If there are none, a message asks for them."""
    form = EntryActionForm(request.POST)
    form.fields.pop("action")
    if not form.is_valid():
        modeladmin.message_user(request, form.errors["tag_names"][0], messages.ERROR)
        return []
    names = form.cleaned_data["tag_names"]
    if not names:
        modeladmin.message_user(
            request, "Type the name into the field beside the action.", messages.WARNING
        )
    return names


def log_changes(request, pks: list[int], message: str) -> None:
    """Add a line to the history of each entry. Two queries."""
    entries = Entry.objects.filter(pk__in=pks).only("title", "slug", "atom_id").order_by()
    LogEntry.objects.log_actions(request.user.pk, entries, CHANGE, message)


def report_counts(modeladmin, request, counts: bulk_edits.Counts, done: str, not_done: str) -> None:
    """Show a message such as “2 entries published; 1 was already live.”"""
    changed, unchanged = counts
    sentence = f"{changed:,} {'entry' if changed == 1 else 'entries'} {done}"
    if unchanged:
        sentence += f"; {unchanged:,} {'was' if unchanged == 1 else 'were'} {not_done}"
    level = messages.SUCCESS if changed else messages.WARNING
    modeladmin.message_user(request, sentence + ".", level)


def quote_names(names: list[str]) -> str:
    return ", ".join(f"“{name}”" for name in names)
