"""Middlewares for the desk alone: sessions, accounts, messages, and what a browser may do there."""

from functools import cache
from urllib.parse import quote

from django.conf import settings
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
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


class OnlyAtTheDesk:
    """A middleware that passes by the requests of readers.

    Whoever has signed in is known by the session's cookie on every page, and else nobody is.
    """

    def __call__(self, request):
        if settings.SESSION_COOKIE_NAME in request.COOKIES or request.path_info.startswith(desk()):
            return super().__call__(request)  # type: ignore[misc]
        return self.get_response(request)  # type: ignore[attr-defined]


class DeskSessions(OnlyAtTheDesk, SessionMiddleware):
    pass


class DeskAccounts(OnlyAtTheDesk, AuthenticationMiddleware):
    pass


class DeskMessages(OnlyAtTheDesk, MessageMiddleware):
    pass


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
