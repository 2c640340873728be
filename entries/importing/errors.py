"""What goes wrong in imports, and how it is told."""

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

    `retry_after` is for how many seconds it asks to be left alone, if it does; `page` what
    it sent instead, from `page_url`, where that may say more.
    """

    def __init__(self, url, reason, status, *, retry_after=None, page=b"", page_url=""):
        super().__init__(url, reason)
        self.status = status
        self.retry_after = retry_after
        self.page = page
        self.page_url = page_url


class ParseError(FeedError):
    """The bytes are no feed."""


class WorkerError(FeedError):
    """Reading the feed was given up: it took too much time or memory, or its process died."""


class StoppedError(FeedError):
    """The import ended in the midst of the document. Its run has been recorded, with the reason."""


class UsageError(FeedError):
    """What was asked for can't be done as it was put."""


class BusyError(FeedError):
    """Another run imports the source at this moment."""


class PageError(FeedError):
    """A further page of the feed could not be read."""

    def __init__(self, url, reason, page_url):
        super().__init__(url, reason)
        self.page_url = page_url


def tell_error(error: Exception, what: str) -> str:
    """Say for people why something failed that should not have.

    Logs `what` failed with its traceback, unless the database or the disk is to blame: of that,
    a sentence says all.
    """
    if failure := explain(error):
        return str(failure)
    logger.error(what, exc_info=error)
    return f"an error of this program's own: {error!r}"
