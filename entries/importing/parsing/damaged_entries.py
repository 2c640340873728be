"""Repair of damaged XML entries: missing or mistyped end tags, unclosed CDATA sections.

Without it the parser would lose the text of the element and its neighbours. Markup within an
element is not repaired.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice, takewhile
from typing import NamedTuple

CDATA, CDATA_END = b"<![CDATA[", b"]]>"
CLOSERS = {CDATA: CDATA_END, b"<!--": b"-->", b"<?": b"?>"}
TOKEN = re.compile(
    rb"<!\[CDATA\[|<!--|<\?|<(?P<closing>/?)(?P<name>[A-Za-z_][\w.:-]*+)"
    rb"(?P<rest>(?:[^<>\"']++|\"[^\"<]*+\"|'[^'<]*+')*+)>"
)
# A start tag of one of these names within an unclosed element begins its neighbour.
NEIGHBOURS = {
    *(b"title", b"link", b"guid", b"id", b"pubDate", b"published", b"updated", b"modified"),
    *(b"issued", b"description", b"summary", b"content", b"content:encoded", b"author"),
    *(b"dc:creator", b"dc:date", b"contributor", b"category", b"comments", b"enclosure"),
    *(b"source", b"rights"),
}
MAX_MISTYPED_BYTES = 2  # adjacent bytes of a name
MAX_REPAIRED_ELEMENTS = 10  # for each, the rest of the entry is searched
MAX_TAGS = 2_000  # an entry with more is not repaired


class End(NamedTuple):
    """The end of an element.

    Its content stops at byte `stop`, and the next markup starts at byte `start`, with the tag
    number `following`. `is_whole` means that its own end tag is between `stop` and `start`.
    """

    stop: int
    start: int
    following: int
    is_whole: bool = False


def repair_entry(entry: bytes) -> bytes:
    """Add the missing ends of at most MAX_REPAIRED_ELEMENTS elements of an entry.

    An entry with more than MAX_TAGS tags only has its CDATA sections closed.
    """
    entry = close_cdata_sections(entry)
    tags = list(islice(read_tags(entry), MAX_TAGS + 1))
    if len(tags) > MAX_TAGS:
        return entry
    parts: list[bytes] = []
    copied = repaired = 0
    number = 1  # after the entry's own start tag
    while number < len(tags) and repaired < MAX_REPAIRED_ELEMENTS:
        tag = tags[number]
        number += 1
        if tag["closing"] or tag["rest"].endswith(b"/"):
            continue
        end = find_end(tags, number, tag["name"], len(entry))
        number = end.following
        if not end.is_whole:
            repaired += 1
            parts += [entry[copied : end.stop], b"</" + tag["name"] + b">"]
            copied = end.start
    return b"".join([*parts, entry[copied:]])


def read_tags(entry: bytes) -> Iterator[re.Match[bytes]]:
    """The start tags and end tags outside of comments, instructions and CDATA sections."""
    position = 0
    never_closed: set[bytes] = set()
    while match := TOKEN.search(entry, position):
        position = match.end()
        opener = match.group()
        if match["name"]:
            yield match
        elif opener not in never_closed:
            end = entry.find(CLOSERS[opener], position)
            if end < 0:
                never_closed.add(opener)
            else:
                position = end + len(CLOSERS[opener])


def find_end(tags: Sequence[re.Match[bytes]], first: int, name: bytes, length: int) -> End:
    """The end of the element of this name whose content begins before the tag number `first`.

    This is its own end tag, or one with a similar name; else the start of its neighbour, else the
    end of the entry. `length` is that of the entry, in bytes.
    """
    inner: list[bytes] = []
    counts: Counter[bytes] = Counter()
    neighbour: int | None = None
    for number in range(first, len(tags)):
        tag = tags[number]
        if not tag["closing"]:
            if neighbour is None and tag["name"] in NEIGHBOURS:
                neighbour = number
            if not tag["rest"].endswith(b"/"):
                inner.append(tag["name"])
                counts[tag["name"]] += 1
        elif counts[tag["name"]]:
            while (closed := inner.pop()) != tag["name"]:
                counts[closed] -= 1
            counts[tag["name"]] -= 1
        elif tag["name"] == name:
            return End(tag.start(), tag.end(), number + 1, is_whole=True)
        elif are_alike(tag["name"], name):
            return End(tag.start(), tag.end(), number + 1)
    if neighbour is not None:
        return End(tags[neighbour].start(), tags[neighbour].start(), neighbour)
    stop = tags[-1].start() if tags[-1]["closing"] else length
    return End(stop, stop, len(tags))


def are_alike(one: bytes, other: bytes) -> bool:
    """True if one name may be the other, mistyped in one place after its first letter."""
    one, other = one.lower(), other.lower()
    before = common_length(one, other)
    behind = common_length(one[before:][::-1], other[before:][::-1])
    longest = max(len(one), len(other))
    return before > 0 and before + behind >= longest - MAX_MISTYPED_BYTES


def common_length(one: bytes, other: bytes) -> int:
    pairs = zip(one, other, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def close_cdata_sections(entry: bytes) -> bytes:
    """Close the first unclosed CDATA sections of an entry at the ends of their elements."""
    parts: list[bytes] = []
    copied = position = 0
    while len(parts) < 2 * MAX_REPAIRED_ELEMENTS and (start := entry.find(CDATA, position)) >= 0:
        end = entry.find(CDATA_END, start)
        following = entry.find(CDATA, start + len(CDATA), end if end >= 0 else len(entry))
        stop = holder_end(entry, start, following if following >= 0 else len(entry))
        if (end >= 0 and following < 0) or stop < 0:
            position = end + len(CDATA_END) if end >= 0 else len(entry)
            continue
        # A part of its own end may be there.
        missing = b">" if entry.endswith(b"]]", start, stop) else CDATA_END
        parts += [entry[copied:stop], missing]
        copied = position = stop
    return b"".join([*parts, entry[copied:]])


def holder_end(entry: bytes, section: int, limit: int) -> int:
    """The position before `limit` at which the element around a CDATA section ends; else -1."""
    opening = TOKEN.match(entry, max(entry.rfind(b"<", 0, section), 0))
    name = opening["name"] if opening else None
    stop = entry.find(b"</" + name, section, limit) if name else -1
    return stop if stop >= 0 or limit < len(entry) else entry.rfind(b"</", section)
