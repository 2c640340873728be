"""Views of the feeds of each list. The URL configuration sets the `format`."""

from io import StringIO

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_safe

from entries.models import Entry, Source
from entries.publishing import entry_lists
from entries.publishing import search as searching
from entries.publishing.conditional import conditional
from entries.publishing.feeds import feed
from entries.publishing.site import read_site

from .finished import keep_finished
from .lists import tags_asked
from .responses import cursor_of

# Caches may answer for five minutes: feed readers ask often.
CACHE_CONTROL = "public, max-age=300"


@keep_finished("before", "after")
def kind(request, name, format):
    """The feed of one kind, or of everything."""
    if name == "everything":
        return render_feed(request, entry_lists.everything(), format)
    for value in Entry.Kind.values:
        if name == f"{value}s":
            return render_feed(request, entry_lists.kind_list(value), format)
    raise Http404("No such feed.")


@keep_finished("before", "after")
def tag(request, slug, format):
    """The feed of a tag or of several. Another name of a tag, or another order, redirects."""
    found = tags_asked(slug)
    tags = entry_lists.tags_list(found)
    if "+".join(sorted(tag.slug for tag in found)) != slug:
        return redirect(format.path(tags))
    return render_feed(request, tags, format, may_be_empty=False)


@keep_finished("before", "after")
def source(request, pk, format):
    """The feed of the entries of one source."""
    source = get_object_or_404(Source.objects.only("title", "site_url", "url"), pk=pk)
    return render_feed(request, entry_lists.source_list(source), format, may_be_empty=False)


@require_safe
def search(request, format):
    """The feed of a search. Another spelling of the same query redirects."""
    asked = request.GET.get("q", "")
    query = searching.parse_query(asked)
    if not query:
        raise Http404("The query is empty.")
    found = entry_lists.search_list(query)
    if str(query) != asked:
        return redirect(format.path(found))
    return render_feed(request, found, format)


def render_feed(request, entry_list, format, *, may_be_empty=True):
    """Render a page of a list's feed, or answer 304.

    Raises Http404 for a later page without entries; for the first page only if it must not be
    empty.
    """
    page, tombstones = feed.read_window(entry_list, cursor_of(request))
    if not page.rows and (page.cursor or not may_be_empty):
        raise Http404("No entries on this page.")
    place = place_of(request) if page.cursor else ""
    head = feed.feed_head(entry_list, format, read_site(), page, place)
    entries = feed.written(page.rows, format)
    out = StringIO()
    format.write(out, head, entries, tombstones, feed.newest_change(entries, tombstones))
    response = conditional(request, HttpResponse(out.getvalue(), format.content_type))
    response["Cache-Control"] = CACHE_CONTROL
    return response


def place_of(request):
    """The cursor's parameter from the query string, without the other parameters."""
    return next(
        f"{name}={request.GET[name]}" for name in ("before", "after") if name in request.GET
    )
