"""Entries that belong beside one: what shares its rare tags, and what stands next to it in each."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from math import log
from typing import Any

from django.db import connection
from django.utils import timezone

from entries.models import TaggedEntry

from .links import EntryLink, read_links
from .listing import EntryRow
from .rows import tag_path
from .statements import columns, select, table

# How many of an entry's tags are looked at, the rarest first, and how many taggings of each on
# either side of the entry.
RAREST_TAGS = 8
TAGGINGS = 25
# In how many tags, the entry's first, its neighbours are given.
TAGS_WITH_NEIGHBOURS = 3

# One walk along an index: from an entry's place among the live taggings of a tag, some way down
# or up.
ENTRY, PUBLISHED = columns(TaggedEntry, "content_object"), columns(TaggedEntry, "published")
WALK = f"""
    SELECT * FROM (
        SELECT {columns(TaggedEntry, "tag")}, '{{side}}', {ENTRY}, {PUBLISHED}
        FROM {table(TaggedEntry)}
        WHERE {columns(TaggedEntry, "tag")} = %s AND {columns(TaggedEntry, "live")} IN (TRUE)
        AND ({PUBLISHED}, {ENTRY}) {{side}} (%s, %s) AND {PUBLISHED} <= %s
        ORDER BY {PUBLISHED} {{order}}, {ENTRY} {{order}} LIMIT %s
    ) AS walk
"""  # noqa: S608 - of names from the models
TAGGED = f"""
    SELECT {ENTRY}, {columns(TaggedEntry, "tag")} FROM {table(TaggedEntry)} WHERE {ENTRY} IN (%s)
"""  # noqa: S608 - of names from the models
WALKS = [WALK.format(side="<", order="DESC"), WALK.format(side=">", order="ASC")]


@dataclass(frozen=True, slots=True)
class TagNeighbours:
    """What comes before and after an entry among those with one of its tags."""

    name: str
    path: str
    older: EntryLink | None
    newer: EntryLink | None


def related(row: EntryRow, limit: int = 4) -> list[EntryLink]:
    """The live entries that share the most and the rarest tags with this one, the closest first.

    Among equals, the nearest in time. Considered are, for each of the entry's rarest tags, those
    that stand nearest to it. At most four queries, whatever the number of entries and tags.
    """
    tags = TaggedEntry.objects.filter(content_object=row.pk, tag__live_count__gt=0)
    counts = dict(
        tags.order_by("tag__live_count", "tag").values_list("tag", "tag__live_count")[:RAREST_TAGS]
    )
    distances = {
        entry: abs(moment_of(published) - row.published)
        for _, _, entry, published in _walk(row, list(counts), TAGGINGS)
    }
    if not distances:
        return []
    scores: defaultdict[int, float] = defaultdict(float)
    # All tags of these entries: asked for some of them, a database may read those tags whole.
    for entry, tag in select(TAGGED, list(distances)):
        if tag in counts:
            scores[entry] += 1 / log(1 + counts[tag])
    # Rounded: sums of the same numbers in another order may differ in their last digit.
    best = sorted(scores, key=lambda pk: (-round(scores[pk], 9), distances[pk], -pk))
    found = read_links(best[:limit])
    return [found[entry] for entry in best[:limit] if entry in found]


def next_in_tag(row: EntryRow) -> list[TagNeighbours]:
    """The live entries next to this one in its first tags, those that have others.

    At most three queries.
    """
    tags = TaggedEntry.objects.filter(content_object=row.pk, tag__live_count__gt=1).order_by("pk")
    first = list(tags.values_list("tag", "tag__name", "tag__slug")[:TAGS_WITH_NEIGHBOURS])
    beside: dict[int, dict[str, int]] = defaultdict(dict)
    for tag, side, entry, _ in _walk(row, [tag for tag, _, _ in first], 1):
        beside[tag][side] = entry
    found = read_links([entry for sides in beside.values() for entry in sides.values()])

    def neighbour(tag: int, side: str) -> EntryLink | None:
        return found.get(beside[tag].get(side, 0))

    return [
        TagNeighbours(name, tag_path(slug), neighbour(tag, "<"), neighbour(tag, ">"))
        for tag, name, slug in first
        if tag in beside
    ]


def moment_of(stored: str | datetime) -> datetime:
    """A moment as a statement gives it: SQLite has text for it, in UTC."""
    moment = datetime.fromisoformat(stored) if isinstance(stored, str) else stored
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _walk(row: EntryRow, tags: Sequence[int], length: int) -> list[tuple[int, str, int, Any]]:
    """For each tag, the live entries on either side of this one. One query.

    Gives tag, side, entry and when that was published, as stored.
    """
    if not tags:
        return []
    place, now = map(connection.ops.adapt_datetimefield_value, (row.published, timezone.now()))
    values = [value for tag in tags for _ in WALKS for value in (tag, place, row.pk, now, length)]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(WALKS * len(tags)), values)
        return cursor.fetchall()
