"""Tombstones: posts that were withdrawn from a list, told in its feeds (RFC 6721)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef
from django.utils import timezone

from entries.models import Entry, Withdrawal
from entries.models.withdrawal import KEPT_FOR

MAX_TOMBSTONES = 50
# Only this many of the newest withdrawals are read, before posts that came back are left out.
MAX_READ_WITHDRAWALS = 500


@dataclass(frozen=True, slots=True)
class Tombstone:
    """A post that is no longer in the list.

    `place` was its place in the list: the date of publication and the entry's primary key. It is
    None for a post withdrawn before places were recorded.
    """

    atom_id: str
    withdrawn_at: datetime
    place: tuple[datetime, int] | None = None


def read_tombstones(*lists: str) -> list[Tombstone]:
    """The newest posts withdrawn from all of these lists, given by `list_name`. One query.

    Leaves out posts that are live again, such as one that was postponed and is now due.
    """
    first, *others = lists
    lately = Withdrawal.objects.filter(list=first, withdrawn_at__gte=timezone.now() - KEPT_FOR)
    newest = lately.order_by("-withdrawn_at", "-pk")
    same_post = {"atom_id": OuterRef("atom_id")}
    withdrawals = Withdrawal.objects.filter(
        ~Exists(Entry.objects.filter(**same_post).only_live()),
        *(Exists(Withdrawal.objects.filter(list=name, **same_post)) for name in others),
        pk__in=newest.values("pk")[:MAX_READ_WITHDRAWALS],
    ).order_by("-withdrawn_at", "-pk")
    return [
        Tombstone(atom_id, withdrawn_at, (published, pk) if published and pk else None)
        for atom_id, withdrawn_at, published, pk in withdrawals.values_list(
            "atom_id", "withdrawn_at", "published", "entry_pk"
        )[:MAX_TOMBSTONES]
    ]


def entries_in_window(
    places: Sequence[tuple[datetime, int]], tombstones: Iterable[Tombstone], size: int
) -> int:
    """How many of a list's newest entries its feed shows, at most `size`.

    `places` are the places of those entries, newest first. A withdrawn post still takes up a
    place. Otherwise an older post would move up and look new to every feed reader. At least one
    entry is shown, because the next page starts after it.
    """
    gone = [tombstone.place for tombstone in tombstones if tombstone.place]
    count = len(places)
    # The sum counts the withdrawn posts above the oldest entry that is shown.
    while count > 1 and count + sum(place > places[count - 1] for place in gone) > size:
        count -= 1
    return count
