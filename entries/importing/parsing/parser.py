"""The feed parser: bytes to FeedData and EntryData. The only import of feedparser."""

import io
import json
import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain, islice
from types import FunctionType

import feedparser
import feedparser.api

from entries.importing.errors import ParseError
from entries.importing.parsing.formats.feedparser_adapter import entry_data, feed_data
from entries.importing.parsing.formats.feedparser_fields import (
    FEED,
    Raw,
    entry_record,
    media_addresses,
    take,
)
from entries.importing.parsing.formats.feedparser_mixins import NAMESPACES, Dialects
from entries.importing.parsing.formats.pictures import pictures_of_all

from .encodings import as_utf8
from .feed_data import EntryData, Envelope, FeedContext, FeedData
from .feed_links import feeds_named_by
from .formats import json_feed, wordpress_export
from .piecewise import (
    MAX_PIECE_ENTRIES,
    ItemWithBytes,
    PiecewiseParse,
    Unread,
    UnreadableError,
    describe,
)
from .prologue import is_html_page, rewritten

logger = logging.getLogger(__name__)

MAX_WARNINGS = 20
MAX_PAGE_BYTES = 200_000  # of an HTML page, searched for links to feeds


class StrictParser(Dialects, feedparser.api.StrictFeedParser):
    namespaces = feedparser.api.StrictFeedParser.namespaces | NAMESPACES
    # An id is never relative (RFC 4287, 4.2.6), and resolving would rewrite some.
    can_be_relative_uri = feedparser.api.StrictFeedParser.can_be_relative_uri - {"id"}
    # feedparser fills this from `namespaces` when the first parser is made.
    _matchnamespaces: dict[str, str] = {}


class LooseParser(Dialects, feedparser.api.LooseFeedParser):
    namespaces = StrictParser.namespaces
    can_be_relative_uri = StrictParser.can_be_relative_uri
    _matchnamespaces: dict[str, str] = {}


# feedparser.parse takes no parser classes, it looks them up by name in its module. This copy of
# the function finds ours.
parse = FunctionType(
    feedparser.api.parse.__code__,
    vars(feedparser.api) | {"StrictFeedParser": StrictParser, "LooseFeedParser": LooseParser},
    argdefs=feedparser.api.parse.__defaults__,
)


@dataclass
class ParsedFeed:
    """A feed and an iterator of its entries. Reading entries may add to the feed's warnings."""

    feed: FeedData
    entries: Iterator[EntryData]


def parse_feed(
    data: bytes,
    *,
    url: str = "",
    content_type: str = "",
    pictures: tuple[str, ...] | None = None,
) -> ParsedFeed:
    """Parse a feed: Atom, RSS or RDF in any version, JSON Feed, or WordPress's export.

    `url` is that of the document, the base of relative URLs; `content_type` is the value of the
    response header. `pictures` overrides the `FeedContext.pictures_of_all` computed from these
    entries. Raises only ParseError, if the bytes are no feed. An entry that can't be read is
    returned with the reason in `left_out`.
    """
    if not data.strip():
        raise ParseError(url, "it is empty")
    if json_feed.looks_like_json(data):
        feed, found, feed_envelope = json_feed.read_json_feed(data, url)
        make = partial(json_feed.entry_data, envelope=feed_envelope)
        return ParsedFeed(feed, (read_entry(make, item, feed.context) for item in found))
    text, warning = as_utf8(data, content_type)
    document = rewritten(text)
    if not document or is_html_page(text):
        raise ParseError(url, why_no_feed(data, url))
    try:
        reading = PiecewiseParse(document, parse_piece)
    except UnreadableError as error:
        reason = describe(error.__cause__ or error)
        raise ParseError(url, f"it can't be read, since its parser fails ({reason})") from error
    if not reading.head.get("version") and not reading.has_entries:
        raise ParseError(url, why_no_feed(data, url))
    first = list(islice(reading.items, MAX_PIECE_ENTRIES))
    if pictures is None:
        pictures = pictures_of_all(
            media_addresses(item) for item, _ in first if not isinstance(item, Unread)
        )
    feed = feed_data(reading.head["feed"], reading.head.get("version") or "", url, pictures)
    if wordpress_export.is_export(reading.head.get("namespaces") or {}):
        blog = wordpress_export.exported_blog(take(reading.head["feed"], FEED))
        feed = replace(feed, export_of=blog or feed.site_url)
    if warning:
        feed.warnings.append(warning)
    if reading.document and reading.document.broken_off:
        feed.warnings.append(
            f"The document breaks off after entry {len(reading.document.entries)}; "
            "the complete entries before have been read."
        )
    cut = reading.document
    envelope = Envelope(cut.head, cut.tail, url, feed.context.pictures_of_all) if cut else None
    return ParsedFeed(feed, read_entries(reading, chain(first, reading.items), feed, envelope))


def read_entries(
    reading: PiecewiseParse,
    items: Iterable[ItemWithBytes],
    feed: FeedData,
    envelope: Envelope | None,
) -> Iterator[EntryData]:
    """Yield the entries, and add warnings to the feed about the parts that can't be read."""
    export = None
    if wordpress_export.is_export(reading.head.get("namespaces") or {}):
        feed.warnings.append(wordpress_export.COMMENTS_LEFT_OUT)
        pieces = reading.document.entries if reading.document else []
        export = wordpress_export.Export(
            take(reading.head["feed"], FEED).get("wp_authors") or [], pieces
        )
        envelope = envelope and wordpress_export.envelope_without_private_parts(envelope)

    for item, received in items:
        add_warnings(reading, feed)
        if isinstance(item, Unread):
            left_out = f"its XML can't be read ({item.reason})"
            data = entry_data(item.stated, feed.context, left_out=left_out)
            name = data.title or data.guid or data.link or "one without a name"
            if len(feed.warnings) < MAX_WARNINGS:
                feed.warnings.append(f"An entry is left out, {data.left_out}: {name[:100]}.")
            yield data
            continue
        make = partial(make_entry, received=received, envelope=envelope, export=export)
        yield read_entry(make, item, feed.context)
    add_warnings(reading, feed)


def make_entry(
    item: Raw,
    context: FeedContext,
    *,
    received: bytes,
    envelope: Envelope | None,
    export: wordpress_export.Export | None,
) -> EntryData:
    """The EntryData of feedparser's `item`. `received` is empty if its bytes are uncertain."""
    record, left_out = entry_record(item), ""
    if export:
        received = received and export.received(record, received)
        record, left_out = export.as_record(record)
    if not received:
        received, envelope = json.dumps(record, sort_keys=True).encode(), None
    return entry_data(record, context, left_out=left_out, received=received, envelope=envelope)


def add_warnings(reading: PiecewiseParse, feed: FeedData) -> None:
    warnings = []
    if reading.error:
        warnings.append(describe_bozo(reading.error))
    if reading.elements_left_out:
        names = ", ".join(f"<{name[:50]}>" for name in dict.fromkeys(reading.elements_left_out))
        warnings.append(f"Elements that can't be read are left out: {names}.")
    feed.warnings.extend(warning for warning in warnings if warning not in feed.warnings)


def read_entry(
    make: Callable[[Raw, FeedContext], EntryData], item: Raw, context: FeedContext
) -> EntryData:
    """The entry that `make` returns for an item; if it raises, an entry with `left_out`."""
    try:
        return make(item, context)
    except Exception as error:
        logger.exception("An entry can't be read and is left out")
        guid = item.get("id")
        named = guid.strip() if isinstance(guid, str) else ""
        reason = f"it can't be read ({describe(error)})"
        return EntryData(guid=named, context=context, left_out=reason)


def parse_piece(data: bytes) -> Raw:
    """Parse a document from `rewritten` with feedparser."""
    # feedparser would open a str as a path or fetch it as a URL, but never bytes. It does not get
    # the document's URL, because it would resolve ids against it.
    return parse(io.BytesIO(data), sanitize_html=False, resolve_relative_uris=False)


def why_no_feed(data: bytes, url: str) -> str:
    if not is_html_page(data[:MAX_PAGE_BYTES]):
        return "it is no Atom, RSS or JSON feed"
    feeds = feeds_named_by(data[:MAX_PAGE_BYTES], url)
    if feeds:
        return f"it is an HTML page, not a feed; the page names this feed: {feeds[0].url}"
    return "it is an HTML page, not a feed"


def describe_bozo(error: Exception) -> str:
    line = getattr(error, "getLineNumber", lambda: None)()
    message = getattr(error, "getMessage", lambda: str(error))()
    where = f" (line {line}: {message})" if line else f" ({message})"
    return f"The document is not well-formed XML{where}; read as far as possible."
