"""What stands around an entry: the next in time and in its tags, and what is related to it."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import log
from typing import Any, NamedTuple

from django.db.models import BigIntegerField, QuerySet, Value
from django.db.models.functions import Cast

from entries.models import Entry, TaggedEntry
from entries.publishing.rows.entry_links import EntryLink, read_links
from entries.publishing.rows.entry_row import EntryRow
from entries.publishing.rows.keyset_pages import beyond
from entries.publishing.rows.part_rows import tag_path

# How many of an entry's tags are looked at, the rarest first, and how many taggings of each on
# either side of the entry.
RAREST_TAGS = 8
TAGGINGS = 25
# In how many tags, the entry's first, its neighbours are given; and how many related entries are.
TAGS_WITH_NEIGHBOURS = 3
RELATED = 4

# The sides of an entry: what is older, and what is newer.
SIDES = ("lt", "gt")
OF_TAGGING = ("tag", "content_object", "published")
# The walk among all entries stands in the place of a tag's with this number.
IN_TIME = 0


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
    taggings = TaggedEntry.objects.filter(content_object=row.pk).order_by("pk")
    named = taggings.values_list("tag", "tag__name", "tag__slug", "tag__live_count")
    tags = [StoredTag(*tag) for tag in named]
    first = [tag for tag in tags if tag.live_count > 1][:TAGS_WITH_NEIGHBOURS]
    rarest = sorted(tags, key=lambda tag: (tag.live_count, tag.pk))[:RAREST_TAGS]
    counts = {tag.pk: tag.live_count for tag in rarest if tag.live_count}

    distances: dict[int, timedelta] = {}
    beside: defaultdict[int, dict[str, Walked]] = defaultdict(dict)
    walked_along = {tag for tag in tags if tag in first or tag.pk in counts}
    for walked in _walk(row, walked_along):
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
        older=link(IN_TIME, "lt"),
        newer=link(IN_TIME, "gt"),
        in_tags=[
            TagNeighbours(tag.name, tag_path(tag.slug), link(tag.pk, "lt"), link(tag.pk, "gt"))
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
    # By the index of the entries: that of the tags, which the cast rules out, is long.
    taggings = TaggedEntry.objects.filter(content_object__in=distances).order_by()
    shared = taggings.alias(shared=Cast("tag", BigIntegerField())).filter(shared__in=counts)
    for entry, tag in shared.values_list("content_object", "tag"):
        scores[entry] += 1 / log(1 + counts[tag])
    # Rounded: sums of the same numbers in another order may differ in their last digit.
    return sorted(scores, key=lambda pk: (-round(scores[pk], 9), distances[pk], -pk))


def _walk(row: EntryRow, tags: Collection[StoredTag]) -> list[Walked]:
    """The live entries on either side of this one, in time and in each tag, the nearest first.

    One query: a tag with few entries is read whole, of any other the nearest on each side.
    """
    place = (row.published, row.pk)
    few = [tag.pk for tag in tags if tag.live_count <= TAGGINGS]
    taggings = TaggedEntry.objects.filter(tag__in=few).exclude(content_object=row.pk)
    walks: list[QuerySet[Any, Any]] = [taggings.live().order_by().values_list(*OF_TAGGING)]
    for side in SIDES:
        entries = Entry.objects.filter(beyond(("published", "pk"), place, side)).live()
        nearest = _nearest(entries, side, 1).annotate(tag=Value(IN_TIME, BigIntegerField()))
        walks.append(nearest.values_list("tag", "pk", "published"))
        beside = beyond(("published", "content_object_id"), place, side)
        taggings = TaggedEntry.objects.filter(beside).live()
        for tag in tags:
            if tag.live_count > TAGGINGS:
                nearest = _nearest(taggings.filter(tag=tag.pk), side, TAGGINGS)
                walks.append(nearest.values_list(*OF_TAGGING))
    first, *others = walks
    found = [
        Walked(tag, "lt" if (published, entry) < place else "gt", entry, published)
        for tag, entry, published in first.union(*others, all=True)
    ]
    return sorted(
        found,
        key=lambda walked: (abs(walked.published - row.published), abs(walked.entry - row.pk)),
    )


def _nearest(live: QuerySet[Any], side: str, most: int) -> QuerySet[Any]:
    """The first of these on one side. SQLite cuts no part of a union, but a subquery in one."""
    walk = live.reverse() if side == "gt" else live
    return live.model._default_manager.filter(pk__in=walk.values("pk")[:most]).order_by()
