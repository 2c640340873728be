"""What has been withdrawn from a list, for those who may still have it (RFC 6721)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef
from django.utils import timezone

from entries.models import Entry, Withdrawal
from entries.models.withdrawal import KEPT_FOR

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
    first, *others = lists
    lately = Withdrawal.objects.filter(list=first, withdrawn_at__gte=timezone.now() - KEPT_FOR)
    newest = lately.order_by("-withdrawn_at", "-pk")
    same_post = {"atom_id": OuterRef("atom_id")}
    told = Withdrawal.objects.filter(
        ~Exists(Entry.objects.filter(**same_post).only_live()),
        *(Exists(Withdrawal.objects.filter(list=name, **same_post)) for name in others),
        pk__in=newest.values("pk")[:LOOKED_AT],
    ).order_by("-withdrawn_at", "-pk")
    return [
        Tombstone(atom_id, withdrawn_at, (published, pk) if published and pk else None)
        for atom_id, withdrawn_at, published, pk in told.values_list(
            "atom_id", "withdrawn_at", "published", "entry_pk"
        )[:AT_MOST]
    ]


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
