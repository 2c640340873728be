"""The sitemap: an index of parts, one a month, each a bounded walk along the days."""

from dataclasses import dataclass

from django.conf import settings
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse

from entries.models import Entry, Sighting, Source, Tag
from entries.models.entry import MONTHS, entry_path

from .archive import years
from .periods import Period
from .rows import tag_path

# A sitemap may name 50,000 addresses (sitemaps.org).
AT_MOST = 49_000


@dataclass(slots=True)
class Location:
    """A page of the sitemap: its whole address, and when it last changed, where that is known."""

    address: str
    modified: str = ""


def parts() -> list[Location]:
    """The lists, and the months that have live entries. One query."""
    months = [
        reverse("entries:sitemap_month", args=[month.year, MONTHS[month.month - 1]])
        for year in years()
        for month, _ in year.months
    ]
    return [_at(path) for path in [reverse("entries:sitemap_lists"), *months]]


def lists() -> list[Location]:
    """The home page, the kinds, and the tags that have entries. One query."""
    slugs = Tag.objects.public().order_by("slug").values_list("slug", flat=True)[:AT_MOST]
    names = ["home", "archive", "tags"]
    return [
        *(_at(reverse(f"entries:{name}")) for name in names),
        *(_at(reverse("entries:kind", args=[f"{kind}s"])) for kind in Entry.Kind.values),
        *(_at(tag_path(slug)) for slug in slugs),
    ]


def entries(month: Period) -> list[Location]:
    """A month's page and those of its live entries whose original page is here.

    Without those that their source keeps from search engines. Empty for a month without
    live entries. Two queries.
    """
    live = Entry.objects.filter(day__range=(month.first, month.last)).live().order_by("day", "pk")
    led = Sighting.objects.filter(entry=OuterRef("pk"), leads=True)
    follows_source = led.filter(source__canonical=Source.Canonical.SOURCE)
    here = live.exclude(
        Q(canonical_url__istartswith="http") & Exists(follows_source)
        | Exists(led.filter(source__canonical=Source.Canonical.NOINDEX))
    )
    rows = here.values_list("day", "slug", "modified_at")[:AT_MOST]
    if not rows and not live.exists():
        return []
    return [
        _at(month.path),
        *(_at(entry_path(day, slug), modified.isoformat()) for day, slug, modified in rows),
    ]


def _at(path: str, modified: str = "") -> Location:
    return Location(settings.SITE_URL + path, modified)
