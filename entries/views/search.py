"""Search, for readers and for their browsers."""

from django.http import Http404
from django.views.decorators.http import require_safe

from entries.lib.characters import strip_controls
from entries.publishing import search as searching
from entries.publishing.entry_lists import search_list
from entries.publishing.site import read_site
from entries.publishing.tags import public_tags

from .finished import keep_finished
from .responses import answer_document, answer_page, cursor_of

TEMPLATE = "entries/search.html"


@require_safe
def search(request):
    """What is found, the best first or by date; to who asks nothing, how to ask."""
    asked = request.GET.get("q", "")
    query = searching.parse_query(asked)
    if not query:
        tags = public_tags.common_tags()
        return answer_page(request, TEMPLATE, asked=asked, found=None, tags=tags)
    if request.GET.get("sort") == "date":
        cursor = cursor_of(request)
        found = searching.find_newest(query, cursor)
        if cursor and not found.results:
            raise Http404("Nothing that old.")
    else:
        found = searching.find_best(query, page_number(request))
    listed = search_list(query)
    shown = {"asked": str(query), "found": found, "feeds": listed.links()}
    shown |= {"canonical": listed.page_path, "is_noindex": True}
    return answer_page(request, TEMPLATE, **shown)


@keep_finished()
def opensearch(request):
    """How a browser asks this site (OpenSearch 1.1)."""
    site = read_site()
    return answer_document(
        request,
        "entries/opensearch.xml",
        "application/opensearchdescription+xml; charset=utf-8",
        site=site,
        title=strip_controls(site.title).strip(),
    )


def page_number(request):
    """The page that is asked for; what is no number is the first."""
    number = request.GET.get("page", "")
    return int(number) if number.isascii() and number.isdecimal() and len(number) < 9 else 1
