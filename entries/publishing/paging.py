"""Lists in pages that begin behind a place (keyset), whose cost does not grow with depth."""

import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from operator import attrgetter
from typing import Any, TypeVar, cast

from django.db.models import Exists, Model, OuterRef, Q, QuerySet

from entries.models import Entry, EntryQuerySet, Tag, TaggedEntry

from .listed import Listed, listed, together
from .listing import EntryRow, make_row
from .periods import Period
from .statements import load_moment
from .stored import StoredEntry, read_stored, read_walked
from .walk import plan_walk

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


@dataclass
class Page:
    """One page of a list, newest first. `older` and `newer` are cursors, empty at the ends."""

    stored: list[StoredEntry] = field(repr=False)
    cursor: Cursor | None = None
    older: str = ""
    newer: str = ""

    @cached_property
    def rows(self) -> list[EntryRow]:
        return [make_row(stored) for stored in self.stored]

    @property
    def places(self) -> list[tuple[datetime, int]]:
        """Where each entry stands in a list that is ordered by publication."""
        return [(row.published, row.pk) for row in self.rows]

    def first(self, size: int) -> "Page":
        """The page's newest entries; the next page goes on from there."""
        if size >= len(self.stored):
            return self
        older = _format(self.places[size - 1])
        return Page(self.stored[:size], self.cursor, older=older, newer=self.newer)

    @property
    def days(self) -> list[tuple[Period, Listed]]:
        """The entries, as lists print them, under their days."""
        days = itertools.groupby(self.stored, attrgetter("day"))
        return [
            (Period.of_day(date.fromisoformat(day)), together(listed(found))) for day, found in days
        ]


def walk_page(cursor: Cursor | None, size: int = PAGE_SIZE, **equal: Any) -> Page:
    """A page of the live entries with these values in these fields. One query.

    There should be an index over the fields, `published` and the primary key.
    """
    return _walk(Entry, "id", {"status": Entry.Status.LIVE, **equal}, cursor, size)


def entries_page(entries: EntryQuerySet, cursor: Cursor | None, size: int = PAGE_SIZE) -> Page:
    """A page of those of these entries that are live. Two queries."""
    return _page(_from(entries, BY_PUBLISHED, cursor).live(), BY_PUBLISHED, cursor, size)


def days_page(first: date, last: date, cursor: Cursor | None, size: int = PAGE_SIZE) -> Page:
    """A page of the live entries whose addresses are within these days. Two queries."""
    entries = Entry.objects.filter(day__range=(first, last))
    live = _from(entries, BY_DAY, cursor).live().order_by("-day", "-published", "-pk")
    return _page(live, BY_DAY, cursor, size)


def tags_page(tags: Sequence[Tag], cursor: Cursor | None, size: int = PAGE_SIZE) -> Page:
    """A page of the live entries that have all these tags. One query, or two for several.

    Walks the taggings of the rarest tag along their index; the others are looked up.
    """
    rarest, *others = sorted(tags, key=lambda tag: (tag.live_count, tag.pk))
    if not others:
        tagged = {"tag": rarest.pk, "live": True}
        return _walk(TaggedEntry, "content_object", tagged, cursor, size)
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


def _walk(
    model: type[Model], key: str, equal: Mapping[str, Any], cursor: Cursor | None, size: int
) -> Page:
    place, back = (cursor.place, cursor.back) if cursor else (None, False)
    moment = cast(tuple[datetime, int] | None, place)
    walked = read_walked(plan_walk(model, key, equal, moment, back, size + 1))
    return _page_of([((at, entry.pk), entry) for at, entry in walked], cursor, size)


def _page(listed: QuerySet[Any], order: tuple[str, ...], cursor: Cursor | None, size: int) -> Page:
    if cursor is not None and cursor.back:
        listed = listed.reverse()
    return make_page(list(listed.values_list(*order)[: size + 1]), cursor, size)


def make_page(places: Sequence[tuple[Any, ...]], cursor: Cursor | None, size: int) -> Page:
    """The page from these places on, the nearest first; one more than fits says it goes on.

    The last part of each place is the primary key. One query.
    """
    stored = {entry.pk: entry for entry in read_stored([place[-1] for place in places[:size]])}
    found = [(place, stored.get(place[-1])) for place in places]
    return _page_of(found, cursor, size)


def _page_of(
    found: Sequence[tuple[tuple[Any, ...], StoredEntry | None]], cursor: Cursor | None, size: int
) -> Page:
    back = cursor is not None and cursor.back
    goes_on = len(found) > size
    shown = found[:size]
    if back:
        shown = shown[::-1]
    if not shown:
        return Page([], cursor)
    return Page(
        [entry for _, entry in shown if entry],
        cursor,
        older=_format(shown[-1][0]) if goes_on or back else "",
        newer=_format(shown[0][0]) if cursor and (goes_on or not back) else "",
    )


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
    if isinstance(published, str):
        published = load_moment(published)
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
