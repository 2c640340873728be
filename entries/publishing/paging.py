"""Lists in pages that begin behind a place (keyset), whose cost does not grow with depth."""

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar

from django.db.models import Exists, OuterRef, Q, QuerySet

from entries.models import Entry, EntryQuerySet, Tag, TaggedEntry
from entries.models.entry import entry_path

from .listing import EntryRow, label, read_rows
from .periods import Period

Rows = TypeVar("Rows", bound=QuerySet[Any])

PAGE_SIZE = 20

BY_PUBLISHED = ("published", "pk")
BY_TAGGING = ("published", "content_object_id")
BY_DAY = ("day", "published", "pk")

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
CURSOR = re.compile(r"(?:(\d{4}-\d\d-\d\d)\.)?(-?\d{1,17})\.(\d{1,18})", re.ASCII)


class BadCursorError(ValueError):
    """`?before=` or `?after=` says nothing that we had ever written."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in a list, from which a page goes on to older entries, or back to newer ones."""

    place: tuple[date | datetime | int, ...]
    back: bool = False

    @classmethod
    def from_query(cls, query: Mapping[str, str], *, by_day: bool = False) -> "Cursor | None":
        """The cursor in a query string, if there is one.

        The lists of the archive are ordered `by_day` first, and their cursors say it. Raises
        BadCursorError.
        """
        for name, back in (("before", False), ("after", True)):
            if name in query:
                return cls(_parse(query[name], by_day), back)
        return None


@dataclass(slots=True)
class Page:
    """One page of a list, newest first. `older` and `newer` are cursors, empty at the ends."""

    rows: list[EntryRow]
    cursor: Cursor | None = None
    older: str = ""
    newer: str = ""

    @property
    def days(self) -> Iterator[tuple[Period, list[EntryRow]]]:
        """The rows under their days."""
        for day, rows in itertools.groupby(self.rows, lambda row: row.day):
            yield Period.of_day(day), list(rows)


def entries_page(entries: EntryQuerySet, cursor: Cursor | None, size: int = PAGE_SIZE) -> Page:
    """A page of those of these entries that are live. Five queries."""
    return _page(_from(entries, BY_PUBLISHED, cursor).live(), BY_PUBLISHED, cursor, size)


def days_page(first: date, last: date, cursor: Cursor | None, size: int = PAGE_SIZE) -> Page:
    """A page of the live entries whose addresses are within these days. Five queries."""
    entries = Entry.objects.filter(day__range=(first, last))
    live = _from(entries, BY_DAY, cursor).live().order_by("-day", "-published", "-pk")
    return _page(live, BY_DAY, cursor, size)


def tags_page(tags: Sequence[Tag], cursor: Cursor | None, size: int = PAGE_SIZE) -> Page:
    """A page of the live entries that have all these tags. Five queries.

    Walks the taggings of the rarest tag along their index; the others are looked up.
    """
    rarest, *others = sorted(tags, key=lambda tag: (tag.live_count, tag.pk))
    taggings = _from(TaggedEntry.objects.filter(tag=rarest), BY_TAGGING, cursor).live()
    for tag in others:
        same_entry = TaggedEntry.objects.filter(tag=tag, content_object=OuterRef("content_object"))
        taggings = taggings.filter(Exists(same_entry))
    return _page(taggings, BY_TAGGING, cursor, size)


def _from(listed: Rows, order: tuple[str, ...], cursor: Cursor | None) -> Rows:
    """What comes behind a cursor.

    To be said before `live()`: of two bounds on `published`, SQLite looks up the first in
    its index, and walks from there to the second.
    """
    if cursor is None:
        return listed
    return listed.filter(beyond(order, cursor.place, "gt" if cursor.back else "lt"))


def _page(listed: QuerySet[Any], order: tuple[str, ...], cursor: Cursor | None, size: int) -> Page:
    back = cursor is not None and cursor.back
    if back:
        listed = listed.reverse()
    places = list(listed.values_list(*order)[: size + 1])
    goes_on = len(places) > size
    places = places[:size]
    if back:
        places.reverse()
    if not places:
        return Page([], cursor)
    return Page(
        read_rows([place[-1] for place in places]),
        cursor,
        older=_format(places[-1]) if goes_on or back else "",
        newer=_format(places[0]) if cursor and (goes_on or not back) else "",
    )


@dataclass(frozen=True, slots=True)
class Neighbour:
    label: str
    path: str


def neighbours(row: EntryRow) -> tuple[Neighbour | None, Neighbour | None]:
    """The live entries next to this one in time: the older and the newer. Two queries."""
    place = (row.published, row.pk)
    older = Entry.objects.filter(beyond(BY_PUBLISHED, place, "lt")).live()
    newer = Entry.objects.filter(beyond(BY_PUBLISHED, place, "gt")).live().reverse()
    return _neighbour(older), _neighbour(newer)


def _neighbour(entries: QuerySet[Entry]) -> Neighbour | None:
    found = entries.values_list("kind", "title", "quoted_source", "day", "slug").first()
    if not found:
        return None
    kind, title, quoted_source, day, slug = found
    return Neighbour(label(kind, title, quoted_source, day), entry_path(day, slug))


def beyond(order: Sequence[str], place: Sequence[Any], side: str) -> Q:
    """What comes behind (`lt`) or before (`gt`) a place in this order.

    Says the first field's bound on its own as well, so that a database without row values
    finds the place by its index.
    """
    *earlier, last = zip(order, place, strict=True)
    condition = Q((f"{last[0]}__{side}", last[1]))
    for name, value in reversed(earlier):
        condition = Q((f"{name}__{side}", value)) | (Q((name, value)) & condition)
    return Q((f"{order[0]}__{side}e", place[0])) & condition


def _format(place: tuple[Any, ...]) -> str:
    *days, published, pk = place
    microseconds = (published - EPOCH) // timedelta(microseconds=1)
    return ".".join([*(day.isoformat() for day in days), str(microseconds), str(pk)])


def _parse(text: str, by_day: bool) -> tuple[date | datetime | int, ...]:
    match = CURSOR.fullmatch(text)
    if not match or by_day != bool(match[1]):
        raise BadCursorError(text)
    day, microseconds, pk = match.groups()
    try:
        published = EPOCH + timedelta(microseconds=int(microseconds))
        days = [date.fromisoformat(day)] if day else []
    except (ValueError, OverflowError) as error:
        raise BadCursorError(text) from error
    return (*days, published, int(pk))
