"""Changes of many entries at once, in short transactions.

Each function takes a queryset of entries and `keep_record`, which is called with the primary keys
of the changed entries in the transaction that changes them. It returns how many entries changed
and how many stayed as they were. The number of queries does not grow with the entries of a batch.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import NamedTuple

from django.db import transaction
from django.utils import timezone

from entries.models import Entry, EntryQuerySet, fold
from entries.models.locking import lock_entries, retry_deadlocks
from entries.models.tagging import current_tags, known_tags, set_tags

# Another writer waits for no more entries than these.
MAX_ENTRIES_AT_ONCE = 500

KeepRecord = Callable[[list[int]], object]


class Counts(NamedTuple):
    changed: int
    unchanged: int


def set_status(entries: EntryQuerySet, status: str, keep_record: KeepRecord) -> Counts:
    """Give entries a status."""

    def change(pks: list[int]) -> list[int]:
        some = Entry.objects.filter(pk__in=pks)
        changing = list(some.exclude(status=status).order_by().values_list("pk", flat=True))
        some.set_status(status)
        return changing

    return change_each(entries, change, keep_record)


def add_tags(entries: EntryQuerySet, names: Sequence[str], keep_record: KeepRecord) -> Counts:
    """Add tags, by name, behind those that each entry has."""

    def added(current: dict[int, str], known: dict[str, int]) -> list[str]:
        new = (name for name in names if known.get(fold(name)) not in current)
        return [*current.values(), *new]

    return retag(entries, names, added, keep_record)


def remove_tags(entries: EntryQuerySet, names: Sequence[str], keep_record: KeepRecord) -> Counts:
    """Remove tags, by name."""

    def without(current: dict[int, str], known: dict[str, int]) -> list[str]:
        return [name for tag, name in current.items() if tag not in known.values()]

    return retag(entries, names, without, keep_record)


def retag(
    entries: EntryQuerySet,
    names: Sequence[str],
    change: Callable[[dict[int, str], dict[str, int]], list[str]],
    keep_record: KeepRecord,
) -> Counts:
    """Give each entry the tag names that `change` returns.

    `change` gets the entry's tags in order (primary key to name), and the tags that one of
    `names` belongs to (folded name to primary key).
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

    return change_each(entries, retag_these, keep_record)


def change_each(
    entries: EntryQuerySet, change: Callable[[list[int]], list[int]], keep_record: KeepRecord
) -> Counts:
    """Change entries in batches, each in a transaction that is tried again after a deadlock.

    `change` gets the primary keys of locked entries, and returns those that it has changed.
    """

    def change_some(pks: list[int]) -> Counts:
        with transaction.atomic():
            locked = lock_entries(pks)
            changed = change(locked)
            keep_record(changed)
        return Counts(len(changed), len(locked) - len(changed))

    batches = [retry_deadlocks(partial(change_some, pks)) for pks in in_batches(entries)]
    return Counts(
        sum(counts.changed for counts in batches), sum(counts.unchanged for counts in batches)
    )


def in_batches(entries: EntryQuerySet) -> Iterator[list[int]]:
    """The primary keys of entries in order, MAX_ENTRIES_AT_ONCE at a time."""
    pks = sorted(entries.order_by().values_list("pk", flat=True))
    for start in range(0, len(pks), MAX_ENTRIES_AT_ONCE):
        yield pks[start : start + MAX_ENTRIES_AT_ONCE]
