"""Public tags: tags with live entries, by use or by slug."""

from dataclasses import dataclass

from entries.models import Tag, TagName, fold
from entries.publishing.rows.part_rows import tag_path

MAX_COMMON_TAGS = 12  # on the home page
MAX_COMBINED_TAGS = 5  # in one path, as in /tags/gil+python/
# Kept counts include entries that are not yet due. This many tags may rank too high by them.
MAX_MISPLACED_TAGS = 20


@dataclass(frozen=True, slots=True)
class TagCount:
    """A tag with its number of live entries."""

    name: str
    slug: str
    count: int

    @property
    def path(self) -> str:
        return tag_path(self.slug)


def common_tags(most: int = MAX_COMMON_TAGS) -> list[TagCount]:
    """The `most` tags with the most live entries, the commonest first. One query.

    The database orders by the kept count, which includes entries that are not yet due. The query
    reads MAX_MISPLACED_TAGS more, and sorts them again by the exact count.
    """
    public = Tag.objects.public().order_by("-live_count", "name")[: most + MAX_MISPLACED_TAGS]
    tags = [TagCount(*row) for row in public.values_list("name", "slug", "count")]
    return sorted(tags, key=lambda tag: (-tag.count, tag.name))[:most]


def find_tags(slugs: list[str]) -> list[Tag]:
    """The public tags with these slugs, in this order. One query; three if a name is not a slug.

    Also finds a tag by another spelling or an old name. Raises Tag.DoesNotExist for a tag that
    is unknown or has no live entries.
    """
    found = {tag.slug: tag for tag in Tag.objects.public().filter(slug__in=slugs).order_by()}
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
