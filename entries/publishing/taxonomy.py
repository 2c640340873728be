"""The tags as the public sees them, and the names by which they are found."""

from dataclasses import dataclass

from entries.models import Tag, TagName, fold

from .rows import tag_path

# How many tags the front page names, and how many may meet in one address.
COMMON_TAGS = 12
TAGS_AT_ONCE = 5


@dataclass(slots=True)
class TagCount:
    """A tag with its number of live entries."""

    name: str
    slug: str
    count: int

    @property
    def path(self) -> str:
        return tag_path(self.slug)


def all_tags() -> list[TagCount]:
    """Every tag that has live entries, by name. One query."""
    rows = Tag.objects.public().order_by().values_list("name", "slug", "count")
    return sorted((TagCount(*row) for row in rows), key=lambda tag: (fold(tag.name), tag.slug))


def common_tags() -> list[TagCount]:
    """The tags with the most live entries, the commonest first. One query."""
    rows = Tag.objects.public().order_by("-live_count", "name")[:COMMON_TAGS]
    return [TagCount(*row) for row in rows.values_list("name", "slug", "count")]


def by_initial(tags: list[TagCount]) -> list[tuple[str, list[TagCount]]]:
    """The tags under their first letters; what begins with none comes first, under `0–9`."""
    groups: dict[str, list[TagCount]] = {}
    for tag in tags:
        initial = tag.name[:1].upper()
        groups.setdefault(initial if initial.isalpha() else "0–9", []).append(tag)
    return sorted(groups.items(), key=lambda group: (group[0] != "0–9", group[0]))


def find_tags(slugs: list[str]) -> list[Tag]:
    """The public tags with these slugs, in this order. One query, or two for old names.

    A tag is also found by another spelling or an old name. Raises Tag.DoesNotExist for
    one that is unknown, or that has no entry which the public may see.
    """
    found = {tag.slug: tag for tag in Tag.objects.public().filter(slug__in=slugs)}
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
