"""A new source, from the address of a feed or of a page that names one."""

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

MAX_TRIED = 5  # of the feeds that a page names


@dataclass(frozen=True)
class Subscription:
    """A source, whether it is new here, and the other feeds that its page names.

    `is_asked_now`: it was known, but came as a file, and is asked from now on.
    """

    source: Source
    is_new: bool
    others: list[FeedLink]
    is_asked_now: bool = False


def subscribe(address: str) -> Subscription:
    """Make a source of the feed at an address, or of the first that the page there names.

    An address without a scheme is asked by https, and by http where that fails. Its entries come
    with the next sync. Raises FeedError when no feed is found.
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
        return already(known)
    fetched = fetch_feed(url)
    try:
        return add(url, fetched)
    except ParseError as error:
        failure: FeedError = error
    named = feeds_named_by(fetched.data, fetched.url)[:MAX_TRIED]
    for link in named:
        others = [other for other in named if other != link]
        if known := Source.objects.known_as(link.url):
            return already(known, others)
        try:
            return replace(add(link.url, fetch_feed(link.url)), others=others)
        except FeedError as error:
            failure = error
    raise failure


def already(source: Source, others: Sequence[FeedLink] = ()) -> Subscription:
    """One that is a source here already, and is to be asked."""
    return Subscription(source, False, [*others], source.ask_from_now_on())


def add(url: str, fetched: Fetched) -> Subscription:
    """Raises ParseError when what has been fetched is no feed, UsageError for a long address."""
    with read_document(fetched) as reading:
        feed = reading.feed
    address = Source.objects.feed_of(fetched.moved_to or url)
    if known := Source.objects.known_as(address):
        return already(known)
    if len(address) > MAX_URL_LENGTH:
        raise UsageError(url, f"its address is longer than {MAX_URL_LENGTH} characters")
    # Somebody else may be adding it at this moment.
    source, is_new = Source.objects.get_or_create(url=address)
    if is_new:
        update_source(source, feed, save=True)
    return Subscription(source, is_new, [])
