"""Updates the rows that repeat values of entries when many entries are written at once.

`Entry.save()` does the same for one entry.
"""

from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery

from .old_address import keeping_addresses
from .original_path import KEYS, OriginalPath
from .path_key import PathKeyField
from .search_document import REPEATED
from .tag import TaggedEntry, recounting
from .withdrawal import noting_withdrawals

if TYPE_CHECKING:
    from .entry import Entry, EntryQuerySet

DATED = frozenset({"status", "published"})
ADDRESSED = frozenset({"day", "slug"})
KEYED = frozenset({"canonical_url", "atom_id"})
# The fields of an entry that other rows and columns repeat, by the names that an update may use.
KEPT = REPEATED | DATED | ADDRESSED | KEYED


@contextmanager
def keeping_true(entries: "EntryQuerySet", written: Collection[str]) -> Iterator[None]:
    """Update the rows that repeat values of these entries while their `written` fields change.

    These rows are withdrawals, old addresses, taggings with the counts of their tags, the keys of
    original paths and earlier original paths. Search documents are not among them. `entries` are
    locked, and at most `locking.MAX_BATCH_ENTRIES`. Call within a transaction. Takes a fixed number
    of queries, but for one per 500 entries whose keys change.
    """
    with ExitStack() as stack:
        if not DATED.isdisjoint(written):
            stack.enter_context(noting_withdrawals(entries))
        if not ADDRESSED.isdisjoint(written):
            stack.enter_context(keeping_addresses(entries))
        if not KEYED.isdisjoint(written):
            stack.enter_context(keeping_paths(entries, written))
        yield
    if not DATED.isdisjoint(written):
        keep_taggings(entries)


@contextmanager
def keeping_paths(entries: "EntryQuerySet", written: Collection[str]) -> Iterator[None]:
    """Update the keys of original paths, and let the earlier paths lead to the entries.

    Does nothing if the keys are written as well: an import keeps the earlier paths itself.
    """
    if set(KEYS) <= set(written):
        yield
        return
    before = dict(entries.order_by().values_list("pk", "canonical_url"))
    yield
    keep_keys(entries)
    now = dict(entries.order_by().values_list("pk", "canonical_url"))
    changed = [(pk, address) for pk, address in before.items() if address != now.get(pk)]
    OriginalPath.objects.keep((pk, address) for pk, address in changed if pk in now)


def keep_taggings(entries: "EntryQuerySet") -> None:
    """Copy the status and the date of these entries to their taggings. At most four queries."""
    is_live = Q(content_object__status=entries.model.Status.LIVE)
    turned = Q(live__in=[True]) & ~is_live | Q(live__in=[False]) & is_live
    moved = ~Q(published=F("content_object__published"))
    taggings = TaggedEntry.objects.filter(content_object__in=entries.order_by().values("pk"))
    entry: QuerySet[Entry] = QuerySet(entries.model).filter(pk=OuterRef("content_object_id"))
    with recounting(set(taggings.filter(turned).values_list("tag_id", flat=True))):
        taggings.filter(turned | moved).update(
            live=Exists(entry.filter(status=entries.model.Status.LIVE)),
            published=Subquery(entry.values("published")),
        )


def keep_keys(entries: "EntryQuerySet") -> None:
    """Compute the path keys of these entries from their addresses."""
    fields = [field for field in entries.model._meta.fields if isinstance(field, PathKeyField)]
    stale = []
    for entry in entries.order_by().only("canonical_url", "atom_id", "original_key", "id_key"):
        before = [getattr(entry, field.attname) for field in fields]
        if [field.pre_save(entry, add=False) for field in fields] != before:
            stale.append(entry)
    QuerySet(entries.model).bulk_update(stale, [field.name for field in fields], batch_size=500)
