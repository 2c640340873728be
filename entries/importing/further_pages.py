"""The older pages of a feed (RFC 5005), one after the other."""

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
    """The page at `url`, if any, and those that follow it, with a pause before each.

    settings.FETCH_PAUSE is the pause in seconds. Ends at the last page, at one that has
    been read already, and after MAX_PAGES. Raises PageError for a page that can't be read. Close it
    where it is not asked to the end.
    """
    seen = {feed_url}
    while url and url not in seen and len(seen) <= MAX_PAGES:
        seen.add(url)
        time.sleep(settings.FETCH_PAUSE)
        with ExitStack() as held:
            try:
                reading = held.enter_context(read_document(fetch_feed(url)))
            except FeedError as error:
                raise PageError(
                    feed_url, f"its page {url} can't be read: {error.reason}", url
                ) from error
            yield Page(url, reading)
            url = reading.feed.next_page
