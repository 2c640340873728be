"""The health of the site, for whatever watches over it."""

import logging

from django.core.cache import cache
from django.db import Error as AnyDatabaseError
from django.db import connection
from django.http import HttpResponse
from django.utils.cache import add_never_cache_headers
from django.views.decorators.http import require_safe

from config.failures import has_pending_migrations

logger = logging.getLogger(__name__)


def answer_health(get_response):
    """Middleware that answers /healthz and /readyz before any other asks for a name or scheme.

    A probe asks a machine by its address, which is none of the site's hosts.
    """
    probes = {"/healthz": healthz, "/readyz": readyz}

    def middleware(request):
        return probes.get(request.path_info, get_response)(request)

    return middleware


@require_safe
def healthz(request):
    """`ok` when the database answers, else 503. The cache does not count: pages do without it."""
    return answer_text("ok") if answers() else answer_text("The database does not answer.\n", 503)


@require_safe
def readyz(request):
    """200 when the site can serve its pages, else 503; with a line each on database and cache."""
    if not answers():
        database = "does not answer"
    elif has_pending_migrations():
        database = "not up to date with the program (manage.py prepare)"
    else:
        database = "ok"
    kept = "ok" if is_cache_there() else "fails; pages are made without it"
    return answer_text(f"database: {database}\ncache: {kept}\n", 200 if database == "ok" else 503)


def answers() -> bool:
    """Ask the database for a number. Logs the error when it does not answer."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            cursor.fetchone()
    except AnyDatabaseError:
        logger.exception("The database does not answer.")
        return False
    return True


def is_cache_there() -> bool:
    """Ask the cache server, if there is one."""
    return cache.answers() if hasattr(cache, "answers") else True


def answer_text(text: str, status: int = 200) -> HttpResponse:
    response = HttpResponse(text, content_type="text/plain; charset=utf-8", status=status)
    add_never_cache_headers(response)
    return response
