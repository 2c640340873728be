"""The index of the tags: by use, by name, newly used, and by a part of a name.

However many tags there are, a page shows a bounded number of them.
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

BY_USE = 300
BY_NAME = 500
NEWLY_USED = 100
FOUND = 100
# Newly used are the tags of so many entries, the newest.
NEWEST_ENTRIES = 200
# Names that begin like one that was not found, among which the nearest are looked for.
ALIKE = 500
# Chinese has more initials than a line can hold.
INITIALS = 60

NO_LETTER = "0–9"


@dataclass(slots=True)
class TagGroup:
    """Tags under a heading: a first letter, or the day on which they were last used."""

    name: str
    tags: list[TagCount]


@dataclass(slots=True)
class NamePage:
    """A page of the tags by name. `goes_on` is the name with which the next one begins."""

    groups: list[TagGroup]
    goes_on: str = ""


def by_use() -> list[TagCount]:
    """The tags with the most live entries, the commonest first. One query."""
    return common_tags(BY_USE)


def by_name(start: str = "") -> NamePage:
    """The tags whose names come at `start` or after it, under their first letters. Two queries.

    Walks the names by which tags are known; one that is no longer the tag's is passed over.
    """
    names = public_names().filter(folded__gte=asked(start))
    rows = list(names.order_by("folded").values_list("folded", "tag")[: BY_NAME + 1])
    tags = _read([tag for _, tag in rows[:BY_NAME]])
    named = [
        tags[tag]
        for folded, tag in rows[:BY_NAME]
        if tag in tags and folded == fold(tags[tag].name)
    ]
    return NamePage(by_initial(named), rows[BY_NAME][0] if len(rows) > BY_NAME else "")


def by_initial(tags: Iterable[TagCount]) -> list[TagGroup]:
    """The tags under their first letters; what begins with none comes first, under `0–9`."""
    groups: dict[str, list[TagCount]] = {}
    for tag in sorted(tags, key=lambda tag: (fold(tag.name), tag.slug)):
        groups.setdefault(initial(tag.name), []).append(tag)
    ordered = sorted(groups.items(), key=lambda group: (group[0] != NO_LETTER, group[0]))
    return [TagGroup(name, found) for name, found in ordered]


def initials() -> list[str]:
    """The first letters of the tags; of very many, the commonest. One query, over all tags."""
    tags = Tag.objects.filter(live_count__gt=0).exclude(pk__in=not_yet_public())
    first = tags.order_by().annotate(first=Substr("name", 1, 1))
    counts: Counter[str] = Counter()
    for letter, count in first.values_list("first").annotate(count=Count("pk")):
        counts[initial(letter)] += count
    del counts[NO_LETTER]
    return sorted(letter for letter, _ in counts.most_common(INITIALS))


def newly_used() -> list[TagGroup]:
    """The tags of the newest entries, under the days on which they were last used. Two queries."""
    newest = Entry.objects.live().values("pk")[:NEWEST_ENTRIES]
    taggings = TaggedEntry.objects.filter(content_object__in=newest).order_by()
    used = dict(
        taggings.values_list("tag")
        .annotate(last=Max("published"))
        .order_by("-last", "tag")[:NEWLY_USED]
    )
    tags = _read(used)
    days = groupby((pk for pk in used if pk in tags), lambda pk: timezone.localdate(used[pk]))
    return [TagGroup(Period.of_day(day).name, [tags[pk] for pk in pks]) for day, pks in days]


def find(words: str) -> list[TagCount]:
    """The tags with this in their name or an old name of theirs: that very name first.

    Then the most used. One query, which looks at every name.
    """
    folded = asked(words)
    names = TagName.objects.filter(folded__contains=folded)
    exact = TagName.objects.filter(folded=folded, tag=OuterRef("pk"))
    found = Tag.objects.public().filter(pk__in=names.values("tag"))
    rows = found.order_by(Exists(exact).desc(), "-live_count", "name")
    return [TagCount(*row) for row in rows.values_list("name", "slug", "count")[:FOUND]]


def alike(words: str) -> list[TagCount]:
    """The tags that were perhaps meant by a name that none has. Two queries."""
    folded = asked(words)
    names = public_names().filter(folded__startswith=folded[:1])
    known = dict(names.order_by("-tag__live_count").values_list("folded", "tag")[:ALIKE])
    near = [known[name] for name in get_close_matches(folded[:50], known, n=5)]
    tags = _read(near)
    return [tags[pk] for pk in dict.fromkeys(near) if pk in tags]


def public_names() -> QuerySet[TagName]:
    """The names of the tags that the public may know of."""
    return TagName.objects.filter(tag__live_count__gt=0).exclude(tag__in=not_yet_public())


def not_yet_public() -> QuerySet[Tag, int]:
    return Tag.objects.not_yet_public().order_by().values("pk")


def _read(pks: Iterable[int]) -> dict[int, TagCount]:
    rows = Tag.objects.public().filter(pk__in=list(pks)).order_by()
    return {pk: TagCount(*tag) for pk, *tag in rows.values_list("pk", "name", "slug", "count")}


def asked(words: str) -> str:
    """What somebody asks for, in the form in which names are kept."""
    return fold(strip_controls(words))


def initial(name: str) -> str:
    letter = name[:1].upper()[:1]
    return letter if letter.isalpha() else NO_LETTER
