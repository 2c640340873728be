"""The answer to readers and editors while the database or the disk fails."""

import logging
import sys

from django.http import HttpResponse
from django.utils.cache import add_never_cache_headers
from django.views import defaults

from config.failures import Failure, explain

logger = logging.getLogger(__name__)

RETRY_SECONDS = 60


class UnavailableMiddleware:
    """Answers 503 with a sentence where a view fails for want of the database or the disk.

    The log has the sentence with its advice, and no traceback. Any other error goes on to Django.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_exception(self, request, exception):
        failure = explain(exception)
        return answer_failure(request, failure) if failure else None


def server_error(request):
    """Django's page for an error, but 503 when the database has failed outside of a view.

    It does so in middleware, which saves sessions, and in the page for addresses not found.
    """
    error = sys.exc_info()[1]
    failure = explain(error) if error else None
    return answer_failure(request, failure) if failure else defaults.server_error(request)


def answer_failure(request, failure: Failure) -> HttpResponse:
    logger.error("%s %s: %s", request.method, request.path, failure)
    # Plain text: the site's own templates would ask the database.
    response = HttpResponse(
        f"{failure.sentence}\n", content_type="text/plain; charset=utf-8", status=503
    )
    response["Retry-After"] = str(RETRY_SECONDS)
    add_never_cache_headers(response)
    return response
