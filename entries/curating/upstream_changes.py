"""Accepts or dismisses the upstream values that wait for an editor."""

from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from entries.importing.merging.batch_writes import write_enclosures
from entries.importing.merging.current_values import enclosures_of
from entries.importing.merging.list_merge import ELEMENT_KEYS, take_conflicting
from entries.importing.parsing.upstream_fields import from_json
from entries.models import Entry, UpstreamChange
from entries.models.locking import lock_entries, locking


def accept(changes: Iterable[UpstreamChange]) -> int:
    """Set the entries' fields to the upstream values of these changes, and delete the changes.

    Returns the number of changes that were still waiting. A fixed number of queries.
    """
    with transaction.atomic():
        changes = list(changes)
        entries = locking(Entry, {change.entry_id for change in changes}).in_bulk()
        # Read them after locking: an import may have settled some in the meantime.
        waiting = waiting_changes(changes)
        now = timezone.now()
        fields = {"modified_at", "updated"}
        enclosures = {}
        for change in waiting:
            entry = entries[change.entry_id]
            entry.modified_at = entry.updated = now
            if change.field == "enclosures":
                enclosures[entry.pk] = change
            else:
                setattr(entry, change.field, change.theirs)
                fields.add(change.field)
        if entries:
            Entry.objects.bulk_update(entries.values(), sorted(fields), batch_size=500)
        if enclosures:
            take_enclosures(enclosures)
        delete_changes(waiting)
    return len(waiting)


def dismiss(changes: Iterable[UpstreamChange]) -> int:
    """Keep the editor's values and delete these changes. Returns how many were still waiting."""
    with transaction.atomic():
        changes = list(changes)
        lock_entries({change.entry_id for change in changes})
        waiting = waiting_changes(changes)
        delete_changes(waiting)
    return len(waiting)


def waiting_changes(changes: Iterable[UpstreamChange]) -> list[UpstreamChange]:
    return list(
        UpstreamChange.objects.filter(pk__in=[change.pk for change in changes]).order_by("pk")
    )


def delete_changes(changes: Iterable[UpstreamChange]) -> None:
    UpstreamChange.objects.filter(pk__in=[change.pk for change in changes]).delete()


def take_enclosures(changes: dict[int, UpstreamChange]) -> None:
    """Take upstream's value of each enclosure in conflict; the others stay.

    `changes` are by the primary key of the entry, whose row the caller has locked.
    """
    ours = enclosures_of(changes)
    wanted = {}
    for pk, change in changes.items():
        base, theirs = (from_json("enclosures", x) for x in (change.base, change.theirs))
        wanted[pk] = take_conflicting(base, theirs, ours[pk], ELEMENT_KEYS["enclosures"])
    write_enclosures(wanted, old=changes.keys())
