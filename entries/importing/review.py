"""What an editor decides about the upstream values that wait."""

from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from entries.models import Change, Enclosure, Entry
from entries.models.locking import lock_entries, locking
from entries.models.tagging import set_tags


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
        fields = {"modified_at"}
        tags, enclosures = {}, {}
        for change in waiting:
            entry = entries[change.entry_id]
            entry.modified_at = now
            if change.field == "tags":
                tags[entry.pk] = change.theirs
                continue
            entry.updated = now
            fields.add("updated")
            if change.field == "enclosures":
                enclosures[entry.pk] = change.theirs
            else:
                setattr(entry, change.field, change.theirs)
                fields.add(change.field)
        if entries:
            Entry.objects.bulk_update(entries.values(), sorted(fields), batch_size=500)
        if tags:
            set_tags(tags)
        if enclosures:
            replace_enclosures(enclosures)
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


def replace_enclosures(wanted: dict[int, list[list]]) -> None:
    Enclosure.objects.filter(entry__in=wanted).delete()
    Enclosure.objects.bulk_create(
        Enclosure(entry_id=pk, **dict(zip(Enclosure.STATED, row, strict=True)))
        for pk, enclosures in wanted.items()
        for row in enclosures
    )
