"""The company that a tag keeps, and when it was used."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from django.db.models import CharField, Count, Exists, OuterRef, QuerySet
from django.db.models.functions import Cast, Substr

from entries.models import Tag, TaggedEntry
from entries.publishing.rows.kept_counts import tally
from entries.publishing.rows.part_rows import tag_path

# How many entries of a tag are looked at for its company, the newest.
NEWEST = 500
# Up to so many uses are counted anew each time.
MANY = 200
# Of the tags that come with it most often, those are shown that say the most about it.
CANDIDATES = 40
SHOWN = 12


@dataclass(slots=True)
class RelatedTag:
    """A tag that comes together with others; `path` is where all of them meet.

    `count` is how many entries have them all, 0 where not all entries were looked at.
    """

    name: str
    path: str
    count: int


def related_tags(tags: Sequence[Tag]) -> list[RelatedTag]:
    """The tags that entries with all these tags have besides, the most telling first.

    A tag that half of all entries have tells little, so the rarer count for more. Looks at the
    newest entries of the rarest of the tags. Two queries at the most.
    """
    rarest = min(tags, key=lambda tag: (tag.live_count, tag.pk))
    together = dict(_beside(rarest, tags)[:CANDIDATES])
    if not together:
        return []
    path = "+".join(tag.slug for tag in tags)
    named = Tag.objects.filter(pk__in=together).order_by()
    found = [
        (count / (sqrt(live) + 3), name, f"{path}+{slug}", count)
        for pk, name, slug, live in named.values_list("pk", "name", "slug", "live_count")
        if live and (count := together[pk])
    ]
    is_whole = rarest.live_count <= NEWEST
    return [
        RelatedTag(name, tag_path(slugs), count if is_whole else 0)
        for _, name, slugs, count in sorted(found, key=lambda row: (-row[0], row[1]))[:SHOWN]
    ]


def _beside(rarest: Tag, tags: Sequence[Tag]) -> "QuerySet[TaggedEntry, tuple[int, int]]":
    """The other tags of the newest entries with all these tags, and how often each comes."""
    newest = TaggedEntry.objects.filter(tag=rarest).live().values("content_object")[:NEWEST]
    taggings = TaggedEntry.objects.filter(content_object__in=newest)
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
    """How many live entries have a tag, by year and month. One query at the most.

    Months are those of UTC: near enough for a picture.
    """

    def count() -> Counter[tuple[int, int]]:
        month = Substr(Cast("published", CharField()), 1, 7)
        taggings = TaggedEntry.objects.filter(tag=tag).live().order_by()
        counts = taggings.values_list(month).annotate(count=Count("pk"))
        return Counter({(int(month[:4]), int(month[5:])): count for month, count in counts})

    return tally(f"months:{tag.pk}", count, MANY)
