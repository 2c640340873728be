"""Finds the feed that replaces one whose server answers 410 Gone."""

from entries.importing.fetching.client import fetch_feed
from entries.importing.parsing.feed_links import feeds_named_by

from .errors import FeedError, RefusedError


def find_successor(gone: RefusedError, url: str, site_url: str) -> str:
    """Returns the URL of another feed linked from the 410 page, else from the front page.

    Returns an empty string where neither links to one.
    """
    for feed in feeds_named_by(gone.page, gone.page_url):
        if feed.url != url:
            return feed.url
    if not site_url:
        return ""
    try:
        front = fetch_feed(site_url)
    except FeedError:
        return ""
    return next((x.url for x in feeds_named_by(front.data, front.url) if x.url != url), "")
