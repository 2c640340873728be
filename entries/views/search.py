"""Views of search: the results page, and its OpenSearch description for browsers."""

from django.http import Http404
from django.views.decorators.http import require_safe

from entries.lib.characters import strip_controls
from entries.publishing import search as searching
from entries.publishing.entry_lists import search_list
from entries.publishing.site import read_site
from entries.publishing.tags import public_tags

from .finished import keep_finished
from .responses import cursor_of, render_document, render_page

TEMPLATE = "entries/search.html"


@require_safe
def search(request):
    """The results of a search, by rank or by date. Without a query, help on how to search."""
    asked = request.GET.get("q", "")
    query = searching.parse_query(asked)
    if not query:
        tags = public_tags.common_tags()
        return render_page(request, TEMPLATE, asked=asked, found=None, tags=tags)
    if request.GET.get("sort") == "date":
        cursor = cursor_of(request)
        found = searching.find_newest(query, cursor)
        if cursor and not found.results:
            raise Http404("No entries that old.")
    else:
        found = searching.find_best(query, page_number(request))
    entry_list = search_list(query)
    context = {"asked": str(query), "found": found, "feeds": entry_list.links()}
    context |= {"canonical": entry_list.page_path, "is_noindex": True}
    return render_page(request, TEMPLATE, **context)


@keep_finished()
def opensearch(request):
    """The OpenSearch 1.1 description, which lets browsers offer this site's search."""
    site = read_site()
    return render_document(
        request,
        "entries/opensearch.xml",
        "application/opensearchdescription+xml; charset=utf-8",
        site=site,
        title=strip_controls(site.title).strip(),
    )


def page_number(request):
    """The number in `?page=`, or 1 if it is no number of at most eight digits."""
    number = request.GET.get("page", "")
    return int(number) if number.isascii() and number.isdecimal() and len(number) < 9 else 1
