"""Makes a new source from the URL of a feed, or of a page that links to one."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from entries.importing.fetching.client import fetch_feed
from entries.importing.fetching.fetched import Fetched
from entries.importing.parsing.feed_links import FeedLink, feeds_named_by
from entries.importing.reading.reading import read_document
from entries.models import Source
from entries.models.source import MAX_URL_LENGTH

from .errors import FeedError, FetchError, ParseError, UsageError
from .source_row import update_source

MAX_TRIED_FEEDS = 5  # links to feeds on a page


@dataclass(frozen=True)
class Subscription:
    """The source that was subscribed to; `others` are the other feeds that its page links to.

    `is_fetched_from_now_on`: the source existed as an imported file, and is now fetched from its
    URL.
    """

    source: Source
    is_new: bool
    others: list[FeedLink]
    is_fetched_from_now_on: bool = False


def subscribe(address: str) -> Subscription:
    """Make a source of the feed at a URL, or of the first feed that the page there links to.

    A URL without a scheme is tried with https, and then with http. The next sync imports the
    entries. Raises FeedError when no feed is found.
    """
    address = address.strip()
    if "://" in address:
        return subscribe_to(address)
    try:
        return subscribe_to(f"https://{address}")
    except FetchError as failure:
        try:
            return subscribe_to(f"http://{address}")
        except FetchError:
            raise failure from None


def subscribe_to(url: str) -> Subscription:
    url = Source.objects.feed_of(url)
    if known := Source.objects.known_as(url):
        return known_subscription(known)
    fetched = fetch_feed(url)
    try:
        return add_source(url, fetched)
    except ParseError as error:
        failure: FeedError = error
    named = feeds_named_by(fetched.data, fetched.url)[:MAX_TRIED_FEEDS]
    for link in named:
        others = [other for other in named if other != link]
        if known := Source.objects.known_as(link.url):
            return known_subscription(known, others)
        try:
            return replace(add_source(link.url, fetch_feed(link.url)), others=others)
        except FeedError as error:
            failure = error
    raise failure


def known_subscription(source: Source, others: Sequence[FeedLink] = ()) -> Subscription:
    """Returns the subscription to an existing source, which is fetched from now on."""
    return Subscription(source, False, [*others], source.ask_from_now_on())


def add_source(url: str, fetched: Fetched) -> Subscription:
    """Raises ParseError when the bytes are not a feed, UsageError when the URL is too long."""
    with read_document(fetched) as reading:
        feed = reading.feed
    feed_url = Source.objects.feed_of(fetched.moved_to or url)
    if known := Source.objects.known_as(feed_url):
        return known_subscription(known)
    if len(feed_url) > MAX_URL_LENGTH:
        raise UsageError(url, f"its URL is longer than {MAX_URL_LENGTH} characters")
    # Another person may be adding it at the same moment.
    source, is_new = Source.objects.get_or_create(url=feed_url)
    if is_new:
        update_source(source, feed, save=True)
    return Subscription(source, is_new, [])
