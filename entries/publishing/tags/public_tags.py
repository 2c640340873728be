"""The tags as the public sees them, and the names by which they are found."""

from dataclasses import dataclass

from entries.models import Tag, TagName, fold
from entries.publishing.rows.part_rows import tag_path

# How many tags the front page names, and how many may meet in one address.
COMMON_TAGS = 12
TAGS_AT_ONCE = 5
# So many tags may stand higher by entries that are still to come.
MAX_MISPLACED = 20


@dataclass(frozen=True, slots=True)
class TagCount:
    """A tag with its number of live entries."""

    name: str
    slug: str
    count: int

    @property
    def path(self) -> str:
        return tag_path(self.slug)


def common_tags(most: int = COMMON_TAGS) -> list[TagCount]:
    """The tags with the most live entries, the commonest first. One query.

    The database orders by the kept count, which has entries that are still to come.
    """
    public = Tag.objects.public().order_by("-live_count", "name")[: most + MAX_MISPLACED]
    tags = [TagCount(*row) for row in public.values_list("name", "slug", "count")]
    return sorted(tags, key=lambda tag: (-tag.count, tag.name))[:most]


def find_tags(slugs: list[str]) -> list[Tag]:
    """The public tags with these slugs, in this order. One query, or two for old names.

    A tag is also found by another spelling or an old name. Raises Tag.DoesNotExist for
    one that is unknown, or that has no entry which the public may see.
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
