"""What stands around an entry: the next in time and in its tags, and what is related to it."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from math import log
from typing import NamedTuple

from django.db import connection
from django.utils import timezone

from entries.models import Entry, Tag, TaggedEntry

from .links import EntryLink, read_links
from .listing import EntryRow
from .rows import tag_path
from .statements import columns, load_moment, select, table

# How many of an entry's tags are looked at, the rarest first, and how many taggings of each on
# either side of the entry.
RAREST_TAGS = 8
TAGGINGS = 25
# In how many tags, the entry's first, its neighbours are given; and how many related entries are.
TAGS_WITH_NEIGHBOURS = 3
RELATED = 4

ENTRY, TAG = columns(TaggedEntry, "content_object"), columns(TaggedEntry, "tag")
# The sides of an entry: what is older, and what is newer.
SIDES = {"<": "DESC", ">": "ASC"}
# One walk along an index, from an entry's place some way down or up.
WALK = """
    SELECT * FROM (
        SELECT {tag}, '{side}', {entry}, CAST({published} AS TEXT) FROM {table}
        WHERE {live} AND ({published}, {entry}) {side} (%s, %s) AND {published} <= %s
        ORDER BY {published} {order}, {entry} {order} LIMIT {length}
    ) AS walk
"""
# The walk among all entries stands in the place of a tag's with this number.
IN_TIME = 0
ALL_ENTRIES = {
    "tag": IN_TIME,
    "entry": columns(Entry, "id"),
    "published": columns(Entry, "published"),
    "table": table(Entry),
    # As `EntryQuerySet.live()` says it.
    "live": f"{columns(Entry, 'status')} = '{Entry.Status.LIVE}'",
    "length": 1,
}
TAGGED_ENTRIES = {
    "tag": TAG,
    "entry": ENTRY,
    "published": columns(TaggedEntry, "published"),
    "table": table(TaggedEntry),
    "live": f"{TAG} = %s AND {columns(TaggedEntry, 'live')} IN (TRUE)",
    "length": TAGGINGS,
}
TAGS = f"""
    SELECT {columns(Tag, "id", "name", "slug", "live_count")} FROM {table(TaggedEntry)}
    JOIN {table(Tag)} ON {columns(Tag, "id")} = {TAG}
    WHERE {ENTRY} IN (%s) ORDER BY {columns(TaggedEntry, "id")}
"""  # noqa: S608 - of names from the models
# By the index of the entries: that of these tags, which this addition rules out, is long.
SHARED = f"""
    SELECT {ENTRY}, {TAG} FROM {table(TaggedEntry)}
    WHERE {ENTRY} IN (%s) AND {TAG} + 0 IN ({{tags}})
"""  # noqa: S608 - of names from the models


@dataclass(frozen=True, slots=True)
class TagNeighbours:
    """What comes before and after an entry among those with one of its tags."""

    name: str
    path: str
    older: EntryLink | None
    newer: EntryLink | None


@dataclass(frozen=True, slots=True)
class Around:
    """Live entries, by how they stand to one: `related` the closest first.

    `in_tags` has the first of the entry's tags that have other entries.
    """

    older: EntryLink | None
    newer: EntryLink | None
    in_tags: list[TagNeighbours]
    related: list[EntryLink]


class StoredTag(NamedTuple):
    pk: int
    name: str
    slug: str
    live_count: int


class Walked(NamedTuple):
    """An entry that stands on one side of another among those with a tag, and when that was."""

    tag: int
    side: str
    entry: int
    published: datetime


def read_around(row: EntryRow) -> Around:
    """What stands around an entry. At most four queries, whatever the number of entries and tags.

    Related are those that share the most and the rarest tags with it; among equals the nearest in
    time. Considered are, for each of its rarest tags, those that stand nearest to it.
    """
    tags = [StoredTag(*tag) for tag in select(TAGS, [row.pk])]
    first = [tag for tag in tags if tag.live_count > 1][:TAGS_WITH_NEIGHBOURS]
    rarest = sorted(tags, key=lambda tag: (tag.live_count, tag.pk))[:RAREST_TAGS]
    counts = {tag.pk: tag.live_count for tag in rarest if tag.live_count}

    distances: dict[int, timedelta] = {}
    beside: defaultdict[int, dict[str, Walked]] = defaultdict(dict)
    for walked in _walk(row, [*dict.fromkeys([*(tag.pk for tag in first), *counts])]):
        distance = abs(walked.published - row.published)
        if walked.tag in counts:
            distances[walked.entry] = distance
        beside[walked.tag].setdefault(walked.side, walked)

    closest = _closest(counts, distances)[:RELATED]
    nearest = {walked.entry for sides in beside.values() for walked in sides.values()}
    links = read_links([*closest, *(nearest - set(closest))])

    def link(tag: int, side: str) -> EntryLink | None:
        walked = beside[tag].get(side)
        return links.get(walked.entry) if walked else None

    return Around(
        older=link(IN_TIME, "<"),
        newer=link(IN_TIME, ">"),
        in_tags=[
            TagNeighbours(tag.name, tag_path(tag.slug), link(tag.pk, "<"), link(tag.pk, ">"))
            for tag in first
            if beside[tag.pk]
        ],
        related=[links[entry] for entry in closest if entry in links],
    )


def _closest(counts: Mapping[int, int], distances: Mapping[int, timedelta]) -> list[int]:
    """The entries at these distances, by what of the tags they have, the closest first.

    `counts` says how many have each tag. One query.
    """
    if not distances:
        return []
    scores: defaultdict[int, float] = defaultdict(float)
    statement = SHARED.format(tags=", ".join(["%s"] * len(counts)))
    for entry, tag in select(statement, [*distances], *counts):
        scores[entry] += 1 / log(1 + counts[tag])
    # Rounded: sums of the same numbers in another order may differ in their last digit.
    return sorted(scores, key=lambda pk: (-round(scores[pk], 9), distances[pk], -pk))


def _walk(row: EntryRow, tags: list[int]) -> list[Walked]:
    """The live entries on either side of this one, in time and in each tag, the nearest first.

    One query.
    """
    place, now = map(connection.ops.adapt_datetimefield_value, (row.published, timezone.now()))
    here = (place, row.pk, now)
    values = [*here * len(SIDES)]
    for tag in tags:
        values += (tag, *here) * len(SIDES)
    with connection.cursor() as cursor:
        cursor.execute(_statement(len(tags)), values)
        found = [
            Walked(tag, side, entry, load_moment(published))
            for tag, side, entry, published in cursor.fetchall()
        ]
    return sorted(
        found,
        key=lambda walked: (abs(walked.published - row.published), abs(walked.entry - row.pk)),
    )


@lru_cache
def _statement(tags: int) -> str:
    lists = [ALL_ENTRIES, *[TAGGED_ENTRIES] * tags]
    return " UNION ALL ".join(
        WALK.format(side=side, order=order, **walked)
        for walked in lists
        for side, order in SIDES.items()
    )
