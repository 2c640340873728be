"""Bytes to FeedData and EntryData. The only import of feedparser; no database."""

import html
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import urljoin

import feedparser

from .errors import ParseError
from .split import split_document
from entries.characters import strip_controls
from .text import squeeze, visible_text

HTML_PAGE = re.compile(rb"\s*(<!--.*?-->\s*)*(<!doctype\s+html|<html[\s>])", re.I | re.S)
LINK_TO_FEED = re.compile(
    rb"<link\b[^>]*\btype\s*=\s*[\"']?application/(?:atom|rss)\+xml[^>]*>", re.I
)
HREF = re.compile(rb"\bhref\s*=\s*[\"']?([^\"'\s>]+)", re.I)


@dataclass(frozen=True)
class Person:
    name: str = ""
    uri: str = ""
    email: str = ""

    @classmethod
    def from_raw(cls, raw: dict[str, Any]) -> "Person":
        return cls(*(squeeze(raw.get(key) or "") for key in ("name", "href", "email")))

    def __bool__(self):
        return bool(self.name or self.uri or self.email)


@dataclass(frozen=True)
class Text:
    """A text as the feed gives it: `type` is a media type, `base` what its addresses start from."""

    value: str = ""
    type: str = "text/plain"
    base: str = ""
    language: str = ""

    @classmethod
    def from_raw(cls, raw: dict[str, Any]) -> "Text":
        notes = (strip_controls(raw.get(key) or "") for key in ("type", "base", "language"))
        return cls(raw.get("value") or "", *notes)

    @property
    def is_html(self):
        return "html" in self.type

    @property
    def plain(self):
        """On one line, without markup."""
        return visible_text(self.value) if self.is_html else squeeze(self.value)


@dataclass(frozen=True)
class FeedContext:
    """What entries take from their feed where they don't say it themselves."""

    author: Person = Person()
    language: str = ""
    base: str = ""
    updated: str = ""


@dataclass(frozen=True)
class FeedData:
    """What a feed says of itself."""

    title: str
    subtitle: str
    site_url: str
    self_url: str
    feed_id: str
    rights: str
    icon: str
    context: FeedContext
    warnings: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class EntryData:
    """What a feed states about one entry. `raw` is what feedparser made of it, in JSON's types."""

    raw: dict[str, Any]
    context: FeedContext

    @property
    def guid(self) -> str:
        return str(self.raw.get("id") or "").strip()

    @cached_property
    def title(self) -> str:
        return self._text("title").plain

    @cached_property
    def link(self) -> str:
        """The address of the original page: the first alternate link, absolute."""
        for link in self.raw.get("links") or []:
            if link.get("rel", "alternate") == "alternate" and link.get("href"):
                return self.absolute(link["href"])
        return self.absolute(self.raw["link"]) if self.raw.get("link") else ""

    @cached_property
    def body(self) -> Text:
        """The fullest text: HTML content before plain, content before summary."""
        contents = [Text.from_raw(raw) for raw in self.raw.get("content") or []]
        contents = [text for text in contents if text.value.strip()]
        best = next((text for text in contents if text.is_html), None)
        return best or (contents[0] if contents else self._summary)

    @property
    def summary(self) -> str:
        """The summary as plain text; empty where it only repeats the body."""
        text = self._summary
        return "" if text.value == self.body.value else text.plain

    @cached_property
    def _summary(self) -> Text:
        return self._text("summary")

    def _text(self, name: str) -> Text:
        # Where an extension has an element of the same name, the detail may be of that one.
        raw = self.raw.get(f"{name}_detail") or {}
        return Text.from_raw(raw | {"value": self.raw[name]} if name in self.raw else raw)

    @cached_property
    def author(self) -> Person:
        people = [Person.from_raw(raw) for raw in self.raw.get("authors") or []]
        source = (self.raw.get("source") or {}).get("authors") or []
        people += [Person.from_raw(raw) for raw in source]
        return next((person for person in people if person), self.context.author)

    @property
    def language(self) -> str:
        details = [self.body.language, Text.from_raw(self.raw.get("title_detail") or {}).language]
        return next((tag for tag in [*details, self.context.language] if tag), "")

    @cached_property
    def categories(self) -> list[str]:
        """The terms, in the feed's order, each once."""
        terms = (tag.get("term") or tag.get("label") for tag in self.raw.get("tags") or [])
        return list(dict.fromkeys(squeeze(term) for term in terms if term and squeeze(term)))

    @property
    def enclosures(self) -> list[list[Any]]:
        """[address, media type, length in bytes or None] of each, in the feed's order."""
        return [
            [self.absolute(link["href"]), squeeze(link.get("type") or ""), whole_number(link)]
            for link in self.raw.get("links") or []
            if link.get("rel") == "enclosure" and link.get("href")
        ]

    @cached_property
    def base(self) -> str:
        """What relative addresses in the text are relative to."""
        return absolute_address(self.context.base, self.body.base) or self.context.base

    def absolute(self, address: str) -> str:
        address = strip_controls(str(address)).strip()
        return absolute_address(self.base, address) or address


def absolute_address(base: str, address: str) -> str:
    """A relative address made absolute; empty when it is no address at all."""
    try:
        return urljoin(base, address.strip()) if address else ""
    except ValueError:
        return ""


def whole_number(link: dict[str, Any]) -> int | None:
    length = str(link.get("length") or "").strip()
    return int(length) if length.isdecimal() and length.isascii() and len(length) < 16 else None


@dataclass
class ParsedFeed:
    """A feed, and its entries as they are read. Warnings may grow until the last is read."""

    feed: FeedData
    entries: Iterator[EntryData]


def parse_feed(data: bytes, *, url: str = "", content_type: str = "") -> ParsedFeed:
    """Read a feed in any of the formats that feedparser knows.

    `url` is where the bytes are from: relative addresses start there. `content_type` is
    the header's value, if there was one. Raises ParseError when the bytes are no feed.
    """
    if not data.strip():
        raise ParseError(url, "it is empty")
    # White space before the XML declaration is common, forbidden and harmless.
    data = data.lstrip()
    document = split_document(data)
    pieces = document.pieces() if document else iter([data])
    first = parse_piece(next(pieces), content_type)
    if not first.get("version") and not first.entries:
        raise ParseError(url, why_no_feed(data, url))
    feed = feed_data(first, url)
    if document and document.broken_off:
        feed.warnings.append(
            f"The document breaks off after entry {len(document.entries)}; "
            "what was whole until there has been read."
        )
    return ParsedFeed(feed, read_entries(first, pieces, feed, content_type))


def read_entries(first, pieces, feed, content_type) -> Iterator[EntryData]:
    parsed = first
    while parsed is not None:
        if parsed.bozo and not isinstance(
            parsed.bozo_exception, feedparser.NonXMLContentType
        ):
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
    return feedparser.parse(
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
    for key in ("title", "summary"):
        if raw.get(key) == (raw.get(f"{key}_detail") or {}).get("value"):
            raw.pop(key, None)
    contents = raw.get("content") or []
    # feedparser copies Atom's content into the summary of an entry that has none.
    if contents and (raw.get("summary_detail") or {}).get("value") == contents[0].get("value"):
        raw.pop("summary_detail")
        raw.pop("summary", None)
    return raw


def feed_data(parsed: feedparser.FeedParserDict, url: str) -> FeedData:
    feed = parsed.feed
    links = feed.get("links") or []

    def link(rel):
        address = next((x["href"] for x in links if x.get("rel") == rel and x.get("href")), "")
        return absolute_address(url, strip_controls(address))

    site_url = link("alternate")
    people = [Person.from_raw(raw) for raw in feed.get("authors") or []]
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
            author=next((person for person in people if person), Person()),
            language=squeeze(feed.get("language") or ""),
            base=url if url.startswith(("http://", "https://")) else site_url,
            updated=feed["updated"] if "updated" in feed else "",
        ),
    )


def why_no_feed(data: bytes, url: str) -> str:
    if HTML_PAGE.match(data[:4096].removeprefix(b"\xef\xbb\xbf")):
        found = [HREF.search(link) for link in LINK_TO_FEED.findall(data[:200_000])]
        feeds = [
            absolute_address(url, html.unescape(match.group(1).decode("utf-8", "replace")))
            for match in found
            if match
        ]
        if feeds and feeds[0]:
            return f"it is an HTML page, not a feed; the page names this feed: {feeds[0]}"
        return "it is an HTML page, not a feed"
    return "it is no Atom or RSS feed"


def describe_bozo(error: Exception) -> str:
    if isinstance(error, feedparser.CharacterEncodingOverride):
        return f"The encoding that the feed declares is wrong; read with another ({error})."
    if isinstance(error, feedparser.CharacterEncodingUnknown):
        return "The feed's encoding can't be told; its text may be garbled."
    line = getattr(error, "getLineNumber", lambda: None)()
    message = getattr(error, "getMessage", lambda: str(error))()
    where = f" (line {line}: {message})" if line else f" ({message})"
    return f"The document is not well-formed XML{where}; read as far as possible."
