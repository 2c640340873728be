"""The tags as the public sees them, and the names by which they are found."""

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db import connection
from django.utils import timezone

from entries.models import Tag, TaggedEntry, TagName, fold

from .rows import tag_path
from .statements import ARRAYS, columns, table

# How many tags the front page names, and how many may meet in one address.
COMMON_TAGS = 12
TAGS_AT_ONCE = 5
# So many tags may stand higher by entries that are still to come.
MAX_MISPLACED = 20

STORED = ("id", "name", "slug", "description", "live_count")
# As `Tag.objects.public()` has them.
PUBLIC = f"""
    SELECT {columns(Tag, *STORED)},
    {columns(Tag, "live_count")} - (
        SELECT COUNT(*) FROM {table(TaggedEntry)}
        WHERE {columns(TaggedEntry, "tag")} = {columns(Tag, "id")}
        AND {columns(TaggedEntry, "live")} IN (TRUE)
        AND {columns(TaggedEntry, "published")} > %(now)s
    ) AS count FROM {table(Tag)} WHERE {columns(Tag, "live_count")} > 0
"""  # noqa: S608 - of names from the models
# Those of which no entry is due yet take nobody's place.
COMMON = f"""
    SELECT {{counts}} FROM (
        SELECT * FROM ({PUBLIC}) AS public WHERE count > 0
        ORDER BY live_count DESC, name LIMIT %(most)s
    ) AS common
"""  # noqa: S608 - of names from the models
OF_SLUGS = f"{PUBLIC} AND {columns(Tag, 'slug')} IN "


@dataclass(frozen=True, slots=True)
class TagCount:
    """A tag with its number of live entries."""

    name: str
    slug: str
    count: int

    @property
    def path(self) -> str:
        return tag_path(self.slug)


def common_tags(most: int = COMMON_TAGS) -> tuple[TagCount, ...]:
    """The tags with the most live entries, the commonest first. One query.

    The database orders by the kept count, which has entries that are still to come.
    """
    statement = COMMON.format(counts=ARRAYS[connection.vendor].format("name, slug, count"))
    ((counts,),) = _rows(statement, most=most + MAX_MISPLACED)
    return _tag_counts(counts)[:most]


@lru_cache(maxsize=16)
def _tag_counts(counts: str) -> tuple[TagCount, ...]:
    tags = (TagCount(*row) for row in json.loads(counts))
    return tuple(sorted(tags, key=lambda tag: (-tag.count, tag.name)))


def find_tags(slugs: list[str]) -> list[Tag]:
    """The public tags with these slugs, in this order. One query, or two for old names.

    A tag is also found by another spelling or an old name. Raises Tag.DoesNotExist for
    one that is unknown, or that has no entry which the public may see.
    """
    given = {f"slug{place}": slug for place, slug in enumerate(slugs)}
    places = ", ".join(f"%({name})s" for name in given)
    stored = map(_tag, _rows(f"{OF_SLUGS} ({places})", **given))
    found = {tag.slug: tag for tag in stored if tag.count > 0}
    other = [slug for slug in slugs if slug not in found]
    if other:
        names = {slug: [fold(slug), fold(slug.replace("-", " "))] for slug in other}
        folded = [name for pair in names.values() for name in pair]
        known = dict(TagName.objects.filter(folded__in=folded).values_list("folded", "tag"))
        tags = Tag.objects.public().in_bulk(list(set(known.values())))
        for slug in other:
            keys = [known[name] for name in names[slug] if name in known]
            if not keys or keys[0] not in tags:
                raise Tag.DoesNotExist(slug)
            found[slug] = tags[keys[0]]
    return [found[slug] for slug in slugs]


def _rows(statement: str, **given: Any) -> list[tuple[Any, ...]]:
    now = connection.ops.adapt_datetimefield_value(timezone.now())
    with connection.cursor() as cursor:
        cursor.execute(statement, {"now": now, **given})
        return cursor.fetchall()


def _tag(row: tuple[Any, ...]) -> Tag:
    *stored, count = row
    tag = Tag(**dict(zip(STORED, stored, strict=True)))
    # As the queryset annotates it.
    tag.count = count
    return tag
