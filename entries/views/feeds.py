"""The feeds: of each list, in each format."""

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

# A reader that asks more often than this is told what it has been told.
CACHE_CONTROL = "public, max-age=300"


@keep_finished("before", "after")
def kind(request, name, format):
    """The feed of one kind, or of everything."""
    if name == "everything":
        return answer_feed(request, entry_lists.everything(), format)
    for value in Entry.Kind.values:
        if name == f"{value}s":
            return answer_feed(request, entry_lists.kind_list(value), format)
    raise Http404("No such feed.")


@keep_finished("before", "after")
def tag(request, slug, format):
    """The feed of a tag, or of several; another name or order of them redirects."""
    found = tags_asked(slug)
    tags = entry_lists.tags_list(found)
    if "+".join(sorted(tag.slug for tag in found)) != slug:
        return redirect(format.path(tags))
    return answer_feed(request, tags, format, may_be_empty=False)


@keep_finished("before", "after")
def source(request, pk, format):
    """The feed of what a source has brought."""
    source = get_object_or_404(Source.objects.only("title", "site_url", "url"), pk=pk)
    return answer_feed(request, entry_lists.source_list(source), format, may_be_empty=False)


@require_safe
def search(request, format):
    """The feed of what a search finds; the same search put another way redirects."""
    asked = request.GET.get("q", "")
    query = searching.parse_query(asked)
    if not query:
        raise Http404("Nothing is looked for.")
    found = entry_lists.search_list(query)
    if str(query) != asked:
        return redirect(format.path(found))
    return answer_feed(request, found, format)


def answer_feed(request, entry_list, format, *, may_be_empty=True):
    """A page of a list's feed, or 304. Raises Http404 for a page without entries."""
    page, tombstones = feed.read_window(entry_list, cursor_of(request))
    if not page.rows and (page.cursor or not may_be_empty):
        raise Http404("No entries there.")
    place = place_of(request) if page.cursor else ""
    head = feed.feed_head(entry_list, format, read_site(), page, place)
    entries = feed.written(page.rows, format)
    out = StringIO()
    format.write(out, head, entries, tombstones, feed.newest_change(entries, tombstones))
    response = conditional(request, HttpResponse(out.getvalue(), format.content_type))
    response["Cache-Control"] = CACHE_CONTROL
    return response


def place_of(request):
    """The cursor as it stands in the query string, and nothing else of it."""
    return next(
        f"{name}={request.GET[name]}" for name in ("before", "after") if name in request.GET
    )
