"""The feed that a page names in the place of one that has gone."""

from entries.importing.fetching.client import fetch_feed
from entries.importing.parsing.feed_links import feeds_named_by

from .errors import FeedError, RefusedError


def find_successor(gone: RefusedError, address: str, site_url: str) -> str:
    """The feed that is named where one has gone, else by its site's front page; or nothing."""
    for feed in feeds_named_by(gone.page, gone.page_url):
        if feed.url != address:
            return feed.url
    if not site_url:
        return ""
    try:
        front = fetch_feed(site_url)
    except FeedError:
        return ""
    return next((x.url for x in feeds_named_by(front.data, front.url) if x.url != address), "")
