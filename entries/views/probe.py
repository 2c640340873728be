"""A check that a path has a public page, by calling the view for it."""

from io import BytesIO

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.handlers.wsgi import WSGIRequest
from django.http import Http404
from django.urls import Resolver404, ResolverMatch, resolve


def has_page(path: str, query: str = "") -> bool:
    """True if the path (decoded) has a public page or redirects. Renders the page to find out."""
    match = match_of(path)
    if match is None:
        return False
    request = WSGIRequest(
        {
            "REQUEST_METHOD": "GET",
            "PATH_INFO": path.encode().decode("latin-1"),
            "QUERY_STRING": query,
            "SERVER_NAME": settings.SITE_HOST,
            "SERVER_PORT": "443" if settings.SECURE_TLS else "80",
            "wsgi.url_scheme": "https" if settings.SECURE_TLS else "http",
            "wsgi.input": BytesIO(),
        }
    )
    request.user = AnonymousUser()
    request.resolver_match = match
    try:
        response = match.func(request, *match.args, **match.kwargs)
    except Http404:
        return False
    return response.status_code < 400


def match_of(path: str) -> ResolverMatch | None:
    """The view for a path (decoded), or None."""
    try:
        return resolve(path)
    except Resolver404:
        return None
