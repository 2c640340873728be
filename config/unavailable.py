"""503 responses while the database or the disk fails."""

import logging
import sys

from django.http import HttpResponse
from django.utils.cache import add_never_cache_headers
from django.views import defaults

from config.failures import Failure, explain

logger = logging.getLogger(__name__)

RETRY_AFTER_SECONDS = 60


class UnavailableMiddleware:
    """Answers 503 with a sentence if a view raises an error of the database or the disk.

    The log gets the sentence and advice, without a traceback. Other errors are left to Django.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_exception(self, request, exception):
        failure = explain(exception)
        return unavailable(request, failure) if failure else None


def server_error(request):
    """Django's handler500, but 503 for an error of the database or the disk outside a view.

    It can fail in middleware, such as that for sessions, and while the 404 page is rendered.
    """
    error = sys.exc_info()[1]
    failure = explain(error) if error else None
    return unavailable(request, failure) if failure else defaults.server_error(request)


def unavailable(request, failure: Failure) -> HttpResponse:
    logger.error("%s %s: %s", request.method, request.path, failure)
    # Plain text: the site's templates would query the database.
    response = HttpResponse(
        f"{failure.sentence}\n", content_type="text/plain; charset=utf-8", status=503
    )
    response["Retry-After"] = str(RETRY_AFTER_SECONDS)
    add_never_cache_headers(response)
    return response
