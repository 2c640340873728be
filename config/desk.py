"""Sessions, accounts and messages, for the desk alone: who only reads needs none of them."""

from functools import cache

from django.conf import settings
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.urls import reverse


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
