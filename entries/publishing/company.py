"""The company that a tag keeps, and when it was used."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any

from django.db import connection
from django.utils import timezone

from entries.models import Tag, TaggedEntry

from .rows import tag_path
from .statements import columns, select, table
from .tallies import tally

# How many entries of a tag are looked at, the newest, and up to how many taggings of theirs
# are counted anew each time.
NEWEST = 500
MANY = 200
# Of the tags that come with it most often, those are shown that say the most about it.
CANDIDATES = 40
SHOWN = 12

TAGGING = table(TaggedEntry)
TAG, ENTRY, LIVE, PUBLISHED = (
    columns(TaggedEntry, name) for name in ("tag", "content_object", "live", "published")
)
LISTED = f"{TAG} = %s AND {LIVE} IN (TRUE) AND {PUBLISHED} <= %s"
TOGETHER = f"""
    SELECT beside.tag_id, COUNT(*) FROM (
        SELECT {ENTRY} AS entry FROM {TAGGING} WHERE {LISTED}
        ORDER BY {PUBLISHED} DESC, {ENTRY} DESC LIMIT {NEWEST}
    ) AS newest JOIN {TAGGING} AS beside ON beside.entry_id = newest.entry
    WHERE {{others}} GROUP BY beside.tag_id ORDER BY COUNT(*) DESC, beside.tag_id LIMIT {CANDIDATES}
"""  # noqa: S608 - of names from the models
ALSO = f"""EXISTS (
    SELECT 1 FROM {TAGGING} WHERE {ENTRY} = newest.entry AND {TAG} = %s
)"""  # noqa: S608 - of names from the models
NAMES = f"""
    SELECT {columns(Tag, "id", "name", "slug", "live_count")} FROM {table(Tag)}
    WHERE {columns(Tag, "id")} IN (%s)
"""  # noqa: S608 - of names from the models
# Months in UTC: near enough for a picture, and no function of Python's for each row.
BY_MONTH = f"""
    SELECT {{month}}, COUNT(*) FROM {TAGGING} WHERE {LISTED} GROUP BY 1
"""  # noqa: S608 - of names from the models
MONTH = {
    "sqlite": f"substr({PUBLISHED}, 1, 7)",
    "postgresql": f"to_char({PUBLISHED} AT TIME ZONE 'UTC', 'YYYY-MM')",
}


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
    rarest, *others = sorted(tags, key=lambda tag: (tag.live_count, tag.pk))
    own = [tag.pk for tag in tags]
    conditions = [f"beside.tag_id NOT IN ({', '.join(['%s'] * len(own))})", *[ALSO] * len(others)]
    statement = TOGETHER.format(others=" AND ".join(conditions))
    values = [rarest.pk, _now(), *own, *(tag.pk for tag in others)]
    name = f"together:{'+'.join(map(str, sorted(own)))}"
    together = tally(name, lambda: Counter(dict(_rows(statement, values))), MANY)
    if not together:
        return []
    path = "+".join(tag.slug for tag in tags)
    found = [
        (count / (sqrt(live) + 3), name, f"{path}+{slug}", count)
        for pk, name, slug, live in select(NAMES, list(together))
        if live and (count := together[pk])
    ]
    is_whole = rarest.live_count <= NEWEST
    return [
        RelatedTag(name, tag_path(slugs), count if is_whole else 0)
        for _, name, slugs, count in sorted(found, key=lambda row: (-row[0], row[1]))[:SHOWN]
    ]


def uses_by_month(tag: Tag) -> Counter[tuple[int, int]]:
    """How many live entries have a tag, by year and month. One query at the most."""
    statement = BY_MONTH.format(month=MONTH[connection.vendor])

    def count() -> Counter[tuple[int, int]]:
        rows = _rows(statement, [tag.pk, _now()])
        return Counter({(int(month[:4]), int(month[5:])): count for month, count in rows})

    return tally(f"months:{tag.pk}", count, MANY)


def _rows(statement: str, values: Sequence[Any]) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()


def _now() -> Any:
    return connection.ops.adapt_datetimefield_value(timezone.now())
