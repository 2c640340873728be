"""Related tags: tags often used together with a tag. Also a tag's use by month."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from django.db.models import CharField, Count, Exists, OuterRef, QuerySet
from django.db.models.functions import Cast, Substr

from entries.models import Tag, TaggedEntry
from entries.publishing.rows.kept_counts import keep_count
from entries.publishing.rows.part_rows import tag_path

# Related tags are taken from this many of the newest entries.
MAX_READ_ENTRIES = 500
# Up to this many uses are counted again each time.
MAX_RECOUNTED_USES = 200
# This many tags that are used most often together are scored, and the best are shown.
MAX_SCORED_TAGS = 40
MAX_RELATED_TAGS = 12


@dataclass(slots=True)
class RelatedTag:
    """A tag that is used together with the given tags.

    `path` is the page of the entries that have all of them. `count` is the number of these
    entries, or 0 if not all entries were read.
    """

    name: str
    path: str
    count: int


def related_tags(tags: Sequence[Tag]) -> list[RelatedTag]:
    """The other tags of entries that have all these tags, the closest first.

    A tag on half of all entries says little, so rarer tags score higher. Reads the newest
    MAX_READ_ENTRIES entries of the rarest of the given tags. At most two queries.
    """
    rarest = min(tags, key=lambda tag: (tag.live_count, tag.pk))
    together = dict(_count_together(rarest, tags)[:MAX_SCORED_TAGS])
    if not together:
        return []
    path = "+".join(tag.slug for tag in tags)
    named = Tag.objects.filter(pk__in=together).order_by()
    found = [
        (count / (sqrt(live) + 3), name, f"{path}+{slug}", count)
        for pk, name, slug, live in named.values_list("pk", "name", "slug", "live_count")
        if live and (count := together[pk])
    ]
    is_exact = rarest.live_count <= MAX_READ_ENTRIES
    found.sort(key=lambda row: (-row[0], row[1]))
    return [
        RelatedTag(name, tag_path(slugs), count if is_exact else 0)
        for _, name, slugs, count in found[:MAX_RELATED_TAGS]
    ]


def _count_together(rarest: Tag, tags: Sequence[Tag]) -> "QuerySet[TaggedEntry, tuple[int, int]]":
    """The other tags of the newest entries with all these tags, with their numbers of uses."""
    newest = TaggedEntry.objects.filter(tag=rarest).live().values("content_object")
    taggings = TaggedEntry.objects.filter(content_object__in=newest[:MAX_READ_ENTRIES])
    for tag in tags:
        taggings = taggings.exclude(tag=tag)
        if tag != rarest:
            same_entry = TaggedEntry.objects.filter(tag=tag)
            taggings = taggings.filter(
                Exists(same_entry.filter(content_object=OuterRef("content_object")))
            )
    counts = taggings.order_by().values_list("tag").annotate(together=Count("pk"))
    return counts.order_by("-together", "tag")


def uses_by_month(tag: Tag) -> Counter[tuple[int, int]]:
    """The number of live entries with a tag, by (year, month). At most one query.

    Months are in UTC, which is exact enough for a chart.
    """

    def count() -> Counter[tuple[int, int]]:
        month = Substr(Cast("published", CharField()), 1, 7)
        taggings = TaggedEntry.objects.filter(tag=tag).live().order_by()
        counts = taggings.values_list(month).annotate(count=Count("pk"))
        return Counter({(int(month[:4]), int(month[5:])): count for month, count in counts})

    return keep_count(f"months:{tag.pk}", count, MAX_RECOUNTED_USES)
