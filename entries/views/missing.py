"""What is not there: it may have moved, and if not, something like it may have been meant."""

from functools import wraps

from django.http import HttpResponsePermanentRedirect
from django.urls import is_valid_path, reverse

from entries.publishing.moved import Moved, find_moved
from entries.publishing.suggestions import Suggestions, suggest

from .answers import make_page

SAFE = ("GET", "HEAD")
# Browsers keep a permanent redirect for ever, unless told. An editor may change their mind.
KEPT_FOR = "max-age=3600"


def not_found(request, exception):
    """Where it is now, else the page for an address at which there is nothing.

    Only comes when nothing else has answered, so that a page of the site is never shadowed.
    """
    path, moved, suggestions = request.path_info, Moved(), Suggestions()
    if request.method in SAFE and not path.startswith(reverse("admin:index")):
        moved = find_moved(path, request.META.get("QUERY_STRING", ""))
        if moved.path:
            return lead_to(moved.path)
        # One that only lacks its last slash is redirected when this answer passes by.
        if path.endswith("/") or not is_valid_path(f"{path}/"):
            suggestions = suggest(path)
    shown = {"candidates": moved.candidates, "suggestions": suggestions}
    return make_page(request, "404.html", status=404, is_noindex=True, **shown)


def moved_first(view):
    """Let the view answer only where the query is none by which something else was known.

    For the front page, which answers whatever is asked: WordPress gives each post the
    address /?p=123 as well.
    """

    @wraps(view)
    def wrapper(request):
        query = request.META.get("QUERY_STRING", "")
        is_place = not {"before", "after"}.isdisjoint(request.GET)
        if query and not is_place and request.method in SAFE:
            moved = find_moved(request.path_info, query)
            if moved.path:
                return lead_to(moved.path)
        return view(request)

    return wrapper


def lead_to(path):
    """A permanent redirect to a path of this site, and to no other site."""
    response = HttpResponsePermanentRedirect("/" + path.lstrip("/\\"))
    response["Cache-Control"] = KEPT_FOR
    return response
