"""What has been withdrawn from a list, for those who may still have it (RFC 6721)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from django.db import connection
from django.utils import timezone

from entries.models import Entry, Withdrawal
from entries.models.withdrawal import KEPT_FOR

from .statements import load_moment, table

AT_MOST = 50
# Of so many withdrawals, the newest, those are told that have not come back.
LOOKED_AT = 500


@dataclass(frozen=True, slots=True)
class Tombstone:
    """That a post is no longer in the list, and since when.

    `place` is where it stood: when it was published, and its entry's primary key. Posts that
    were withdrawn before places were noted have none.
    """

    atom_id: str
    withdrawn_at: datetime
    place: tuple[datetime, int] | None = None


def read_tombstones(*lists: str) -> list[Tombstone]:
    """The newest withdrawals from what is in all of these lists, by their `list_name`. One query.

    Without what the public can see again: an entry withdrawn for a date to come may have
    fallen due since.
    """
    adapt, now = connection.ops.adapt_datetimefield_value, timezone.now()
    first, *others = lists
    given = [first, adapt(now - KEPT_FOR), adapt(now), *others]
    with connection.cursor() as cursor:
        cursor.execute(_statement(len(lists)), given)
        return [_tombstone(*row) for row in cursor]


def entries_in_window(
    places: Sequence[tuple[datetime, int]], tombstones: Iterable[Tombstone], size: int
) -> int:
    """How many of a list's newest entries its feed shows: at most `size`.

    `places` are the places of those entries, the newest first. A post that was withdrawn keeps
    its place in the window: else an older post would move up, and be new to every reader. At
    least one entry is shown, from which the next page goes on.
    """
    gone = sorted((one.place for one in tombstones if one.place), reverse=True)
    count = len(places)
    # The sum counts the withdrawn posts above the oldest entry that is shown.
    while count > 1 and count + sum(place > places[count - 1] for place in gone) > size:
        count -= 1
    return count


def _tombstone(atom_id: str, withdrawn_at: str, published: str | None, pk: int | None) -> Tombstone:
    place = None if published is None or pk is None else (load_moment(published), pk)
    return Tombstone(atom_id, load_moment(withdrawn_at), place)


@lru_cache
def _statement(lists: int) -> str:
    others = (
        f" AND EXISTS (SELECT 1 FROM {table(Withdrawal)} AS other"  # noqa: S608 - of names from the models
        " WHERE other.atom_id = recent.atom_id AND other.list = %s)"
    ) * (lists - 1)
    newest = "ORDER BY withdrawn_at DESC, id DESC LIMIT"
    return (
        "SELECT atom_id, CAST(withdrawn_at AS TEXT), CAST(published AS TEXT), entry_pk FROM ("  # noqa: S608 - of names from the models
        f"SELECT atom_id, withdrawn_at, published, entry_pk, id FROM {table(Withdrawal)} "
        f"WHERE list = %s AND withdrawn_at >= %s {newest} {LOOKED_AT}"
        # As `EntryQuerySet.live()` says it.
        f") AS recent WHERE NOT EXISTS (SELECT 1 FROM {table(Entry)} AS entry "
        f"WHERE entry.atom_id = recent.atom_id AND entry.status = '{Entry.Status.LIVE}' "
        f"AND entry.published <= %s){others} {newest} {AT_MOST}"
    )
