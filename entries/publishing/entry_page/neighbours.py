"""Neighbours of an entry: the next older and newer, also within its tags, and related entries."""

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

# Related entries are searched in the entry's rarest tags, and in each tag among the taggings
# nearest to the entry.
MAX_COMPARED_TAGS = 8
MAX_TAGGINGS_PER_SIDE = 25
MAX_TAGS_WITH_NEIGHBOURS = 3
MAX_RELATED_ENTRIES = 4

# Older entries and newer ones, as lookups.
SIDES = ("lt", "gt")
TAGGING_FIELDS = ("tag", "content_object", "published")
# The number used in place of a tag's for neighbours among all entries.
NO_TAG = 0


@dataclass(frozen=True, slots=True)
class TagNeighbours:
    """The next older and newer entry that have one of the entry's tags."""

    name: str
    path: str
    older: EntryLink | None
    newer: EntryLink | None


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Live entries near one entry. `related` has the closest first.

    `in_tags` covers the first MAX_TAGS_WITH_NEIGHBOURS tags that have other entries.
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


class Neighbour(NamedTuple):
    """A live entry that is older (`lt`) or newer (`gt`) and has the same tag, or NO_TAG."""

    tag: int
    side: str
    entry: int
    published: datetime


def read_neighbours(row: EntryRow) -> Neighbours:
    """Read the neighbours of an entry. At most four queries, for any number of entries and tags.

    Entries are related if they share tags. The more and the rarer the shared tags, the closer;
    among equals the nearest in time comes first. Only the entries nearest in time are compared,
    in each of the MAX_COMPARED_TAGS rarest tags.
    """
    taggings = TaggedEntry.objects.filter(content_object=row.pk).order_by("pk")
    named = taggings.values_list("tag", "tag__name", "tag__slug", "tag__live_count")
    tags = [StoredTag(*tag) for tag in named]
    first = [tag for tag in tags if tag.live_count > 1][:MAX_TAGS_WITH_NEIGHBOURS]
    rarest = sorted(tags, key=lambda tag: (tag.live_count, tag.pk))[:MAX_COMPARED_TAGS]
    counts = {tag.pk: tag.live_count for tag in rarest if tag.live_count}

    distances: dict[int, timedelta] = {}
    next_to: defaultdict[int, dict[str, Neighbour]] = defaultdict(dict)
    read_tags = {tag for tag in tags if tag in first or tag.pk in counts}
    for neighbour in _find_neighbours(row, read_tags):
        distance = abs(neighbour.published - row.published)
        if neighbour.tag in counts:
            distances[neighbour.entry] = distance
        next_to[neighbour.tag].setdefault(neighbour.side, neighbour)

    closest = _order_by_likeness(counts, distances)[:MAX_RELATED_ENTRIES]
    nearest = {neighbour.entry for sides in next_to.values() for neighbour in sides.values()}
    links = read_links([*closest, *(nearest - set(closest))])

    def link(tag: int, side: str) -> EntryLink | None:
        neighbour = next_to[tag].get(side)
        return links.get(neighbour.entry) if neighbour else None

    return Neighbours(
        older=link(NO_TAG, "lt"),
        newer=link(NO_TAG, "gt"),
        in_tags=[
            TagNeighbours(tag.name, tag_path(tag.slug), link(tag.pk, "lt"), link(tag.pk, "gt"))
            for tag in first
            if next_to[tag.pk]
        ],
        related=[links[entry] for entry in closest if entry in links],
    )


def _order_by_likeness(counts: Mapping[int, int], distances: Mapping[int, timedelta]) -> list[int]:
    """The entries in `distances`, those with the most and rarest of the tags in `counts` first.

    `distances` are the times between these entries and the one compared, `counts` the numbers of
    live entries with each tag. One query.
    """
    if not distances:
        return []
    scores: defaultdict[int, float] = defaultdict(float)
    # The cast stops the database from using the index on the tag, which is long for a common
    # tag. It uses the index on the entry.
    taggings = TaggedEntry.objects.filter(content_object__in=distances).order_by()
    shared = taggings.alias(shared=Cast("tag", BigIntegerField())).filter(shared__in=counts)
    for entry, tag in shared.values_list("content_object", "tag"):
        scores[entry] += 1 / log(1 + counts[tag])
    # Rounded, because sums of the same numbers in another order may differ in their last digit.
    return sorted(scores, key=lambda pk: (-round(scores[pk], 9), distances[pk], -pk))


def _find_neighbours(row: EntryRow, tags: Collection[StoredTag]) -> list[Neighbour]:
    """The nearest live entries on both sides, among all and in each tag, nearest first.

    One query. It reads a tag with few entries whole, and MAX_TAGGINGS_PER_SIDE of any other.
    """
    place = (row.published, row.pk)
    rare = [tag.pk for tag in tags if tag.live_count <= MAX_TAGGINGS_PER_SIDE]
    taggings = TaggedEntry.objects.filter(tag__in=rare).exclude(content_object=row.pk)
    parts: list[QuerySet[Any, Any]] = [taggings.live().order_by().values_list(*TAGGING_FIELDS)]
    for side in SIDES:
        entries = Entry.objects.filter(beyond(("published", "pk"), place, side)).live()
        nearest = _nearest(entries, side, 1).annotate(tag=Value(NO_TAG, BigIntegerField()))
        parts.append(nearest.values_list("tag", "pk", "published"))
        on_side = beyond(("published", "content_object_id"), place, side)
        taggings = TaggedEntry.objects.filter(on_side).live()
        for tag in tags:
            if tag.live_count > MAX_TAGGINGS_PER_SIDE:
                nearest = _nearest(taggings.filter(tag=tag.pk), side, MAX_TAGGINGS_PER_SIDE)
                parts.append(nearest.values_list(*TAGGING_FIELDS))
    first, *others = parts
    found = [
        Neighbour(tag, "lt" if (published, entry) < place else "gt", entry, published)
        for tag, entry, published in first.union(*others, all=True)
    ]
    return sorted(
        found,
        key=lambda one: (abs(one.published - row.published), abs(one.entry - row.pk)),
    )


def _nearest(live: QuerySet[Any], side: str, most: int) -> QuerySet[Any]:
    """The first `most` of these, as part of a union.

    SQLite allows no LIMIT in a part of a union, but it does in a subquery of that part.
    """
    ordered = live.reverse() if side == "gt" else live
    return live.model._default_manager.filter(pk__in=ordered.values("pk")[:most]).order_by()
