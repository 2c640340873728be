"""Entries as the database gives them, each one hashable value: what is made of one can be kept."""

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from functools import lru_cache, wraps
from typing import Any, NamedTuple, TypeVar

from django.conf import settings
from django.db import connection
from django.utils import timezone

from entries.models import Enclosure, Entry, Source, Tag, TaggedEntry

from .rows import SourceRow
from .statements import ARRAY, ARRAYS, columns, load, load_json, select, stored_columns, table
from .walk import Walk

Made = TypeVar("Made")
Make = Callable[..., Made]
MakeAll = Callable[..., list[Made]]

# In characters, how long a stored entry may be for what is made of it to be kept in memory.
KEPT_LENGTH = 20_000

ENTRY_FIELDS = (
    "id", "atom_id", "kind", "status", "title", "slug", "day", "published", "updated",
    "modified_at", "author_name", "author_uri", "author_email", "people", "rights", "language",
    "canonical_url", "link_url", "via_url", "via_title", "quoted_source", "quoted_url",
    "quoted_context", "origin", "in_reply_to", "category_details", "tags_line", "content",
    "summary",
)  # fmt: skip
ENTRY_COLUMNS = stored_columns(Entry, *ENTRY_FIELDS)
WITH_SOURCE = f"LEFT JOIN {table(Source)} ON {columns(Source, 'id')} = {columns(Entry, 'source')}"
# The first column gives the order in which they were given to the entry: to sort them here
# costs nothing for an entry that is in memory.
TAGS = (
    f"{columns(TaggedEntry, 'id')}, {columns(Tag, 'name', 'slug')}, {columns(TaggedEntry, 'term')}",
    f"{table(TaggedEntry)} JOIN {table(Tag)}"
    f" ON {columns(Tag, 'id')} = {columns(TaggedEntry, 'tag')}"
    f" WHERE {columns(TaggedEntry, 'content_object')} = {columns(Entry, 'id')}",
)
ENCLOSURES = (
    columns(Enclosure, "id", *Enclosure.STATED),
    f"{table(Enclosure)} WHERE {columns(Enclosure, 'entry')} = {columns(Entry, 'id')}",
)
PARTS = (TAGS, ENCLOSURES)
# How a database makes one text of all rows of a statement, and what that has between entries, and
# between the parts of one. JSON has no control characters.
TOGETHER = {"sqlite": "group_concat({}, char(30))", "postgresql": "string_agg({}, chr(30))"}
PARTED = {"sqlite": " || char(31) || ", "postgresql": " || chr(31) || "}
RECORD, UNIT = "\x1e", "\x1f"


class StoredEntry(NamedTuple):
    """All that is stored of an entry, as one text: see `StoredParts`.

    To read a text costs half of what it costs to read columns one by one.
    """

    pk: int
    day: str
    text: str


class StoredParts(NamedTuple):
    """An entry's columns and its source's, with its tags and its enclosures."""

    entry: list[Any]
    source: list[Any] | None
    tags: list[list[Any]]
    enclosures: list[list[Any]]


def read_stored(pks: Sequence[int]) -> list[StoredEntry]:
    """The entries with these primary keys, in this order. One query.

    Who may see them is the caller's to decide: the keys come from `Entry.objects.live()`.
    """
    if not pks:
        return []
    statement = (
        f"SELECT {_records(connection.vendor)} FROM {table(Entry)} {WITH_SOURCE} "  # noqa: S608
        f"WHERE {columns(Entry, 'id')} IN (%s)"
    )
    found = {entry.pk: entry for _, entry in _take_records(select(statement, pks))}
    return [found[pk] for pk in pks if pk in found]


def read_public(day: date, slug: str) -> StoredEntry | None:
    """The live entry at this address, if there is one. One query."""
    ops = connection.ops
    now = ops.adapt_datetimefield_value(timezone.now())
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {_records(connection.vendor)} FROM {table(Entry)} {WITH_SOURCE} "  # noqa: S608
            f"WHERE {columns(Entry, 'day')} = %(day)s AND {columns(Entry, 'slug')} = %(slug)s "
            # As `EntryQuerySet.live()` says it.
            f"AND {columns(Entry, 'status')} = '{Entry.Status.LIVE}' "
            f"AND {columns(Entry, 'published')} <= %(now)s",
            {"day": ops.adapt_datefield_value(day), "slug": slug, "now": now},
        )
        found = _take_records(cursor.fetchall())
    return found[0][1] if found else None


def read_walked(walk: Walk) -> list[tuple[str, StoredEntry]]:
    """The entries along a walk, the nearest first, each behind its `published`. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {_records(connection.vendor)} FROM ({walk.statement}) AS walk "  # noqa: S608
            f"JOIN {table(Entry)} ON {columns(Entry, 'id')} = walk.key {WITH_SOURCE}",
            walk.parameters,
        )
        return sorted(_take_records(cursor.fetchall()), reverse=not walk.is_back)


def take_apart(stored: StoredEntry) -> StoredParts:
    fields, tags, enclosures = stored.text.split(UNIT)
    values = json.loads(fields)
    width = len(ENTRY_FIELDS)
    source = values[width:]
    return StoredParts(
        load(ENTRY_COLUMNS, values[:width]),
        source if source[0] is not None else None,
        _in_order(tags),
        _in_order(enclosures),
    )


def _in_order(array: str) -> list[list[Any]]:
    """The rows of an array by their first column, without that."""
    return [row for _, *row in sorted(load_json(array))]


@lru_cache
def _records(vendor: str) -> str:
    """All entries of a statement in one text, for `_take_records`.

    At each row that is fetched, a thread lets others run and waits for its turn.
    """
    parts = [
        f"CAST({columns(Entry, 'published')} AS TEXT)",
        columns(Entry, "id"),
        stored_columns(Entry, "day"),
        ARRAY[vendor].format(f"{ENTRY_COLUMNS}, {columns(Source, *SourceRow.__slots__)}"),
        *(f"(SELECT {ARRAYS[vendor].format(values)} FROM {rows})" for values, rows in PARTS),  # noqa: S608
    ]
    return TOGETHER[vendor].format(PARTED[vendor].join(parts))


def _take_records(rows: Sequence[tuple[str | None]]) -> list[tuple[str, StoredEntry]]:
    """The entries in the one text of a statement, each behind its `published`."""
    ((joined,),) = rows
    records = [record.split(UNIT, 3) for record in joined.split(RECORD)] if joined else []
    return [(published, StoredEntry(int(pk), day, text)) for published, pk, day, text in records]


def kept_while_same(size: int) -> Callable[[Make[Made]], MakeAll[Made]]:
    """Keep what a function makes of an entry for as long as the entry is the same.

    Gives a function that takes several entries at once, and whatever else the first takes, if
    that is hashable. Kept is what is made of so many entries, but of none that is very
    long, nor with DEBUG, in which templates change.
    """

    def decorate(make: Make[Made]) -> MakeAll[Made]:
        @lru_cache(maxsize=size)
        def kept(printed: tuple[str, ...], stored: StoredEntry, *more: Any) -> Made:
            return make(stored, *more)

        @wraps(make)
        def make_all(entries: Iterable[StoredEntry], *more: Any) -> list[Made]:
            if settings.DEBUG:
                return [make(stored, *more) for stored in entries]
            printed = (settings.SITE_URL, settings.LANGUAGE_CODE, settings.TIME_ZONE)
            return [
                make(stored, *more)
                if len(stored.text) > KEPT_LENGTH
                else kept(printed, stored, *more)
                for stored in entries
            ]

        return make_all

    return decorate
