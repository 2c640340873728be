"""The sitemap (https://www.sitemaps.org/protocol.html): an index, and a part for each month.

It lists the pages that search engines should show. An entry's page is in it if it is canonical.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse

from entries.models import Entry, Source, Tag
from entries.models.entry import MONTHS, entry_path
from entries.publishing.archive.counts import count_by_day
from entries.publishing.rows.canonical_page import CanonicalPage
from entries.publishing.rows.part_rows import tag_path
from entries.publishing.rows.periods import Period
from entries.publishing.site import Site

from .last_changes import last_changes

# The protocol's limits: a URL has less than 2,048 characters, a part has 50,000 URLs and 50 MiB.
# This number of URLs fits into 50 MiB even if all are that long.
MAX_URL_CHARS = 2_047
MAX_PART_URLS = 24_000


@dataclass(frozen=True, slots=True)
class Location:
    """A page in the sitemap: its absolute URL, and the time of its last change if known."""

    url: str
    modified: str = ""


def index() -> list[Location]:
    """The parts: one for the lists, then one for each month.

    A month with MAX_PART_URLS entries or more has a part for each day.
    """
    changed = last_changes()
    counts = count_by_day(date.min, date.max)
    parts = [
        _at(_part_path(period), max((changed[day] for day in days if day in changed), default=None))
        for period, days in _periods(counts)
    ]
    lists = _at(reverse("entries:sitemap_lists"), max(changed.values(), default=None))
    return [lists, *parts]


def lists(site: Site) -> list[Location]:
    """The pages that are no entry's: lists, archive, tags, sources. A fixed number of queries."""
    counts = count_by_day(date.min, date.max)
    names = ["home", "archive", "tags", "sources", *(["about"] if site.has_about else [])]
    years = {day.year for day in counts}
    months = {Period(period.year, period.month) for period, _ in _periods(counts) if period.day}
    tags = Tag.objects.public().order_by("-live_count", "pk").values_list("slug", flat=True)
    paths = [
        *(reverse(f"entries:{name}") for name in names),
        *(reverse("entries:kind", args=[f"{kind}s"]) for kind in Entry.Kind.values),
        *(Period(year).path for year in sorted(years)),
        *(month.path for month in months),
        *(reverse("entries:source", args=[pk]) for pk in _sources()[:MAX_PART_URLS]),
        *(tag_path(slug) for slug in tags[:MAX_PART_URLS]),
    ]
    return _fitting(_at(path) for path in paths)


def _sources() -> QuerySet[Source, int]:
    """The sources with live entries, except those whose entries are noindex."""
    live = Entry.objects.filter(source=OuterRef("pk")).live().order_by()
    found = Source.objects.exclude(canonical=Source.Canonical.NOINDEX).filter(Exists(live))
    return found.order_by("pk").values_list("pk", flat=True)


def entries(period: Period) -> list[Location]:
    """The page of a month or a day, and the pages of its live entries that are canonical.

    Empty if it has no live entries. One query.
    """
    live = Entry.objects.filter(day__range=(period.first, period.last)).live()
    rows = live.order_by("day", "pk").values_list(
        "day", "slug", "modified_at", "published", "canonical_url", "source__canonical"
    )[:MAX_PART_URLS]
    if not rows:
        return []
    pages = (
        (CanonicalPage.of(entry_path(day, slug), original, policy), max(modified, published))
        for day, slug, modified, published, original, policy in rows
    )
    here = [(page.here, changed) for page, changed in pages if page.in_sitemap]
    newest = max(max(row[2:4]) for row in rows)
    return _fitting(
        [_at(period.path, newest), *(Location(page, _iso(changed)) for page, changed in here)]
    )


def _periods(counts: dict[date, int]) -> Iterator[tuple[Period, list[date]]]:
    """The period of each part, with its days that have entries."""
    months: dict[Period, list[date]] = {}
    for day in sorted(counts):
        months.setdefault(Period(day.year, day.month), []).append(day)
    for month, days in months.items():
        if sum(counts[day] for day in days) < MAX_PART_URLS:
            yield month, days
        else:
            yield from ((Period.of_day(day), [day]) for day in days)


def _part_path(period: Period) -> str:
    place = [period.year, MONTHS[period.month - 1]]
    if period.day:
        return reverse("entries:sitemap_day", args=[*place, period.day])
    return reverse("entries:sitemap_month", args=place)


def _fitting(locations: Iterable[Location]) -> list[Location]:
    fitting = [location for location in locations if len(location.url) <= MAX_URL_CHARS]
    return fitting[:MAX_PART_URLS]


def _at(path: str, changed: datetime | None = None) -> Location:
    return Location(settings.SITE_URL + path, _iso(changed) if changed else "")


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
