"""Middleware for every request: health checks, 304 responses, and the safety of the admin."""

from functools import cache
from urllib.parse import quote

from django.http import HttpResponseBadRequest
from django.urls import reverse

from config.health import healthz, readyz

# The Content-Security-Policy of the admin's pages. Neither Django's templates nor ours have
# scripts or styles in the HTML. Some of Django's style sheets contain an image as a data: URL.
ADMIN_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
REPLACEMENT_CHARACTER = "\ufffd"


def answer_health_checks(get_response):
    """Answer /healthz and /readyz before other middleware checks the host or the scheme.

    A health check asks for the server's IP address, which is not in ALLOWED_HOSTS.
    """
    views = {"/healthz": healthz, "/readyz": readyz}

    def middleware(request):
        return views.get(request.path_info, get_response)(request)

    return middleware


def drop_content_length_of_304(get_response):
    """Remove Content-Length from 304 responses.

    CommonMiddleware sets it to 0. On a 304 it must be the length of the 200 response (RFC 9110,
    8.6), and some clients take the page for empty.
    """

    def middleware(request):
        response = get_response(request)
        if response.status_code == 304:
            del response["Content-Length"]
        return response

    return middleware


def guard_admin(get_response):
    """Add a Content-Security-Policy to the admin's pages, and disarm two kinds of requests.

    A NUL in the URL becomes U+FFFD, as in HTML: PostgreSQL raises an error for a NUL. A query
    with a regex lookup gets a 400: Django's lists accept any regular expression as a filter, and
    an invalid one raises an error, an expensive one runs for hours. The admin's own links use none.
    """

    def middleware(request):
        if not request.path_info.startswith(admin_path()):
            return get_response(request)
        request.path_info = request.path_info.replace("\x00", REPLACEMENT_CHARACTER)
        query = request.META.get("QUERY_STRING", "")
        request.META["QUERY_STRING"] = query.replace("%00", quote(REPLACEMENT_CHARACTER))
        if "regex=" in query:
            response = HttpResponseBadRequest("Lists can't be filtered by a regular expression.")
        else:
            response = get_response(request)
        response.setdefault("Content-Security-Policy", ADMIN_POLICY)
        return response

    return middleware


@cache
def admin_path() -> str:
    return reverse("admin:index")
