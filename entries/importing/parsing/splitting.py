"""Splitting of a feed document at its entries, so that it can be parsed in pieces.

feedparser keeps everything that it parses in memory: 1,190 MB for a feed of 100,000 entries, 34 MB
if it gets 200 at a time, in the same time. Damage then spoils only its piece.
"""

import re
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from xml.parsers import expat

from .damaged_entries import CDATA, CDATA_END, close_cdata_sections, holder_end
from .prologue import ELEMENT

Span = tuple[int, int]
NOWHERE = -1
NAME = re.compile(rb"[^\s<>/=]+")

# The names of an entry: <entry> in Atom, <item> in RSS and RDF, with any prefix.
ENTRIES = {"entry", "item"}
OPENING = re.compile(rb"<!\[CDATA\[|<!--|<(?P<name>(?:[A-Za-z_][\w.-]*:)?(?:entry|item))(?=[\s>/])")
CLOSERS = {CDATA: CDATA_END, b"<!--": b"-->"}
COMMENT = re.compile(rb"<!--.*?-->", re.S)
# Comments, CDATA sections, instructions and declarations. An unclosed comment or section extends
# to the end of the document.
UNREAD = re.compile(rb"<!--(?:.*?-->|.*)|<!\[CDATA\[(?:.*?\]\]>|.*)|<\?[^<>]*>|<![^<>]*>", re.S)
TAG = re.compile(
    rb"<(?P<closing>/?)(?P<name>[A-Za-z_][\w.:-]*+)"
    rb"(?P<rest>(?:[^<>\"']++|\"[^\"<]*+\"|'[^'<]*+')*+)>"
)
HOLDERS = {b"rss", b"channel", b"feed", b"rdf"}
MAX_FRAME_BYTES = 8_000  # start tags around the entries, repeated for each piece


@dataclass(frozen=True)
class Document:
    """A feed's bytes in parts: before the entries, each entry, after the entries."""

    head: bytes
    entries: list[bytes]
    tail: bytes
    broken_off: bool = False
    is_well_formed: bool = False

    @cached_property
    def frame(self) -> tuple[bytes, bytes]:
        """The start tags that are open around the entries, and their end tags."""
        element = ELEMENT.search(self.head)
        before = self.head[: element.start()] if element else b""
        return before + b"".join(tag.group() for tag in open_tags(self.head)), closing_tags(
            self.head
        )

    def whole(self, entries: list[bytes]) -> bytes:
        """A document of these entries with the whole head and tail."""
        return b"".join([self.head, *entries, self.tail])

    def framed(self, entries: list[bytes]) -> bytes:
        """A document of these entries with only the start tags and end tags around them."""
        start, end = self.frame
        return b"".join([start, *entries, end])


def split_document(data: bytes) -> Document | None:
    """Split a feed document in UTF-8. Returns None if it can't be cut safely.

    A well-formed document (its namespaces included) is cut where expat finds the entries. It can't
    be cut if anything but white space and comments is between two entries, or if an entry is
    empty or contains another. `split_damaged` cuts all others, and documents with a CDATA
    section that lacks its end and so runs on into the next entry.
    """
    try:
        spans = entry_spans(data)
    except expat.ExpatError:
        return split_damaged(data)
    if any(has_open_section(data[start:end]) for start, end in spans):
        return split_damaged(data)
    gaps = (data[one[1] : two[0]] for one, two in pairwise(spans))
    if not spans or any(COMMENT.sub(b"", gap).strip() for gap in gaps):
        return None
    entries = [data[start:end] for start, end in spans]
    head, tail = data[: spans[0][0]], data[spans[-1][1] :]
    return fitting(Document(head, entries, tail, is_well_formed=True))


def has_open_section(entry: bytes) -> bool:
    """True if a CDATA section in the bytes of an entry seems to run on into the next entry."""
    boundary = between_entries(name_at(entry, 1))
    position = 0
    while (start := entry.find(CDATA, position)) >= 0:
        position = entry.find(CDATA_END, start)
        if position < 0:
            return False
        if runs_on(entry, start, position, boundary):
            return True
    return False


def between_entries(name: bytes) -> re.Pattern[bytes]:
    return re.compile(rb"</%b\s*>\s*<%b(?=[\s>])" % (re.escape(name), re.escape(name)))


def runs_on(data: bytes, start: int, closer: int, boundary: re.Pattern[bytes]) -> bool:
    """True if the CDATA section from `start` to `closer` runs on into the next entry.

    It then contains the end of its element, the boundary of the entries and the start of another
    section, whose end is at `closer`.
    """
    following = data.find(CDATA, start + len(CDATA), closer)
    ended = boundary.search(data, start, following) if following >= 0 else None
    return ended is not None and holder_end(data, start, ended.start()) >= 0


def fitting(document: Document) -> Document | None:
    return document if len(document.frame[0]) <= MAX_FRAME_BYTES else None


def entry_spans(data: bytes) -> list[Span]:
    """The start and end of each entry of a well-formed document; empty if one can't be cut.

    The first <entry> or <item> determines the name of all entries. Raises ExpatError for a damaged
    document, and for one whose entities exceed expat's own limit of expansion.
    """
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.ordered_attributes = True
    spans: list[Span] = []
    name, start, can_be_cut = "", NOWHERE, True

    def open_element(found: str, _: list[str]) -> None:
        nonlocal name, start, can_be_cut
        if not name and found.rpartition(" ")[2] in ENTRIES:
            name = found
        if found == name:
            can_be_cut &= start == NOWHERE
            start = parser.CurrentByteIndex

    def close_element(found: str) -> None:
        nonlocal start, can_be_cut
        if found == name:
            position = parser.CurrentByteIndex
            # An empty-element tag has no end tag: expat's position is after it.
            can_be_cut &= name_at(data, position + 2) == name_at(data, start + 1)
            spans.append((start, data.find(b">", position) + 1))
            start = NOWHERE

    parser.StartElementHandler = open_element
    parser.EndElementHandler = close_element
    parser.Parse(data, True)
    return spans if can_be_cut else []


def name_at(data: bytes, position: int) -> bytes:
    name = NAME.match(data, position)
    return name.group() if name else b""


def split_damaged(data: bytes) -> Document | None:
    """Split a document that is not well-formed, by the tags of its entries.

    Cuts at each start tag and each end tag of an entry; text between entries is left out. If the
    document breaks off within an entry, that entry is left out, and the elements that were open
    before it are closed. Returns None if no entry is found.
    """
    first = first_opening(data)
    if not first:
        return None
    head = data[: first.start()]
    spans = damaged_spans(data, first["name"], first.start())
    tail = data[spans[-1][1] if spans else first.start() :]
    opening = re.compile(rb"<" + re.escape(first["name"]) + rb"(?=[\s>/])")
    broken_off = not tail.strip() or bool(opening.search(tail))
    if broken_off:
        tail = closing_tags(head)
    entries = [with_closed_sections(data[start:end]) for start, end in spans]
    return fitting(Document(head, entries, tail, broken_off))


def with_closed_sections(entry: bytes) -> bytes:
    is_open = entry.count(CDATA) > entry.count(CDATA_END)
    return close_cdata_sections(entry) if is_open else entry


def first_opening(data: bytes) -> re.Match[bytes] | None:
    """The start tag of the first entry, outside of comments and CDATA sections."""
    position = 0
    while match := OPENING.search(data, position):
        if match["name"]:
            return match
        position = data.find(CLOSERS[match.group()], match.end())
        if position < 0:
            return None
    return None


def damaged_spans(data: bytes, name: bytes, position: int) -> list[Span]:
    """The start and end of each entry from `position` on, by the tags of this name.

    Tags in comments and CDATA sections don't count, unless a section lacks its end and runs on
    into the next entry.
    """
    boundary = between_entries(name)
    token = re.compile(
        rb"<!\[CDATA\[|<!--|<(?P<closing>/?)" + re.escape(name) + rb"(?=[\s>/])[^<>]*>"
    )
    end_of_feed = last_end(data, position)
    spans: list[Span] = []
    closers = dict.fromkeys(CLOSERS, 0)  # the last position found of each, or NOWHERE
    start = NOWHERE
    while match := token.search(data, position):
        position = match.end()
        opener = match.group()
        if opener in CLOSERS:
            if NOWHERE < closers[opener] < position:
                closers[opener] = data.find(CLOSERS[opener], position)
            closer = closers[opener]
            if closer < 0 and end_of_feed < 0:
                # The document breaks off within the comment or section.
                break
            if closer >= 0 and not (
                opener == CDATA and runs_on(data, match.start(), closer, boundary)
            ):
                position = closer
        elif not match["closing"]:
            if start >= 0:
                spans.append((start, match.start()))
            start = match.start()
        elif start >= 0:
            spans.append((start, position))
            start = NOWHERE
    if 0 <= start < end_of_feed:
        # Its end tag is missing, but the feed's end tag is there: the entry is complete.
        spans.append((start, end_of_feed))
    return spans


def last_end(data: bytes, position: int) -> int:
    """The last end tag of the document's first element, from `position` on; else -1."""
    root = TAG.search(data)
    if not root:
        return NOWHERE
    end_tag = re.compile(rb"</" + re.escape(root["name"]) + rb"\s*>")
    return max((match.start() for match in end_tag.finditer(data, position)), default=NOWHERE)


def open_tags(head: bytes) -> list[re.Match[bytes]]:
    """The start tags of the elements that are open at the end of the head.

    Leaves out those inside the element that contains the entries, which a damaged head left open.
    """
    tags: list[re.Match[bytes]] = []
    open_names: Counter[bytes] = Counter()
    for tag in TAG.finditer(UNREAD.sub(b"", head)):
        if not tag["closing"]:
            if not tag["rest"].endswith(b"/"):
                tags.append(tag)
                open_names[tag["name"]] += 1
        elif open_names[tag["name"]]:
            while (closed := tags.pop()["name"]) != tag["name"]:
                open_names[closed] -= 1
            open_names[tag["name"]] -= 1
    holding = [n for n, tag in enumerate(tags, 1) if local_name(tag["name"]) in HOLDERS]
    return tags[: max(holding, default=len(tags))]


def local_name(name: bytes) -> bytes:
    return name.rpartition(b":")[2].lower()


def closing_tags(head: bytes) -> bytes:
    """The end tags of the elements that the head leaves open."""
    return b"".join(b"</" + tag["name"] + b">" for tag in reversed(open_tags(head)))
