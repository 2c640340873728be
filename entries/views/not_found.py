"""What is not there: it may have moved, and if not, something like it may have been meant."""

from functools import wraps

from django.http import HttpResponseNotFound, HttpResponsePermanentRedirect
from django.urls import is_valid_path, reverse

from entries.publishing.not_found.old_addresses import Moved, find_moved
from entries.publishing.not_found.suggestions import Suggestions, suggest

from .responses import make_page

SAFE = ("GET", "HEAD")
# Browsers keep a permanent redirect for ever, unless told. An editor may change their mind.
KEPT_FOR = "max-age=3600"


def lead_on(get_response):
    """Middleware that redirects what is not found here any more to where it is now.

    Only comes when nothing else has answered, so that a page of the site is never shadowed.
    (Django's RedirectFallbackMiddleware does the same for redirects that are written by hand.)
    """

    def middleware(request):
        response = get_response(request)
        if response.status_code != 404:
            return response
        moved = moved_from(request)
        return lead_to(moved.path) if moved.path else response

    return middleware


def not_found(request, exception):
    """The page for an address at which there is nothing, with what was perhaps meant."""
    path, moved, suggestions = request.path_info, moved_from(request), Suggestions()
    if moved.path:
        # The middleware makes a redirect of it.
        return HttpResponseNotFound()
    # One that only lacks its last slash is redirected when this answer passes by.
    if is_reader(request) and (path.endswith("/") or not is_valid_path(f"{path}/")):
        suggestions = suggest(path)
    shown = {"candidates": moved.candidates, "suggestions": suggestions}
    return make_page(request, "404.html", status=404, is_noindex=True, **shown)


def moved_from(request):
    """Where what was asked for is now. Looked up once for each request."""
    if not hasattr(request, "moved"):
        query = request.META.get("QUERY_STRING", "")
        request.moved = find_moved(request.path_info, query) if is_reader(request) else Moved()
    return request.moved


def is_reader(request):
    return request.method in SAFE and not request.path_info.startswith(reverse("admin:index"))


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
