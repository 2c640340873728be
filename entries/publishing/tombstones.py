"""What has been withdrawn from a list, for those who may still have it (RFC 6721)."""

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
    """That a post is no longer in the list, and since when."""

    atom_id: str
    withdrawn_at: datetime


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
        return [Tombstone(atom_id, load_moment(moment)) for atom_id, moment in cursor]


@lru_cache
def _statement(lists: int) -> str:
    others = (
        f" AND EXISTS (SELECT 1 FROM {table(Withdrawal)} AS other"  # noqa: S608 - of names from the models
        " WHERE other.atom_id = recent.atom_id AND other.list = %s)"
    ) * (lists - 1)
    newest = "ORDER BY withdrawn_at DESC, id DESC LIMIT"
    return (
        "SELECT atom_id, CAST(withdrawn_at AS TEXT) FROM ("  # noqa: S608 - of names from the models
        f"SELECT atom_id, withdrawn_at, id FROM {table(Withdrawal)} "
        f"WHERE list = %s AND withdrawn_at >= %s {newest} {LOOKED_AT}"
        # As `EntryQuerySet.live()` says it.
        f") AS recent WHERE NOT EXISTS (SELECT 1 FROM {table(Entry)} AS entry "
        f"WHERE entry.atom_id = recent.atom_id AND entry.status = '{Entry.Status.LIVE}' "
        f"AND entry.published <= %s){others} {newest} {AT_MOST}"
    )
