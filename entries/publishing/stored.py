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
from .statements import columns, load, select, stored_columns, table
from .walk import Walk

Made = TypeVar("Made")
Make = Callable[..., Made]
MakeAll = Callable[..., list[Made]]

# In characters, how long a stored entry may be for what is made of it to be kept in memory.
KEPT_LENGTH = 20_000

ENTRY_FIELDS = (
    "id", "atom_id", "kind", "status", "title", "slug", "day", "published", "updated",
    "modified_at", "content", "summary", "author_name", "author_uri", "author_email", "people",
    "rights", "language", "canonical_url", "link_url", "via_url", "via_title", "quoted_source",
    "quoted_url", "quoted_context", "origin", "in_reply_to", "category_details", "tags_line",
)  # fmt: skip
ENTRY_COLUMNS = stored_columns(Entry, *ENTRY_FIELDS)

TAGS = f"""
    SELECT {columns(Tag, "name", "slug")}, {columns(TaggedEntry, "term")}
    FROM {table(TaggedEntry)}
    JOIN {table(Tag)} ON {columns(Tag, "id")} = {columns(TaggedEntry, "tag")}
    WHERE {columns(TaggedEntry, "content_object")} = {columns(Entry, "id")}
    ORDER BY {columns(TaggedEntry, "id")}
"""  # noqa: S608 - of names from the models
ENCLOSURES = f"""
    SELECT {columns(Enclosure, *Enclosure.STATED)} FROM {table(Enclosure)}
    WHERE {columns(Enclosure, "entry")} = {columns(Entry, "id")}
    ORDER BY {columns(Enclosure, "id")}
"""  # noqa: S608 - of names from the models
WITH_SOURCE = f"LEFT JOIN {table(Source)} ON {columns(Source, 'id')} = {columns(Entry, 'source')}"
# How a database makes an array of values, and of the rows of a statement an array of arrays.
ARRAY = {"sqlite": "json_array({})", "postgresql": "json_build_array({})::text"}
ARRAYS = {
    "sqlite": "json((SELECT json_group_array(json_array({names})) FROM ({rows})))",
    "postgresql": "(SELECT json_agg(json_build_array({names})) FROM ({rows}) AS listed)",
}


class StoredEntry(NamedTuple):
    """An entry with its day and, as JSON, all that is stored of it: see `StoredParts`.

    To read a text costs half of what it costs to read its columns one by one.
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
        f"SELECT {_stored(connection.vendor)} FROM {table(Entry)} {WITH_SOURCE} "  # noqa: S608
        f"WHERE {columns(Entry, 'id')} IN (%s)"
    )
    found = {row[0]: StoredEntry(*row) for row in select(statement, pks)}
    return [found[pk] for pk in pks if pk in found]


def read_public(day: date, slug: str) -> StoredEntry | None:
    """The live entry at this address, if there is one. One query."""
    ops = connection.ops
    now = ops.adapt_datetimefield_value(timezone.now())
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {_stored(connection.vendor)} FROM {table(Entry)} {WITH_SOURCE} "  # noqa: S608
            f"WHERE {columns(Entry, 'day')} = %s AND {columns(Entry, 'slug')} = %s "
            # As `EntryQuerySet.live()` says it.
            f"AND {columns(Entry, 'status')} = '{Entry.Status.LIVE}' "
            f"AND {columns(Entry, 'published')} <= %s",
            [ops.adapt_datefield_value(day), slug, now],
        )
        row = cursor.fetchone()
    return StoredEntry(*row) if row else None


def read_walked(walk: Walk) -> list[tuple[str, StoredEntry]]:
    """The entries along a walk, the nearest first, each behind its `published`. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT CAST(walk.published AS TEXT), {_stored(connection.vendor)} "  # noqa: S608
            f"FROM ({walk.statement}) AS walk "
            f"JOIN {table(Entry)} ON {columns(Entry, 'id')} = walk.key {WITH_SOURCE} "
            f"ORDER BY walk.published {walk.order}, walk.key {walk.order}",
            walk.parameters,
        )
        return [(published, StoredEntry(*row)) for published, *row in cursor.fetchall()]


def take_apart(stored: StoredEntry) -> StoredParts:
    values = json.loads(stored.text)
    width = len(ENTRY_FIELDS)
    *source, tags, enclosures = values[width:]
    return StoredParts(
        load(ENTRY_COLUMNS, values[:width]),
        source if source[0] is not None else None,
        # PostgreSQL has NULL for no rows.
        tags or [],
        enclosures or [],
    )


@lru_cache
def _stored(vendor: str) -> str:
    """The columns of a StoredEntry."""
    tags = ARRAYS[vendor].format(names="name, slug, term", rows=TAGS)
    enclosures = ARRAYS[vendor].format(names=", ".join(Enclosure.STATED), rows=ENCLOSURES)
    source = columns(Source, *SourceRow.__slots__)
    text = ARRAY[vendor].format(f"{ENTRY_COLUMNS}, {source}, {tags}, {enclosures}")
    return f"{columns(Entry, 'id')}, {stored_columns(Entry, 'day')}, {text}"


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
