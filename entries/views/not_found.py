"""Redirects from old addresses, and the 404 page with its suggestions."""

from functools import wraps

from django.http import HttpResponseNotFound, HttpResponsePermanentRedirect
from django.urls import is_valid_path, reverse

from entries.publishing.not_found.old_addresses import NewAddress, find_new_address
from entries.publishing.not_found.suggestions import Suggestions, suggest

from .responses import render_unconditionally

SAFE_METHODS = ("GET", "HEAD")
# Without this, browsers keep a permanent redirect for ever. An editor may change it.
REDIRECT_CACHE_CONTROL = "max-age=3600"


def redirect_old_addresses(get_response):
    """Middleware that turns a 404 for an old address into a redirect to the new one.

    Acts only on a 404, so that a redirect never hides a page. Django's RedirectFallbackMiddleware
    does the same for redirects written by hand.
    """

    def middleware(request):
        response = get_response(request)
        if response.status_code != 404:
            return response
        new = new_address_for(request)
        return redirect_within_site(new.path) if new.path else response

    return middleware


def not_found(request, exception):
    """The 404 page, with suggestions. Django's `handler404`."""
    path, new, suggestions = request.path_info, new_address_for(request), Suggestions()
    if new.path:
        # The middleware replaces this response with a redirect.
        return HttpResponseNotFound()
    # If only the last slash is missing, CommonMiddleware replaces this response with a redirect.
    if may_redirect(request) and (path.endswith("/") or not is_valid_path(f"{path}/")):
        suggestions = suggest(path)
    context = {"candidates": new.candidates, "suggestions": suggestions}
    return render_unconditionally(request, "404.html", status=404, is_noindex=True, **context)


def new_address_for(request):
    """The NewAddress for the path and query of a request. Looked up once for each request."""
    if not hasattr(request, "new_address"):
        query = request.META.get("QUERY_STRING", "")
        is_looked_up = may_redirect(request)
        request.new_address = (
            find_new_address(request.path_info, query) if is_looked_up else NewAddress()
        )
    return request.new_address


def may_redirect(request):
    """True for GET and HEAD outside of the admin."""
    is_safe = request.method in SAFE_METHODS
    return is_safe and not request.path_info.startswith(reverse("admin:index"))


def redirect_old_queries(view):
    """Decorate a view: redirect if the query string belongs to an old address.

    For the home page, which ignores unknown parameters and so never answers 404. WordPress also
    has a URL such as /?p=123 for each post.
    """

    @wraps(view)
    def wrapper(request):
        query = request.META.get("QUERY_STRING", "")
        is_place = not {"before", "after"}.isdisjoint(request.GET)
        if query and not is_place and request.method in SAFE_METHODS:
            new = find_new_address(request.path_info, query)
            if new.path:
                return redirect_within_site(new.path)
        return view(request)

    return wrapper


def redirect_within_site(path):
    """Redirect permanently to a path on this site. A path such as //host stays on this site."""
    response = HttpResponsePermanentRedirect("/" + path.lstrip("/\\"))
    response["Cache-Control"] = REDIRECT_CACHE_CONTROL
    return response
