"""Two entries that are one post made one, and split again."""

from django.db import transaction

from entries.models import Entry, MergedEntry, OldAddress, Sighting
from entries.models.locking import lock_entries, locking
from entries.models.path_key import plain_link
from entries.models.search_document import index_entries


class JoinError(ValueError):
    """The two can't be merged, or not be split; a sentence says why."""


def merge_entries(entry: Entry, into: Entry) -> MergedEntry:
    """Make an entry part of another: its sources are credited there, its address leads there.

    What it is known by goes along, so that no import brings it back. It stays as it was,
    with its id, tags and enclosures, off the site, until `split_entry` undoes it all. The
    other entry keeps every value. Raises JoinError.
    """
    if entry.pk == into.pk:
        raise JoinError("An entry can't be merged into itself.")
    with transaction.atomic():
        stored = locking(Entry, [entry.pk, into.pk]).in_bulk()
        if len(stored) < 2:
            raise JoinError("One of the two has been deleted.")
        entry, into = stored[entry.pk], stored[into.pk]
        if MergedEntry.objects.filter(entry__in=[entry, into]).exists():
            raise JoinError("One of the two has been merged into another entry already.")
        if Entry.Status.REJECTED in (entry.status, into.status):
            raise JoinError("A rejected entry can't be merged.")
        brought = Sighting.objects.select_for_update().filter(entry=entry)
        merged = MergedEntry.objects.create(
            entry=entry,
            into=into,
            status=entry.status,
            sightings=list(brought.order_by("pk").values_list("pk", flat=True)),
            leader=brought.filter(leads=True).values_list("pk", flat=True).first(),
        )
        brought.update(entry=into, leads=False)
        index_entries([entry.pk])
        Entry.objects.filter(pk=entry.pk).set_status(Entry.Status.REJECTED)
        OldAddress.objects.filter(entry=entry).update(entry=into)
        OldAddress.objects.keep([entry.get_absolute_url()], OldAddress.Reason.MERGED, entry=into)
    return merged


def split_entry(entry: Entry) -> None:
    """Undo the merging of an entry into another. Raises JoinError.

    What has been found of it since, in further feeds, stays with the other.
    """
    with transaction.atomic():
        merged = MergedEntry.objects.filter(entry=entry).first()
        lock_entries([entry.pk, merged.into_id] if merged else [])
        # Another may have split the two before both were locked.
        merged = MergedEntry.objects.filter(entry=entry).first()
        if merged is None:
            raise JoinError("The entry has not been merged into another.")
        if MergedEntry.objects.filter(entry=merged.into_id).exists():
            raise JoinError("What it was merged into is itself part of another; split that first.")
        brought = Sighting.objects.filter(pk__in=merged.sightings, entry=merged.into_id)
        for sighting in brought:
            sighting.entry, sighting.leads = entry, sighting.pk == merged.leader
            sighting.save(update_fields=["entry", "leads"])
        index_entries([entry.pk])
        Entry.objects.filter(pk=entry.pk).set_status(merged.status)
        path = plain_link(entry.get_absolute_url())
        OldAddress.objects.filter(path=path, entry=merged.into_id).delete()
        merged.delete()
