"""The older pages of a feed (RFC 5005), one after the other."""

import time
from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings

from .errors import FeedError, PageError
from .fetch import fetch_feed
from .parse import ParsedFeed, parse_feed

MAX_PAGES = 10_000


@dataclass
class Page:
    url: str
    parsed: ParsedFeed


def further_pages(feed_url: str, url: str) -> Iterator[Page]:
    """The page at `url`, if any, and those that follow it, with a pause before each.

    settings.FETCH_PAUSE is the pause in seconds. Ends at the last page, at one that has
    been read already, and after MAX_PAGES. Raises PageError for a page that can't be read.
    """
    seen = {feed_url}
    while url and url not in seen and len(seen) <= MAX_PAGES:
        seen.add(url)
        time.sleep(settings.FETCH_PAUSE)
        try:
            fetched = fetch_feed(url)
            parsed = parse_feed(fetched.data, url=fetched.url, content_type=fetched.content_type)
        except FeedError as error:
            raise PageError(
                feed_url, f"its page {url} can't be read: {error.reason}", url
            ) from error
        yield Page(url, parsed)
        url = parsed.feed.next_page
