"""An entry."""

from datetime import date

from django.contrib.auth.models import AnonymousUser
from django.http import Http404
from django.utils.cache import add_never_cache_headers

from entries.models import Entry
from entries.months import MONTHS
from entries.publishing.around import read_around
from entries.publishing.listing import make_row, read_rows
from entries.publishing.reading import minutes, revised_on
from entries.publishing.short import short_path
from entries.publishing.stored import read_public

from .answers import answer_page, make_page
from .finished import keep_finished


@keep_finished()
def entry(request, year, month, day, slug):
    """An entry; to staff, a preview of one that is not public."""
    try:
        address = {"day": date(year, MONTHS.index(month) + 1, day), "slug": slug}
    except ValueError as error:
        raise Http404("No such day.") from error
    stored = read_public(**address)
    if stored is None:
        return preview(request, address)
    row = make_row(stored)
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
    user = getattr(request, "user", AnonymousUser())
    if not (user.is_active and user.is_staff):
        raise Http404("No such entry.")
    pk = Entry.objects.filter(**address).values_list("pk", flat=True).first()
    if pk is None:
        raise Http404("No such entry.")
    row = read_rows([pk])[0]
    response = make_page(request, "entries/entry.html", entry=row, is_preview=True, is_noindex=True)
    add_never_cache_headers(response)
    return response
