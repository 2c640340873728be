"""Keyset pages of a list: a page starts after a place, so its cost does not grow with depth."""

import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from operator import attrgetter
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from markupsafe import Markup

from entries.models import Entry, Tag, TaggedEntry

from .entry_html import render_in_list
from .entry_row import EntryRow, read_rows, read_rows_of
from .periods import Period

PAGE_SIZE = 20

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
CURSOR = re.compile(r"(?:(\d{4}-\d\d-\d\d)\.)?(-?\d{1,17})\.(\d{1,18})", re.ASCII)


class BadCursorError(ValueError):
    """`?before=` or `?after=` is not a cursor that this site has made."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in a list. The page after it has older entries, or newer ones if `back`."""

    place: tuple[date | datetime | int, ...]
    back: bool = False

    @classmethod
    def from_query(cls, query: Mapping[str, str], *, by_day: bool = False) -> "Cursor | None":
        """The cursor in a query string, if there is one. Raises BadCursorError.

        `by_day`: the list is ordered by day first, as in the archive, and its cursors have a day.
        """
        for name, back in (("before", False), ("after", True)):
            if name in query:
                return cls(_parse(query[name], by_day), back)
        return None


@dataclass
class Page:
    """One page of a list, newest first.

    `older` and `newer` are the cursors of the pages beside it, empty at the ends of the list.
    """

    rows: list[EntryRow]
    cursor: Cursor | None = None
    older: str = ""
    newer: str = ""

    @property
    def places(self) -> list[tuple[datetime, int]]:
        """The place of each entry in a list that is ordered by publication."""
        return [(row.published, row.pk) for row in self.rows]

    def first(self, size: int) -> "Page":
        """This page cut to its newest `size` entries. The next page starts after them."""
        if size >= len(self.rows):
            return self
        older = _format(self.places[size - 1])
        return Page(self.rows[:size], self.cursor, older=older, newer=self.newer)

    @property
    def days(self) -> list[tuple[Period, Markup]]:
        """The entries as HTML, grouped by day."""
        days = itertools.groupby(self.rows, attrgetter("day"))
        return [(Period.of_day(day), Markup("\n").join(render_in_list(rows))) for day, rows in days]


def read_page(entries: QuerySet[Any], cursor: Cursor | None = None, size: int = PAGE_SIZE) -> Page:
    """Read a page of an ordered queryset, usually from `Entry.objects.live()`. Three queries.

    For a tag, pass its taggings, `TaggedEntry.objects.live().filter(tag=tag)`: they are read
    along their index, however common the tag is. That takes one more query.
    """
    order = [str(name).removeprefix("-") for name in entries.query.order_by]
    if cursor is not None:
        side = "gt" if cursor.back else "lt"
        # The place is the first condition. Of two bounds on `published`, SQLite looks up the
        # first in its index, and walks from there to the second.
        entries = entries.model._default_manager.filter(beyond(order, cursor.place, side)) & entries
        if cursor.back:
            entries = entries.reverse()
    entries = entries[: size + 1]
    if entries.model is not Entry:
        return make_page(list(entries.values_list(*order)), cursor, size)
    rows = read_rows(entries)
    return _page([(_place(row, order), row) for row in rows], cursor, size)


def live_page(cursor: Cursor | None, size: int = PAGE_SIZE, **fields: Any) -> Page:
    """Read a page of the live entries with these values in these fields. Three queries.

    Needs an index over the fields, `published` and the primary key.
    """
    return read_page(Entry.objects.live().filter(**fields), cursor, size)


def days_page(first: date, last: date, cursor: Cursor | None, size: int = PAGE_SIZE) -> Page:
    """Read a page of the live entries from `first` to `last`, by day. Three queries."""
    entries = Entry.objects.filter(day__range=(first, last)).live()
    return read_page(entries.order_by("-day", "-published", "-pk"), cursor, size)


def tags_page(tags: Sequence[Tag], cursor: Cursor | None, size: int = PAGE_SIZE) -> Page:
    """Read a page of the live entries that have all these tags. Four queries.

    Walks the taggings of the rarest tag along their index, and looks up the other tags.
    """
    rarest, *others = sorted(tags, key=lambda tag: (tag.live_count, tag.pk))
    taggings = TaggedEntry.objects.filter(tag=rarest).live()
    for tag in others:
        same_entry = TaggedEntry.objects.filter(tag=tag, content_object=OuterRef("content_object"))
        taggings = taggings.filter(Exists(same_entry))
    return read_page(taggings, cursor, size)


def make_page(places: Sequence[tuple[Any, ...]], cursor: Cursor | None, size: int) -> Page:
    """Make a page of the entries at these places. Three queries.

    The places start with the nearest to the cursor. If there are more than `size`, the list goes
    on. The last part of each place is the primary key.
    """
    rows = {row.pk: row for row in read_rows_of([place[-1] for place in places[:size]])}
    return _page([(place, rows.get(place[-1])) for place in places], cursor, size)


def _page(
    found: Sequence[tuple[tuple[Any, ...], EntryRow | None]], cursor: Cursor | None, size: int
) -> Page:
    back = cursor is not None and cursor.back
    goes_on = len(found) > size
    shown = found[:size]
    if back:
        shown = shown[::-1]
    if not shown:
        return Page([], cursor)
    return Page(
        [row for _, row in shown if row],
        cursor,
        older=_format(shown[-1][0]) if goes_on or back else "",
        newer=_format(shown[0][0]) if cursor and (goes_on or not back) else "",
    )


def _place(row: EntryRow, order: Sequence[str]) -> tuple[Any, ...]:
    return tuple(getattr(row, name) for name in order)


def beyond(order: Sequence[str], place: Sequence[Any], side: str) -> Q:
    """The condition for rows after (`lt`) or before (`gt`) a place, in a descending order.

    Repeats the bound of the first field by itself, so that the database can find the place in
    its index.
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
