"""What a browser may do at the desk, and what nobody may ask for there."""

from functools import cache
from urllib.parse import quote

from django.http import HttpResponseBadRequest
from django.urls import reverse

# What a browser may load on the desk. Neither Django's pages nor ours have scripts or styles in
# their HTML. Some of Django's style sheets have a picture in them.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
REPLACEMENT = "\ufffd"


@cache
def desk():
    """Where the desk is."""
    return reverse("admin:index")


def guard_desk(get_response):
    """Give the desk's pages a Content-Security-Policy, and ask no database what it can't answer.

    PostgreSQL can't be asked for a NUL: the replacement character stands for it, as in HTML, and
    is found as little. Django's lists can be filtered by any regular expression, which fails
    where it is none and runs for hours where it is a bad one; none of our pages does so.
    """

    def middleware(request):
        if not request.path_info.startswith(desk()):
            return get_response(request)
        request.path_info = request.path_info.replace("\x00", REPLACEMENT)
        query = request.META.get("QUERY_STRING", "")
        request.META["QUERY_STRING"] = query.replace("%00", quote(REPLACEMENT))
        if "regex=" in query:
            response = HttpResponseBadRequest("No list is filtered by a regular expression.")
        else:
            response = get_response(request)
        response.setdefault("Content-Security-Policy", POLICY)
        return response

    return middleware
