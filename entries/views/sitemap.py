"""Views of the sitemap and of robots.txt."""

from django.http import Http404
from django.urls import reverse

from entries.lib.months import MONTHS
from entries.publishing.rows.periods import Period
from entries.publishing.site import read_site
from entries.publishing.sitemap import sitemap as sitemaps

from .finished import keep_finished
from .responses import render_document, render_sitemap


@keep_finished()
def sitemap(request):
    """The index of the sitemap's parts."""
    return render_sitemap(request, "entries/sitemap_index.xml", sitemaps.index())


@keep_finished()
def sitemap_lists(request):
    """The part with the pages of lists."""
    return render_sitemap(request, "entries/sitemap.xml", sitemaps.lists(read_site()))


@keep_finished()
def sitemap_month(request, year, month):
    """The part with a month's entries."""
    return render_period(request, Period(year, MONTHS.index(month) + 1))


@keep_finished()
def sitemap_day(request, year, month, day):
    """The part with a day's entries, for a month with too many for one part."""
    return render_period(request, Period(year, MONTHS.index(month) + 1, day))


def render_period(request, period):
    """The part with a period's entries. Raises Http404 if it does not exist or has none."""
    try:
        locations = sitemaps.entries(period)
    except ValueError as error:
        raise Http404("No such day.") from error
    if not locations:
        raise Http404("No entries then.")
    return render_sitemap(request, "entries/sitemap.xml", locations)


@keep_finished()
def robots(request):
    context = {
        "admin": reverse("admin:index"),
        "search": reverse("entries:search"),
        "sitemap": reverse("entries:sitemap"),
    }
    return render_document(request, "entries/robots.txt", "text/plain; charset=utf-8", **context)
