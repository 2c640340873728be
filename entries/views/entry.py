"""The view of an entry."""

from datetime import date

from django.http import Http404
from django.utils.cache import add_never_cache_headers

from entries.lib.months import MONTHS
from entries.models import Entry
from entries.publishing.entry_page.neighbours import read_neighbours
from entries.publishing.entry_page.reading_time import minutes, revised_on
from entries.publishing.entry_page.short_links import short_path
from entries.publishing.rows.entry_row import read_rows

from .finished import keep_finished
from .responses import render_page, render_unconditionally


@keep_finished()
def entry(request, year, month, day, slug):
    """The page of an entry. Staff also see a preview of an entry that is not public."""
    try:
        lookup = {"day": date(year, MONTHS.index(month) + 1, day), "slug": slug}
    except ValueError as error:
        raise Http404("No such day.") from error
    found = read_rows(Entry.objects.filter(**lookup).only_live())
    if not found:
        return preview(request, lookup)
    row = found[0]
    return render_page(
        request,
        "entries/entry.html",
        entry=row,
        around=read_neighbours(row),
        minutes=minutes(row.content) if row.kind == Entry.Kind.ARTICLE else 0,
        revised=revised_on(row),
        short=short_path(row.pk),
    )


def preview(request, lookup):
    """The page of an entry that is not public, never cached.

    Raises Http404 if there is no such entry, or for anybody but staff.
    """
    # The user is checked first, so that the public can't tell a draft from nothing.
    if not (request.user.is_active and request.user.is_staff):
        raise Http404("No such entry.")
    found = read_rows(Entry.objects.filter(**lookup))
    if not found:
        raise Http404("No such entry.")
    context = {"entry": found[0], "is_preview": True, "is_noindex": True}
    response = render_unconditionally(request, "entries/entry.html", **context)
    add_never_cache_headers(response)
    return response
