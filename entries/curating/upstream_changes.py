"""What an editor decides about the upstream values that wait."""

from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from entries.importing.merging.batch_writes import write_enclosures
from entries.importing.merging.current_values import enclosures_of
from entries.importing.merging.list_merge import ELEMENT_KEYS, take_conflicting
from entries.importing.parsing.upstream_fields import from_json
from entries.models import Change, Entry
from entries.models.locking import lock_entries, locking


def accept(changes: Iterable[Change]) -> int:
    """Give the entries the upstream values of these changes, which then wait no longer.

    Returns how many there were. A fixed number of queries, whatever their number.
    """
    with transaction.atomic():
        changes = list(changes)
        entries = locking(Entry, {change.entry_id for change in changes}).in_bulk()
        # Read when the entries are locked: an import may have settled some of them meanwhile.
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
        forget(waiting)
    return len(waiting)


def dismiss(changes: Iterable[Change]) -> int:
    """Keep what the editor wrote; these changes wait no longer. Returns how many there were."""
    with transaction.atomic():
        changes = list(changes)
        lock_entries({change.entry_id for change in changes})
        waiting = waiting_changes(changes)
        forget(waiting)
    return len(waiting)


def waiting_changes(changes: Iterable[Change]) -> list[Change]:
    return list(Change.objects.filter(pk__in=[change.pk for change in changes]).order_by("pk"))


def forget(changes: Iterable[Change]) -> None:
    Change.objects.filter(pk__in=[change.pk for change in changes]).delete()


def take_enclosures(changes: dict[int, Change]) -> None:
    """Take upstream's value of each enclosure that both sides changed; the others stay.

    `changes` are by the primary key of the entry, whose row the caller has locked.
    """
    ours = enclosures_of(changes)
    wanted = {}
    for pk, change in changes.items():
        base, theirs = (from_json("enclosures", x) for x in (change.base, change.theirs))
        wanted[pk] = take_conflicting(base, theirs, ours[pk], ELEMENT_KEYS["enclosures"])
    write_enclosures(wanted, old=changes.keys())
