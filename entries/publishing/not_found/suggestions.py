"""Suggestions on the 404 page: entries, tags and periods like the path that was asked for."""

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

# Slugs are compared that come just before or after the asked one in alphabetical order, and
# those of the day in the path.
MAX_NEAR_SLUGS_PER_SIDE = 25
MAX_SLUGS_OF_DAY = 100
MAX_COMPARED_CHARS = 80
MAX_WORDS = 8
MAX_WORD_CHARS = 40

MAX_SUGGESTIONS = 5
# From 0 to 1, see `likeness`.
MIN_LIKENESS = 0.6
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
# Files that browsers load and robots try. No person reads the 404 page for these.
NO_PAGE = re.compile(
    r"\.(css|js|map|json|png|jpe?g|gif|webp|avif|svg|ico|woff2?|ttf|mp[34]|webm|zip|gz|env|ya?ml|"
    r"sql|bak|cgi|txt|xml)\Z",
    re.I,
)
WORD = re.compile(r"[^\W_]+")


@dataclass(slots=True)
class Suggestions:
    """Live entries and tags, a period of the archive, and words to search for."""

    entries: list[EntryLink] = field(default_factory=list)
    tags: list[TagRow] = field(default_factory=list)
    period: Period | None = None
    words: str = ""


def suggest(path: str) -> Suggestions:
    """Find public pages whose paths are like this one (decoded). At most eight queries."""
    # No slug has control characters, and PostgreSQL raises an error for a NUL in a query.
    path = re.sub(r"[\x00-\x1f]", "", plain_path(path))
    last = path.rpartition("/")[2]
    if NO_PAGE.search(last):
        return Suggestions()
    slug = FILE_ENDING.sub("", last)
    words = [word[:MAX_WORD_CHARS] for word in WORD.findall(slug)[:MAX_WORDS]]
    asked = "-".join(words).lower()[:MAX_COMPARED_CHARS]
    period = _named_period(path)
    return Suggestions(
        entries=_find_entries(asked, period),
        tags=_find_tags(words),
        period=period and _find_period(period),
        words=" ".join(words),
    )


def _find_entries(asked: str, period: Period | None) -> list[EntryLink]:
    """Entries with a similar slug, among those near it in the alphabet and those of the day."""
    if not WORD.search(asked) or asked.isdecimal():
        return []
    # No condition on the status here: the database would then not walk the index of slugs.
    slugs = Entry.objects.values_list("pk", "slug")
    near = [
        *slugs.filter(slug__gte=asked).order_by("slug")[:MAX_NEAR_SLUGS_PER_SIDE],
        *slugs.filter(slug__lt=asked).order_by("-slug")[:MAX_NEAR_SLUGS_PER_SIDE],
    ]
    if period and period.day:
        of_day = slugs.filter(day=period.first, status=Entry.Status.LIVE).order_by()
        near += of_day[:MAX_SLUGS_OF_DAY]
    ratios = {pk: likeness(asked, slug.lower()[:MAX_COMPARED_CHARS]) for pk, slug in near}
    links = read_links(pk for pk, ratio in ratios.items() if ratio >= MIN_LIKENESS)
    best = sorted(links, key=lambda pk: (ratios[pk], links[pk].day, pk), reverse=True)
    return [links[pk] for pk in best[:MAX_SUGGESTIONS]]


def likeness(asked: str, slug: str) -> float:
    """How similar two slugs are, from 0 to 1. A slug and its beginning are very similar."""
    shorter, longer = sorted((asked, slug), key=len)
    if len(shorter) >= 6 and longer.startswith(shorter):
        return 1.0 if asked == slug else 0.95
    matcher = SequenceMatcher(None, asked, slug, autojunk=False)
    if min(matcher.real_quick_ratio(), matcher.quick_ratio()) < MIN_LIKENESS:
        return 0.0
    return matcher.ratio()


def _find_tags(words: list[str]) -> list[TagRow]:
    """The tags named by all the words together, or by one of them."""
    if not words:
        return []
    names = [" ".join(words), "-".join(words), "".join(words), *words]
    known = TagName.objects.filter(folded__in={fold(name) for name in names})
    tags = Tag.objects.public().filter(pk__in=known.values("tag")).order_by("-live_count", "name")
    rows = tags.values_list("name", "slug")[:MAX_SUGGESTIONS]
    return [TagRow(name, slug) for name, slug in rows]


def _named_period(path: str) -> Period | None:
    """The day, month or year in a path, the shortest that is valid."""
    match = DATED.search(path)
    if not match:
        return None
    name = match["month"] or ""
    month = int(name) if name.isdecimal() else MONTH_NUMBERS.get(name.lower(), 0)
    year = int(match["year"])
    if not 1 <= month <= 12:
        return Period(year)
    day = int(match["day"] or 0)
    if not 1 <= day <= calendar.monthrange(year, month)[1]:
        return Period(year, month)
    return Period(year, month, day)


def _find_period(named: Period) -> Period | None:
    """The period, its month or its year: the first with live entries. At most three queries."""
    periods = [named, Period(named.year, named.month), Period(named.year)]
    for period in dict.fromkeys(periods):
        if _has_entries(period.first, period.last):
            return period
    return None


def _has_entries(first: date, last: date) -> bool:
    return Entry.objects.live().filter(day__range=(first, last)).order_by().exists()
