"""The exceptions of an import."""

import logging

from config.failures import explain

logger = logging.getLogger(__name__)


class FeedError(Exception):
    """The feed at `url` could not be imported. Base of this package's errors."""

    def __init__(self, url, reason):
        super().__init__(f"{url}: {reason}")
        self.url = url
        self.reason = reason


class FetchError(FeedError):
    """No usable bytes: network, status, size, address or file. `__cause__` has the detail."""


class RefusedError(FetchError):
    """The server gave another status than 200.

    `retry_after` is the number of seconds that the server asks to wait, or None. `page` is the
    body of the response and `page_url` its URL: a page may name another feed.
    """

    def __init__(self, url, reason, status, *, retry_after=None, page=b"", page_url=""):
        super().__init__(url, reason)
        self.status = status
        self.retry_after = retry_after
        self.page = page
        self.page_url = page_url


class ParseError(FeedError):
    """The bytes are not a feed."""


class WorkerError(FeedError):
    """The worker gave up: the feed took too much time or memory, or the process died."""


class StoppedError(FeedError):
    """The import stopped in the middle of the document. Its run is recorded, with the reason."""


class UsageError(FeedError):
    """The caller asked for something that cannot be done."""


class BusyError(FeedError):
    """Another run is importing the source."""


class PageError(FeedError):
    """A further page of the feed (RFC 5005) could not be read."""

    def __init__(self, url, reason, page_url):
        super().__init__(url, reason)
        self.page_url = page_url


def describe_error(error: Exception, what: str) -> str:
    """Returns a sentence that tells people why something failed unexpectedly.

    Logs `what` with the traceback, unless the cause is the database or the disk: then the
    sentence is enough.
    """
    if failure := explain(error):
        return str(failure)
    logger.error(what, exc_info=error)
    return f"an error of this program's own: {error!r}"
