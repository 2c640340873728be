"""The health of the site, for whatever watches over it."""

import logging

from django.db import DatabaseError, connection
from django.http import HttpResponse
from django.utils.cache import add_never_cache_headers
from django.views.decorators.http import require_safe

logger = logging.getLogger(__name__)


def answer_health(get_response):
    """Middleware that answers /healthz before any other asks by which name or scheme it came.

    A probe asks a machine by its address, which is none of the site's hosts.
    """

    def middleware(request):
        return healthz(request) if request.path_info == "/healthz" else get_response(request)

    return middleware


@require_safe
def healthz(request):
    """`ok` when the database answers, else 503."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            cursor.fetchone()
    except DatabaseError:
        logger.exception("healthz")
        sentence = "The database does not answer.\n"
        response = HttpResponse(sentence, content_type="text/plain", status=503)
    else:
        response = HttpResponse("ok", content_type="text/plain")
    add_never_cache_headers(response)
    return response
