"""Posts that were withdrawn from public lists, for the tombstones in feeds."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from django.db import models
from django.utils import timezone

from .tag import TaggedEntry

if TYPE_CHECKING:
    from .entry import EntryQuerySet

KEPT_FOR = timedelta(days=90)
# Databases limit the parameters of a query: SQLite, as it is mostly built, to 32,766.
BATCH = 10_000


class Withdrawal(models.Model):
    """A post withdrawn from a public list. Kept 90 days, so that feeds can tell (RFC 6721).

    One row for each list; `list` is its name (`list_name`).
    """

    atom_id = models.CharField(max_length=2000)
    list = models.CharField(max_length=40)
    withdrawn_at = models.DateTimeField(db_index=True)
    published = models.DateTimeField(
        null=True, help_text="With the entry’s primary key, its place in the list."
    )
    entry_pk = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["atom_id", "list"], name="one_withdrawal_a_list")
        ]
        indexes = [models.Index(fields=["list", "-withdrawn_at", "-id"], name="withdrawal_listing")]

    def __str__(self):
        return f"{self.atom_id} from {self.list}"


def list_name(what: str = "everything", which: str | int = "") -> str:
    """Return the name of a list: everything, a `kind`, a `tag` or a `source` (by primary key)."""
    return f"{what}:{which}" if which else what


@contextmanager
def noting_withdrawals(entries: "EntryQuerySet") -> Iterator[None]:
    """Store withdrawals of those entries that the public sees before and not afterwards.

    Deletes the withdrawals of entries that the public sees again. `entries` is read before and
    after, so its conditions use values that do not change. Call within a transaction. Takes a
    fixed number of queries for each 10,000 entries.
    """
    before = _public_lists(entries)
    yield
    public = set(entries.only_live().values_list("atom_id", flat=True))
    gone = sorted(before.keys() - public)
    now = timezone.now()
    if gone:
        old = Withdrawal.objects.filter(withdrawn_at__lt=now - KEPT_FOR)
        # Rows that another transaction is deleting at this moment are left to it.
        free = old.select_for_update(skip_locked=True)
        Withdrawal.objects.filter(pk__in=free.values("pk")).delete()
    for atom_ids in _batches(gone):
        Withdrawal.objects.filter(atom_id__in=atom_ids).delete()
        Withdrawal.objects.bulk_create(
            Withdrawal(
                atom_id=atom_id,
                list=name,
                withdrawn_at=now,
                published=before[atom_id].published,
                entry_pk=before[atom_id].pk,
            )
            for atom_id in atom_ids
            for name in before[atom_id].lists
        )
    for atom_ids in _batches(sorted(public - before.keys())):
        Withdrawal.objects.filter(atom_id__in=atom_ids).delete()


class Seen(NamedTuple):
    """Where the public sees an entry: its place, and the lists that it is in."""

    published: datetime
    pk: int
    lists: list[str]


def _public_lists(entries: "EntryQuerySet") -> dict[str, Seen]:
    """Where the public sees each of these entries, by the entry's id."""
    seen: dict[str, Seen] = {}
    by_pk = {}
    public = entries.only_live()
    for pk, atom_id, kind, source, published in public.values_list(
        "pk", "atom_id", "kind", "source", "published"
    ):
        by_pk[pk] = [list_name(), list_name("kind", kind)]
        seen[atom_id] = Seen(published, pk, by_pk[pk])
        if source:
            by_pk[pk].append(list_name("source", source))
    if by_pk:
        taggings = TaggedEntry.objects.filter(content_object__in=public.values("pk"))
        for pk, tag in taggings.values_list("content_object", "tag"):
            # One may have fallen due between the two queries.
            if pk in by_pk:
                by_pk[pk].append(list_name("tag", tag))
    return seen


def _batches(atom_ids: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(atom_ids), BATCH):
        yield atom_ids[start : start + BATCH]
