"""Actions of the list of entries that merge two entries of the same post, and undo that."""

from functools import partial

from django.contrib import admin, messages
from django.utils.html import format_html

from entries.curating.duplicate_entries import EntryMergeError, merge_entries, split_entry
from entries.models.locking import retry_deadlocks

from .actions import log_changes


@admin.action(description="Merge two entries", permissions=["change"])
def merge_the_two(modeladmin, request, queryset):
    entries = list(queryset.order_by("pk")[:3])
    if len(entries) != 2:
        modeladmin.message_user(request, "Select two entries to merge them.", messages.ERROR)
        return
    into, entry = entries
    try:
        retry_deadlocks(partial(merge_entries, entry, into))
    except EntryMergeError as error:
        modeladmin.message_user(request, str(error), messages.ERROR)
        return
    log_changes(request, [entry.pk], f"Merged into “{into}”.")
    modeladmin.message_user(
        request,
        f"“{entry}” is part of “{into}” now, which came first. Its address redirects there.",
        messages.SUCCESS,
    )


@admin.action(description="Split again", permissions=["change"])
def split_again(modeladmin, request, queryset):
    done = 0
    for entry in queryset:
        try:
            retry_deadlocks(partial(split_entry, entry))
        except EntryMergeError as error:
            message = format_html("“{}”: {}", entry, str(error))
            modeladmin.message_user(request, message, messages.ERROR)
        else:
            log_changes(request, [entry.pk], "Split again.")
            done += 1
    if done:
        entries = "1 entry was" if done == 1 else f"{done:,} entries were"
        modeladmin.message_user(request, f"{entries} split again.", messages.SUCCESS)
