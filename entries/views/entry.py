"""An entry."""

from datetime import date

from django.http import Http404
from django.utils.cache import add_never_cache_headers

from entries.lib.months import MONTHS
from entries.models import Entry
from entries.publishing.entry_page.neighbours import read_around
from entries.publishing.entry_page.reading_time import minutes, revised_on
from entries.publishing.entry_page.short_links import short_path
from entries.publishing.rows.entry_row import read_rows

from .finished import keep_finished
from .responses import answer_page, make_page


@keep_finished()
def entry(request, year, month, day, slug):
    """An entry; to staff, a preview of one that is not public."""
    try:
        address = {"day": date(year, MONTHS.index(month) + 1, day), "slug": slug}
    except ValueError as error:
        raise Http404("No such day.") from error
    found = read_rows(Entry.objects.filter(**address).only_live())
    if not found:
        return preview(request, address)
    row = found[0]
    return answer_page(
        request,
        "entries/entry.html",
        entry=row,
        around=read_around(row),
        minutes=minutes(row.content) if row.kind == Entry.Kind.ARTICLE else 0,
        revised=revised_on(row),
        short=short_path(row.pk),
    )


def preview(request, address):
    """An entry that is not public, for staff only and for no cache. Raises Http404."""
    # Who asks comes first: to the public a draft and nothing at all must look the same.
    if not (request.user.is_active and request.user.is_staff):
        raise Http404("No such entry.")
    found = read_rows(Entry.objects.filter(**address))
    if not found:
        raise Http404("No such entry.")
    shown = {"entry": found[0], "is_preview": True, "is_noindex": True}
    response = make_page(request, "entries/entry.html", **shown)
    add_never_cache_headers(response)
    return response
