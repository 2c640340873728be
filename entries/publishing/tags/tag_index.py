"""The index of tags: by use, by name, newly used, or with a part of a name.

A page shows a limited number of tags, however many there are.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import groupby

from django.db.models import Count, Exists, Max, OuterRef, QuerySet
from django.db.models.functions import Substr
from django.utils import timezone

from entries.lib.characters import strip_controls
from entries.models import Entry, Tag, TaggedEntry, TagName, fold
from entries.publishing.rows.periods import Period

from .public_tags import TagCount, common_tags

MAX_TAGS_BY_USE = 300
MAX_TAGS_BY_NAME = 500
MAX_NEWLY_USED_TAGS = 100
MAX_FOUND_TAGS = 100
# Newly used tags are taken from this many of the newest entries.
MAX_READ_ENTRIES = 200
# A name that was not found is compared with this many names that begin with the same letter.
MAX_COMPARED_NAMES = 500
MAX_COMPARED_CHARS = 50
# Chinese has more initials than a line can hold.
MAX_INITIALS = 60

NO_LETTER = "0–9"


@dataclass(slots=True)
class TagGroup:
    """Tags under a heading, which is a first letter or the day of their last use."""

    name: str
    tags: list[TagCount]


@dataclass(slots=True)
class NamePage:
    """A page of the tags by name. `goes_on` is the name at which the next page starts, or ""."""

    groups: list[TagGroup]
    goes_on: str = ""


def by_use() -> list[TagCount]:
    """The tags with the most live entries, the commonest first. One query."""
    return common_tags(MAX_TAGS_BY_USE)


def by_name(start: str = "") -> NamePage:
    """The tags from the name `start` on, under their first letters. Two queries.

    Walks all names of tags, and leaves out old names.
    """
    names = public_names().filter(folded__gte=fold_query(start)).order_by("folded")
    rows = list(names.values_list("folded", "tag")[: MAX_TAGS_BY_NAME + 1])
    shown, rest = rows[:MAX_TAGS_BY_NAME], rows[MAX_TAGS_BY_NAME:]
    tags = _read([tag for _, tag in shown])
    named = [tags[tag] for folded, tag in shown if tag in tags and folded == fold(tags[tag].name)]
    return NamePage(by_initial(named), rest[0][0] if rest else "")


def by_initial(tags: Iterable[TagCount]) -> list[TagGroup]:
    """The tags under their first letters. Tags that begin with no letter come first."""
    groups: dict[str, list[TagCount]] = {}
    for tag in sorted(tags, key=lambda tag: (fold(tag.name), tag.slug)):
        groups.setdefault(initial(tag.name), []).append(tag)
    ordered = sorted(groups.items(), key=lambda group: (group[0] != NO_LETTER, group[0]))
    return [TagGroup(name, found) for name, found in ordered]


def initials() -> list[str]:
    """The first letters of all tags, the MAX_INITIALS commonest. One query, over all tags."""
    tags = Tag.objects.filter(live_count__gt=0).exclude(pk__in=not_yet_public())
    first = tags.order_by().annotate(first=Substr("name", 1, 1))
    counts: Counter[str] = Counter()
    for letter, count in first.values_list("first").annotate(count=Count("pk")):
        counts[initial(letter)] += count
    del counts[NO_LETTER]
    return sorted(letter for letter, _ in counts.most_common(MAX_INITIALS))


def newly_used() -> list[TagGroup]:
    """The tags of the newest entries, under the days of their last use. Two queries."""
    newest = Entry.objects.live().values("pk")[:MAX_READ_ENTRIES]
    taggings = TaggedEntry.objects.filter(content_object__in=newest).order_by()
    used = dict(
        taggings.values_list("tag")
        .annotate(last=Max("published"))
        .order_by("-last", "tag")[:MAX_NEWLY_USED_TAGS]
    )
    tags = _read(used)
    days = groupby((pk for pk in used if pk in tags), lambda pk: timezone.localdate(used[pk]))
    return [TagGroup(Period.of_day(day).name, [tags[pk] for pk in pks]) for day, pks in days]


def find(words: str) -> list[TagCount]:
    """The tags that have these words in their name or an old name, the exact name first.

    The others are ordered by use. One query, which reads every name.
    """
    folded = fold_query(words)
    names = TagName.objects.filter(folded__contains=folded)
    exact = TagName.objects.filter(folded=folded, tag=OuterRef("pk"))
    found = Tag.objects.public().filter(pk__in=names.values("tag"))
    rows = found.order_by(Exists(exact).desc(), "-live_count", "name")
    return [TagCount(*row) for row in rows.values_list("name", "slug", "count")[:MAX_FOUND_TAGS]]


def alike(words: str) -> list[TagCount]:
    """At most five tags with names like these words, for a search that found none. Two queries."""
    folded = fold_query(words)
    names = public_names().filter(folded__startswith=folded[:1]).order_by("-tag__live_count")
    known = dict(names.values_list("folded", "tag")[:MAX_COMPARED_NAMES])
    close = get_close_matches(folded[:MAX_COMPARED_CHARS], known, n=5)
    near = [known[name] for name in close]
    tags = _read(near)
    return [tags[pk] for pk in dict.fromkeys(near) if pk in tags]


def public_names() -> QuerySet[TagName]:
    """The names, old ones included, of tags with live entries."""
    return TagName.objects.filter(tag__live_count__gt=0).exclude(tag__in=not_yet_public())


def not_yet_public() -> QuerySet[Tag, int]:
    return Tag.objects.not_yet_public().order_by().values("pk")


def _read(pks: Iterable[int]) -> dict[int, TagCount]:
    rows = Tag.objects.public().filter(pk__in=list(pks)).order_by()
    return {pk: TagCount(*tag) for pk, *tag in rows.values_list("pk", "name", "slug", "count")}


def fold_query(words: str) -> str:
    """Fold words from a query string as names of tags are folded in the database."""
    return fold(strip_controls(words))


def initial(name: str) -> str:
    letter = name[:1].upper()[:1]
    return letter if letter.isalpha() else NO_LETTER
