"""Bytes to FeedData and EntryData. The only import of feedparser; no database."""

import html
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from types import FunctionType
from typing import Any

import feedparser
import feedparser.api

from entries.characters import strip_controls

from . import jsonfeed, wxr
from .addresses import absolute_address
from .dialects import NAMESPACES, Dialects
from .encodings import as_utf8
from .errors import ParseError
from .feeddata import EntryData, FeedContext, FeedData, Person, Text, unique_people
from .split import split_document
from .text import squeeze

HTML_PAGE = re.compile(
    rb"\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)*(<!doctype\s+html|<html[\s>])", re.I | re.S
)
LINK_TO_FEED = re.compile(
    rb"<link\b[^<>]*\btype\s*=\s*[\"']?application/(?:(?:atom|rss)\+xml|feed\+json)[^>]*>", re.I
)
HREF = re.compile(rb"\bhref\s*=\s*[\"']?([^\"'\s>]+)", re.I)


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
    the header's value, if there was one. Raises ParseError when the bytes are no feed.
    """
    if not data.strip():
        raise ParseError(url, "it is empty")
    if jsonfeed.looks_like_json(data):
        feed, entries = jsonfeed.read_json_feed(data, url)
        return ParsedFeed(feed, entries)
    data, warning = as_utf8(data, content_type)
    document = split_document(data)
    pieces = document.pieces() if document else iter([data])
    first = parse_piece(next(pieces), content_type)
    if not first.get("version") and not first.entries:
        raise ParseError(url, why_no_feed(data, url))
    feed = feed_data(first, url)
    if warning:
        feed.warnings.append(warning)
    if document and document.broken_off:
        feed.warnings.append(
            f"The document breaks off after entry {len(document.entries)}; "
            "what was whole until there has been read."
        )
    entries = read_entries(first, pieces, feed, content_type)
    if wxr.is_export(first.namespaces):
        stated = document.entries if document else [data]
        export = wxr.Export(first.feed.get("wp_authors") or [], stated)
        feed.warnings.append(wxr.COMMENTS_LEFT_OUT)
        entries = map(export.as_entry, entries)
    return ParsedFeed(feed, entries)


def read_entries(first, pieces, feed: FeedData, content_type: str) -> Iterator[EntryData]:
    parsed = first
    while parsed is not None:
        if parsed.bozo and not isinstance(parsed.bozo_exception, feedparser.NonXMLContentType):
            warning = describe_bozo(parsed.bozo_exception)
            if warning not in feed.warnings:
                feed.warnings.append(warning)
        for item in parsed.entries:
            yield EntryData(raw_entry(item), feed.context)
        piece = next(pieces, None)
        parsed = parse_piece(piece, content_type) if piece is not None else None


def parse_piece(data: bytes, content_type: str) -> feedparser.FeedParserDict:
    # Not told the address: it would resolve ids by it, which are to stay as they are. Without
    # a charset the type says nothing of the encoding (RFC 7303, 3.2), while feedparser would
    # take text/xml for US-ASCII, as RFC 3023 had it.
    headers = {"content-type": content_type} if "charset" in content_type.lower() else {}
    # A str would be opened as a path or fetched as an address: bytes never are.
    return parse(
        io.BytesIO(data),
        response_headers=headers,
        sanitize_html=False,
        resolve_relative_uris=False,
    )


def raw_entry(item: feedparser.FeedParserDict) -> dict[str, Any]:
    """The entry as feedparser read it, without what it says twice."""
    raw = dict(item)
    for key in ("author", "author_detail", "guidislink"):
        raw.pop(key, None)
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
            text["value"] = text["value"].replace("</br>", "")
    if "yt_videoid" in raw and "summary_detail" in raw:
        # What YouTube writes is text, with lines; feedparser takes it for HTML.
        raw["summary_detail"] = raw["summary_detail"] | {"type": "text/plain"}
    return raw


def feed_data(parsed: feedparser.FeedParserDict, url: str) -> FeedData:
    feed = parsed.feed
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
            # Its get() answers with the date of publication.
            updated=feed["updated"] if "updated" in feed else "",  # noqa: SIM401
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
    if HTML_PAGE.match(data[:4096]):
        found = [HREF.search(link) for link in LINK_TO_FEED.findall(data[:200_000])]
        feeds = [
            absolute_address(url, html.unescape(match.group(1).decode("utf-8", "replace")))
            for match in found
            if match
        ]
        if feeds and feeds[0]:
            return f"it is an HTML page, not a feed; the page names this feed: {feeds[0]}"
        return "it is an HTML page, not a feed"
    return "it is no Atom, RSS or JSON feed"


def describe_bozo(error: Exception) -> str:
    if isinstance(error, feedparser.CharacterEncodingOverride):
        return f"The encoding that the feed declares is wrong; read with another ({error})."
    if isinstance(error, feedparser.CharacterEncodingUnknown):
        return "The feed's encoding can't be told; its text may be garbled."
    line = getattr(error, "getLineNumber", lambda: None)()
    message = getattr(error, "getMessage", lambda: str(error))()
    where = f" (line {line}: {message})" if line else f" ({message})"
    return f"The document is not well-formed XML{where}; read as far as possible."
