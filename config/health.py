"""Views for health checks: /healthz and /readyz. `config.middleware` calls them."""

import logging

from django.core.cache import cache
from django.db import Error as AnyDatabaseError
from django.db import connection
from django.http import HttpResponse
from django.utils.cache import add_never_cache_headers
from django.views.decorators.http import require_safe

from config.failures import has_pending_migrations

logger = logging.getLogger(__name__)


@require_safe
def healthz(request):
    """`ok` if the database answers, else 503. The cache does not count: pages work without it."""
    if is_database_up():
        return text_response("ok")
    return text_response("The database does not answer.\n", 503)


@require_safe
def readyz(request):
    """200 if the site can serve its pages, else 503. One line on the database, one on the cache."""
    if not is_database_up():
        database = "does not answer"
    elif has_pending_migrations():
        database = "not up to date with the program (manage.py prepare)"
    else:
        database = "ok"
    cache_state = "ok" if is_cache_up() else "fails; pages are rendered without it"
    status = 200 if database == "ok" else 503
    return text_response(f"database: {database}\ncache: {cache_state}\n", status)


def is_database_up() -> bool:
    """Run a statement. Logs the error if the database does not answer."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            cursor.fetchone()
    except AnyDatabaseError:
        logger.exception("The database does not answer.")
        return False
    return True


def is_cache_up() -> bool:
    """Ping the cache server. True if the cache is within the process."""
    return cache.is_up() if hasattr(cache, "is_up") else True


def text_response(text: str, status: int = 200) -> HttpResponse:
    response = HttpResponse(text, content_type="text/plain; charset=utf-8", status=status)
    add_never_cache_headers(response)
    return response
