"""Bytes to FeedData and EntryData. The only import of feedparser; no database."""

import io
import logging
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain, islice
from types import FunctionType
from typing import Any

import feedparser
import feedparser.api

from entries.characters import strip_controls, unescape

from . import jsonfeed, wxr
from .addresses import absolute_address
from .dialects import NAMESPACES, Dialects
from .encodings import as_utf8
from .errors import ParseError
from .feeddata import EntryData, Envelope, FeedContext, FeedData, Person, Text, unique_people
from .pictures import pictures_of_all
from .piecewise import PIECE, PiecewiseParse, Stated, Unread, UnreadableError, describe
from .prologue import is_html_page, rewritten
from .stated import FEED, MEDIA, Raw, take, take_entry
from .text import squeeze

logger = logging.getLogger(__name__)

LINK = re.compile(rb"<link\b[^<>]*>", re.I)
FEED_TYPE = re.compile(rb"\btype\s*=\s*[\"']?application/(?:(?:atom|rss)\+xml|feed\+json)", re.I)
HREF = re.compile(rb"\bhref\s*=\s*[\"']?([^\"'\s>]+)", re.I)
MAX_WARNINGS = 20
MAX_PAGE_BYTES = 200_000  # in which a page's links to feeds are looked for


class StrictParser(Dialects, feedparser.api.StrictFeedParser):
    namespaces = feedparser.api.StrictFeedParser.namespaces | NAMESPACES
    # An id is never relative (RFC 4287, 4.2.6), and resolving would rewrite some.
    can_be_relative_uri = feedparser.api.StrictFeedParser.can_be_relative_uri - {"id"}
    # Filled from the above when the first parser is made.
    _matchnamespaces: dict[str, str] = {}


class LooseParser(Dialects, feedparser.api.LooseFeedParser):
    namespaces = StrictParser.namespaces
    can_be_relative_uri = StrictParser.can_be_relative_uri
    _matchnamespaces: dict[str, str] = {}


# feedparser.parse takes no parsers, it finds its own by name: this one finds ours.
parse = FunctionType(
    feedparser.api.parse.__code__,
    vars(feedparser.api) | {"StrictFeedParser": StrictParser, "LooseFeedParser": LooseParser},
    argdefs=feedparser.api.parse.__defaults__,
)


@dataclass
class ParsedFeed:
    """A feed, and its entries as they are read. Warnings may grow until the last is read."""

    feed: FeedData
    entries: Iterator[EntryData]


def parse_feed(data: bytes, *, url: str = "", content_type: str = "") -> ParsedFeed:
    """Read a feed in any of the formats that feedparser knows, JSON Feed or WordPress's export.

    `url` is where the bytes are from: relative addresses start there. `content_type` is
    the header's value, if there was one. Raises ParseError when the bytes are no feed, and
    nothing else; an entry that can't be read comes as one to leave out.
    """
    if not data.strip():
        raise ParseError(url, "it is empty")
    if jsonfeed.looks_like_json(data):
        feed, items = jsonfeed.read_json_feed(data, url)
        return ParsedFeed(feed, (read_entry(jsonfeed.as_entry, x, feed.context) for x in items))
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
    first = list(islice(reading.items, PIECE))
    media = [take(item, MEDIA) for item, _ in first if not isinstance(item, Unread)]
    feed = feed_data(reading.head, url, pictures_of_all(media))
    if wxr.is_export(reading.head.get("namespaces") or {}):
        blog = wxr.exported_blog(take(reading.head["feed"], FEED))
        feed = replace(feed, export_of=blog or feed.site_url)
    if warning:
        feed.warnings.append(warning)
    if reading.document and reading.document.broken_off:
        feed.warnings.append(
            f"The document breaks off after entry {len(reading.document.entries)}; "
            "what was whole until there has been read."
        )
    cut = reading.document
    envelope = Envelope(cut.head, cut.tail, url, feed.context.pictures_of_all) if cut else None
    return ParsedFeed(feed, read_entries(reading, chain(first, reading.items), feed, envelope))


def read_entries(
    reading: PiecewiseParse, items: Iterable[Stated], feed: FeedData, envelope: Envelope | None
) -> Iterator[EntryData]:
    """Each entry, while the warnings grow by what can't be read of it."""
    export = None
    if wxr.is_export(reading.head.get("namespaces") or {}):
        feed.warnings.append(wxr.COMMENTS_LEFT_OUT)
        pieces = reading.document.entries if reading.document else []
        export = wxr.Export(take(reading.head["feed"], FEED).get("wp_authors") or [], pieces)
        envelope = envelope and wxr.envelope_without_private_parts(envelope)

    def as_entry(stated: tuple[Raw, bytes], context: FeedContext) -> EntryData:
        item, received = stated
        kept = envelope if received else None
        return EntryData(raw_entry(item), context, received=received, envelope=kept)

    for item, received in items:
        note_what_is_wrong(reading, feed)
        if isinstance(item, Unread):
            data = EntryData(item.stated, feed.context, f"its XML can't be read ({item.reason})")
            name = data.title or data.guid or data.link or "one without a name"
            if len(feed.warnings) < MAX_WARNINGS:
                feed.warnings.append(f"An entry is left out, {data.left_out}: {name[:100]}.")
            yield data
            continue
        data = read_entry(as_entry, (item, received), feed.context)
        if export and not data.left_out:
            data = read_entry(lambda found, _: export.as_entry(found), data, feed.context)
        yield data
    note_what_is_wrong(reading, feed)


def note_what_is_wrong(reading: PiecewiseParse, feed: FeedData) -> None:
    warnings = []
    if reading.error:
        warnings.append(describe_bozo(reading.error))
    if reading.elements_left_out:
        names = ", ".join(f"<{name[:50]}>" for name in dict.fromkeys(reading.elements_left_out))
        warnings.append(f"Elements that can't be read are left out: {names}.")
    feed.warnings.extend(warning for warning in warnings if warning not in feed.warnings)


def read_entry(
    make: Callable[[Any, FeedContext], EntryData], item: Any, context: FeedContext
) -> EntryData:
    """The entry that `make` makes of an item; one to leave out, with the reason, if it raises."""
    try:
        data = make(item, context)
        data.look_at_all()
    except Exception as error:
        logger.exception("An entry can't be read and is left out")
        raw = item.raw if isinstance(item, EntryData) else item if isinstance(item, dict) else {}
        named = {"id": raw["id"]} if isinstance(raw.get("id"), str) else {}
        return EntryData(named, context, f"it can't be read ({describe(error)})")
    return data


def parse_piece(data: bytes) -> Raw:
    """Let feedparser parse a document that `rewritten` has made."""
    # A str would be opened as a path or fetched as an address: bytes never are. It is not told
    # the address: it would resolve ids by it, which are to stay as they are.
    return parse(io.BytesIO(data), sanitize_html=False, resolve_relative_uris=False)


def raw_entry(item: Raw) -> Raw:
    """The entry as feedparser read it, without what it says twice."""
    raw = take_entry(item)
    for key in ("title", "summary", "rights"):
        if raw.get(key) == (raw.get(f"{key}_detail") or {}).get("value"):
            raw.pop(key, None)
    contents = raw.get("content") or []
    # feedparser copies Atom's content into the summary of an entry that has none.
    copied = contents and contents[0].get("value")
    if copied and copied in (raw.get("summary"), (raw.get("summary_detail") or {}).get("value")):
        raw.pop("summary_detail", None)
        raw.pop("summary", None)
    for text in [*contents, raw.get("title_detail") or {}, raw.get("summary_detail") or {}]:
        if text.get("type") == "application/xhtml+xml":
            # It closes what can't be closed, and a parser of HTML reads </br> as one more.
            text["value"] = text.get("value", "").replace("</br>", "")
    described = raw.pop("media_description", None)
    if described and not raw.get("summary") and "summary_detail" not in raw:
        # What YouTube writes there is text, with lines.
        raw["summary_detail"] = described
    return raw


def feed_data(parsed: Raw, url: str, pictures: tuple[str, ...]) -> FeedData:
    feed = take(parsed["feed"], FEED)
    links = feed.get("links") or []

    def link(rel):
        address = next((x["href"] for x in links if x.get("rel") == rel and x.get("href")), "")
        return absolute_address(url, strip_controls(address))

    site_url = link("alternate")
    image = feed.get("image") or {}
    return FeedData(
        title=Text.from_raw(feed.get("title_detail") or {}).plain,
        subtitle=Text.from_raw(feed.get("subtitle_detail") or {}).plain,
        site_url=site_url,
        self_url=link("self"),
        feed_id=squeeze(feed.get("id") or ""),
        rights=Text.from_raw(feed.get("rights_detail") or {}).plain,
        icon=squeeze(feed.get("icon") or feed.get("logo") or image.get("href") or ""),
        context=FeedContext(
            authors=tuple(unique_people(map(Person.from_raw, feed.get("authors") or []))),
            language=squeeze(feed.get("language") or ""),
            base=base_of(parsed.get("version") or "", url, site_url),
            updated=feed.get("updated") or "",
            pictures_of_all=pictures,
        ),
        next_page=link("prev-archive") or link("next"),
    )


def base_of(version: str, url: str, site_url: str) -> str:
    """Where relative addresses start that have no xml:base.

    Atom's start at the document (RFC 4287, 2). RSS says nothing; its feeds often stand on
    another host than the site, and their writers mean the site.
    """
    from_web = url if url.startswith(("http://", "https://")) else ""
    return (site_url or from_web) if version.startswith("rss") else (from_web or site_url)


def why_no_feed(data: bytes, url: str) -> str:
    if not is_html_page(data[:MAX_PAGE_BYTES]):
        return "it is no Atom, RSS or JSON feed"
    links = LINK.findall(data[:MAX_PAGE_BYTES])
    found = [HREF.search(link) for link in links if FEED_TYPE.search(link)]
    feeds = [
        absolute_address(url, unescape(match.group(1).decode("utf-8", "replace")))
        for match in found
        if match
    ]
    if feeds and feeds[0]:
        return f"it is an HTML page, not a feed; the page names this feed: {feeds[0]}"
    return "it is an HTML page, not a feed"


def describe_bozo(error: Exception) -> str:
    line = getattr(error, "getLineNumber", lambda: None)()
    message = getattr(error, "getMessage", lambda: str(error))()
    where = f" (line {line}: {message})" if line else f" ({message})"
    return f"The document is not well-formed XML{where}; read as far as possible."
