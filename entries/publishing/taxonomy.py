"""The tags as the public sees them, and the names by which they are found."""

from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils import timezone

from entries.models import Tag, TaggedEntry, TagName, fold

from .rows import tag_path
from .statements import columns, table

# How many tags the front page names, and how many may meet in one address.
COMMON_TAGS = 12
TAGS_AT_ONCE = 5

STORED = ("id", "name", "slug", "description", "live_count")
# As `Tag.objects.public()` has them.
PUBLIC = f"""
    SELECT {columns(Tag, *STORED)},
    {columns(Tag, "live_count")} - (
        SELECT COUNT(*) FROM {table(TaggedEntry)}
        WHERE {columns(TaggedEntry, "tag")} = {columns(Tag, "id")}
        AND {columns(TaggedEntry, "live")} IN (TRUE)
        AND {columns(TaggedEntry, "published")} > %s
    ) FROM {table(Tag)} WHERE {columns(Tag, "live_count")} > 0
"""  # noqa: S608 - of names from the models
COMMON = f"{PUBLIC} ORDER BY {columns(Tag, 'live_count')} DESC, {columns(Tag, 'name')} LIMIT %s"
OF_SLUGS = f"{PUBLIC} AND {columns(Tag, 'slug')} IN "


@dataclass(slots=True)
class TagCount:
    """A tag with its number of live entries."""

    name: str
    slug: str
    count: int

    @property
    def path(self) -> str:
        return tag_path(self.slug)


def common_tags(most: int = COMMON_TAGS) -> list[TagCount]:
    """The tags with the most live entries, the commonest first. One query."""
    return [TagCount(name, slug, count) for _, name, slug, *_, count in _public(COMMON, most)]


def find_tags(slugs: list[str]) -> list[Tag]:
    """The public tags with these slugs, in this order. One query, or two for old names.

    A tag is also found by another spelling or an old name. Raises Tag.DoesNotExist for
    one that is unknown, or that has no entry which the public may see.
    """
    places = ", ".join(["%s"] * len(slugs))
    found = {tag.slug: tag for tag in map(_tag, _public(f"{OF_SLUGS} ({places})", *slugs))}
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


def _public(statement: str, *values: Any) -> list[tuple[Any, ...]]:
    """The stored columns of tags with entries that the public may see, and how many."""
    now = connection.ops.adapt_datetimefield_value(timezone.now())
    with connection.cursor() as cursor:
        cursor.execute(statement, [now, *values])
        return [row for row in cursor.fetchall() if row[-1] > 0]


def _tag(row: tuple[Any, ...]) -> Tag:
    *stored, count = row
    tag = Tag(**dict(zip(STORED, stored, strict=True)))
    # As the queryset annotates it.
    tag.count = count
    return tag
