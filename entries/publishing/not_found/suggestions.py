"""What was probably meant by a path at which there is nothing."""

import calendar
import re
from dataclasses import dataclass, field
from datetime import date
from difflib import SequenceMatcher

from entries.models import Entry, Tag, TagName, fold
from entries.models.entry import MONTHS
from entries.models.path_key import plain_path
from entries.publishing.rows.entry_links import EntryLink, read_links
from entries.publishing.rows.part_rows import TagRow
from entries.publishing.rows.periods import MONTH_NAMES, Period

# How much is read and compared, at the most: slugs on either side of the asked one in their
# order, slugs of the day in the path, characters of each, words of the path.
NEAR = 25
OF_DAY = 100
COMPARED = 80
WORDS = 8
WORD_LENGTH = 40

OFFERED = 5
ALIKE = 0.6
MONTH_NUMBERS = {
    name.lower(): number
    for names in (MONTHS, MONTH_NAMES)
    for number, name in enumerate(names, start=1)
}
DATED = re.compile(
    r"/(?P<year>[12]\d{3})(?:[/-](?P<month>\d\d?|[A-Za-z]{3,9}))?(?:[/-](?P<day>\d\d?))?(?![^/])",
    re.ASCII,
)
FILE_ENDING = re.compile(r"\.[a-z0-9]{1,5}\Z", re.I)
# What pages fetch and robots try is asked for by nobody who reads the answer.
NO_PAGE = re.compile(
    r"\.(css|js|map|json|png|jpe?g|gif|webp|avif|svg|ico|woff2?|ttf|mp[34]|webm|zip|gz|env|ya?ml|"
    r"sql|bak|cgi|txt|xml)\Z",
    re.I,
)
WORD = re.compile(r"[^\W_]+")


@dataclass(slots=True)
class Suggestions:
    """Live entries and tags, the part of the archive that the path names, and words to search."""

    entries: list[EntryLink] = field(default_factory=list)
    tags: list[TagRow] = field(default_factory=list)
    period: Period | None = None
    words: str = ""


def suggest(path: str) -> Suggestions:
    """What the public may see that is like this path (decoded). At most eight queries."""
    # Nothing like a NUL is in any slug, and PostgreSQL can't even be asked for it.
    path = re.sub(r"[\x00-\x1f]", "", plain_path(path))
    last = path.rpartition("/")[2]
    if NO_PAGE.search(last):
        return Suggestions()
    slug = FILE_ENDING.sub("", last)
    words = [word[:WORD_LENGTH] for word in WORD.findall(slug)[:WORDS]]
    asked = "-".join(words).lower()[:COMPARED]
    period = _named_period(path)
    return Suggestions(
        entries=_find_entries(asked, period),
        tags=_find_tags(words),
        period=period and _find_period(period),
        words=" ".join(words),
    )


def _find_entries(asked: str, period: Period | None) -> list[EntryLink]:
    """Entries whose slug is like this one: among its neighbours in order, and those of the day."""
    if not WORD.search(asked) or asked.isdecimal():
        return []
    # Without regard to status: by that, the index of the slugs would not be walked.
    slugs = Entry.objects.values_list("pk", "slug")
    near = [
        *slugs.filter(slug__gte=asked).order_by("slug")[:NEAR],
        *slugs.filter(slug__lt=asked).order_by("-slug")[:NEAR],
    ]
    if period and period.day:
        near += slugs.filter(day=period.first, status=Entry.Status.LIVE).order_by()[:OF_DAY]
    alike = {pk: likeness(asked, slug.lower()[:COMPARED]) for pk, slug in near}
    links = read_links(pk for pk, ratio in alike.items() if ratio >= ALIKE)
    best = sorted(links, key=lambda pk: (alike[pk], links[pk].day, pk), reverse=True)
    return [links[pk] for pk in best[:OFFERED]]


def likeness(asked: str, slug: str) -> float:
    """From 0 to 1; a slug that only goes on, or was cut off, is like the other."""
    shorter, longer = sorted((asked, slug), key=len)
    if len(shorter) >= 6 and longer.startswith(shorter):
        return 1.0 if asked == slug else 0.95
    matcher = SequenceMatcher(None, asked, slug, autojunk=False)
    if min(matcher.real_quick_ratio(), matcher.quick_ratio()) < ALIKE:
        return 0.0
    return matcher.ratio()


def _find_tags(words: list[str]) -> list[TagRow]:
    """The tags that bear the words' names, together or one by one."""
    if not words:
        return []
    names = [" ".join(words), "-".join(words), "".join(words), *words]
    known = TagName.objects.filter(folded__in={fold(name) for name in names})
    tags = Tag.objects.public().filter(pk__in=known.values("tag")).order_by("-live_count", "name")
    return [TagRow(name, slug) for name, slug in tags.values_list("name", "slug")[:OFFERED]]


def _named_period(path: str) -> Period | None:
    """The day, month or year that a path names, as far as there is one."""
    match = DATED.search(path)
    if not match:
        return None
    stated = match["month"] or ""
    month = int(stated) if stated.isdecimal() else MONTH_NUMBERS.get(stated.lower(), 0)
    year = int(match["year"])
    if not 1 <= month <= 12:
        return Period(year)
    day = int(match["day"] or 0)
    if not 1 <= day <= calendar.monthrange(year, month)[1]:
        return Period(year, month)
    return Period(year, month, day)


def _find_period(named: Period) -> Period | None:
    """The narrowest period around this one that has live entries. At most three queries."""
    periods = [named, Period(named.year, named.month), Period(named.year)]
    for period in dict.fromkeys(periods):
        if _has_entries(period.first, period.last):
            return period
    return None


def _has_entries(first: date, last: date) -> bool:
    return Entry.objects.live().filter(day__range=(first, last)).order_by().exists()
