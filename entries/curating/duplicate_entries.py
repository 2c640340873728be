"""Merges two entries of the same post into one, and splits them again."""

from django.db import transaction

from entries.models import Entry, MergedEntry, OldAddress, Sighting
from entries.models.locking import lock_entries, locking
from entries.models.path_key import plain_link
from entries.models.search_document import index_entries


class EntryMergeError(ValueError):
    """The two entries cannot be merged or split. The message is a sentence for the editor."""


def merge_entries(entry: Entry, into: Entry) -> MergedEntry:
    """Merge an entry into another: its sources are credited there, its URL redirects there.

    Its sightings move too, so that no import creates it again. The row keeps all its values but
    is not shown, until `split_entry` undoes the merge. The other entry keeps every value. Raises
    EntryMergeError.
    """
    if entry.pk == into.pk:
        raise EntryMergeError("An entry can't be merged into itself.")
    with transaction.atomic():
        stored = locking(Entry, [entry.pk, into.pk]).in_bulk()
        if len(stored) < 2:
            raise EntryMergeError("One of the two has been deleted.")
        entry, into = stored[entry.pk], stored[into.pk]
        if MergedEntry.objects.filter(entry__in=[entry, into]).exists():
            raise EntryMergeError("One of the two has been merged into another entry already.")
        if Entry.Status.REJECTED in (entry.status, into.status):
            raise EntryMergeError("A rejected entry can't be merged.")
        moved = Sighting.objects.select_for_update().filter(entry=entry)
        merged = MergedEntry.objects.create(
            entry=entry,
            into=into,
            status=entry.status,
            sightings=list(moved.order_by("pk").values_list("pk", flat=True)),
            leader=moved.filter(leads=True).values_list("pk", flat=True).first(),
        )
        moved.update(entry=into, leads=False)
        index_entries([entry.pk])
        Entry.objects.filter(pk=entry.pk).set_status(Entry.Status.REJECTED)
        OldAddress.objects.filter(entry=entry).update(entry=into)
        OldAddress.objects.keep([entry.get_absolute_url()], OldAddress.Reason.MERGED, entry=into)
    return merged


def split_entry(entry: Entry) -> None:
    """Undo `merge_entries`. Raises EntryMergeError.

    Sightings in further feeds since the merge stay with the other entry.
    """
    with transaction.atomic():
        merged = MergedEntry.objects.filter(entry=entry).first()
        lock_entries([entry.pk, merged.into_id] if merged else [])
        # Another person may have split the two before both were locked.
        merged = MergedEntry.objects.filter(entry=entry).first()
        if merged is None:
            raise EntryMergeError("The entry has not been merged into another.")
        if MergedEntry.objects.filter(entry=merged.into_id).exists():
            raise EntryMergeError(
                "The other entry has itself been merged into a third; split that first."
            )
        moved = Sighting.objects.filter(pk__in=merged.sightings, entry=merged.into_id)
        for sighting in moved:
            sighting.entry, sighting.leads = entry, sighting.pk == merged.leader
            sighting.save(update_fields=["entry", "leads"])
        index_entries([entry.pk])
        Entry.objects.filter(pk=entry.pk).set_status(merged.status)
        path = plain_link(entry.get_absolute_url())
        OldAddress.objects.filter(path=path, entry=merged.into_id).delete()
        merged.delete()
