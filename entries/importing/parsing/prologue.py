"""The prologue of an XML document: everything before its first element.

It is replaced by a short one before parsing. feedparser searches the prologue, and the line of the
XML declaration, with regular expressions that take quadratic time.
"""

import re
from collections import Counter

DECLARATION = re.compile(rb"<\?xml\b[^<>]{0,1000}>")
ENCODING = re.compile(rb"""\bencoding\s{0,20}=\s{0,20}["']([\w.:-]{1,60})""")
UTF_8 = b'<?xml version="1.0" encoding="utf-8"?>\n'

SPACE = re.compile(rb"\s*+")
INSTRUCTION = re.compile(rb"<\?[^<>]*+>|<\?.*?\?>", re.S)
DOCTYPE = re.compile(
    rb"<!DOCTYPE(?P<names>(?:[^<>\[\"']++|\"[^\"]*+\"|'[^']*+')*+)"
    rb"(?:\[(?P<subset>(?:[^\]\"'<]++|\"[^\"]*+\"|'[^']*+'|<!--(?s:.*?)-->|<(?!!--))*+)\]\s*+)?+>",
    re.I,
)
ELEMENT = re.compile(rb"<[A-Za-z_]")
HTML = re.compile(rb"<html[\s>]", re.I)
MAX_RUBBISH_BYTES = 20_000  # server errors printed before the document
MAX_BLANK_LINES = 100

# Only entities of plain text or one character: an entity of other entities can grow without bounds.
ENTITY = re.compile(
    rb"<!ENTITY\s++(?P<name>[A-Za-z_][\w.-]{0,50})\s++"
    rb"(?P<quote>[\"'])(?P<value>&#\w{1,10};|[^&%<>\"']{0,1000})(?P=quote)\s*+>"
)
REFERENCE = re.compile(rb"&([A-Za-z_][\w.-]{0,50});")
MAX_ENTITIES = 300
MAX_EXPANDED_BYTES = 1_000_000


def declared_encoding(data: bytes) -> str:
    """The encoding named by an XML declaration at the start, in lower case; else empty."""
    declaration = DECLARATION.match(data)
    named = ENCODING.search(declaration.group()) if declaration else None
    return named.group(1).decode().lower() if named else ""


def rewritten(data: bytes) -> bytes:
    """Replace the prologue of a UTF-8 document with a declaration on a line of its own.

    Keeps the entities that are a plain text or one character, and Netscape's document type.
    Returns empty bytes if the document has no element.
    """
    position, doctype = skip_prologue(data)
    start = ELEMENT.search(data, position)
    if not start:
        return b""
    body = data[start.start() :]
    written = UTF_8 + (short_doctype(doctype, body) if doctype else b"")
    # Error messages give line numbers: keep those of the original document.
    lines = data.count(b"\n", 0, start.start()) - written.count(b"\n")
    return written + b"\n" * min(max(lines, 0), MAX_BLANK_LINES) + body


def without_rubbish(data: bytes) -> bytes:
    """Remove the output of a broken server before the XML declaration."""
    position, doctype = skip_prologue(data)
    if position or doctype:
        return data
    declaration = data.find(b"<?xml ", 0, MAX_RUBBISH_BYTES)
    return data[max(declaration, 0) :]


def skip_prologue(data: bytes) -> tuple[int, re.Match[bytes] | None]:
    """The position after comments, instructions and document type, and the document type."""
    position, doctype = 0, None
    while True:
        position = end_of(SPACE.match(data, position), position)
        if data.startswith(b"<!--", position):
            end = data.find(b"-->", position + 4) + 3
            if end < 3:
                return position, doctype
        elif data.startswith(b"<?", position):
            end = end_of(INSTRUCTION.match(data, position), position)
        elif match := DOCTYPE.match(data, position):
            doctype = doctype or match
            end = match.end()
        else:
            return position, doctype
        if end == position:
            return position, doctype
        position = end


def end_of(match: re.Match[bytes] | None, position: int) -> int:
    return match.end() if match else position


def short_doctype(doctype: re.Match[bytes], body: bytes) -> bytes:
    """A document type with the safe entities, at most MAX_ENTITIES.

    Without any of them if expanding their references would give more than MAX_EXPANDED_BYTES.
    """
    values: dict[bytes, bytes] = {}
    for entity in ENTITY.finditer(doctype["subset"] or b""):
        values.setdefault(entity["name"], entity["value"])
        if len(values) == MAX_ENTITIES:
            break
    uses = Counter(match[1] for match in REFERENCE.finditer(body)) if values else Counter()
    if sum(uses[name] * len(value) for name, value in values.items()) > MAX_EXPANDED_BYTES:
        values = {}
    # feedparser recognises Netscape's RSS 0.91 by this word.
    name = b"netscape" if b"netscape" in doctype["names"].lower() else b"feed"
    entities = b"".join(b'<!ENTITY %s "%s">\n' % pair for pair in values.items())
    return b"<!DOCTYPE %s%s>\n" % (name, b" [\n%s]" % entities if entities else b"")


def is_html_page(data: bytes) -> bool:
    """True if the document type or the first element is that of HTML."""
    position, doctype = skip_prologue(data)
    name = doctype["names"].split()[:1] if doctype else []
    return [word.lower() for word in name] == [b"html"] or bool(HTML.match(data, position))
