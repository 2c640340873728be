"""The older pages of a feed (RFC 5005), fetched one after another."""

import time
from collections.abc import Generator
from contextlib import ExitStack
from dataclasses import dataclass

from django.conf import settings

from entries.importing.fetching.client import fetch_feed
from entries.importing.reading.reading import Reading, read_document

from .errors import FeedError, PageError

MAX_PAGES = 10_000


@dataclass
class Page:
    url: str
    reading: Reading


def further_pages(feed_url: str, url: str) -> Generator[Page, None, None]:
    """Yields the page at `url`, if any, and then each page that the one before links to.

    Waits settings.FETCH_PAUSE seconds before each page. Ends at the last page, at a page that was
    read before, and after MAX_PAGES. Raises PageError for a page that cannot be read. Callers
    that stop early must close the generator, which releases the worker.
    """
    seen = {feed_url}
    while url and url not in seen and len(seen) <= MAX_PAGES:
        seen.add(url)
        time.sleep(settings.FETCH_PAUSE)
        with ExitStack() as stack:
            try:
                reading = stack.enter_context(read_document(fetch_feed(url)))
            except FeedError as error:
                raise PageError(
                    feed_url, f"its page {url} can't be read: {error.reason}", url
                ) from error
            yield Page(url, reading)
            url = reading.feed.next_page
