"""The prologue of an XML document: everything before its first element.

Parsers get a short one of our making. feedparser searches a prologue, and the line that the
XML declaration is on, with expressions that take time quadratic in their length.
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
# Servers write their own errors before a document; more than this is no such thing.
MAX_RUBBISH_BYTES = 20_000
MAX_BLANK_LINES = 100

# Only texts and single characters: an entity that names others could grow without bounds.
ENTITY = re.compile(
    rb"<!ENTITY\s++(?P<name>[A-Za-z_][\w.-]{0,50})\s++"
    rb"(?P<quote>[\"'])(?P<value>&#\w{1,10};|[^&%<>\"']{0,1000})(?P=quote)\s*+>"
)
REFERENCE = re.compile(rb"&([A-Za-z_][\w.-]{0,50});")
MAX_ENTITIES = 300
MAX_EXPANDED_BYTES = 1_000_000


def declared_encoding(data: bytes) -> str:
    """The encoding that an XML declaration at the start names, in lower case; else nothing."""
    declaration = DECLARATION.match(data)
    named = ENCODING.search(declaration.group()) if declaration else None
    return named.group(1).decode().lower() if named else ""


def rewritten(data: bytes) -> bytes:
    """Replace the prologue of a UTF-8 document with a declaration on a line of its own.

    Keeps entities that are a plain text or one character, and whether the document type is
    Netscape's. Returns nothing when the document has no element.
    """
    position, doctype = skip_prologue(data)
    start = ELEMENT.search(data, position)
    if not start:
        return b""
    body = data[start.start() :]
    written = UTF_8 + (short_doctype(doctype, body) if doctype else b"")
    # Messages name lines: keep the numbers that they have in the original document.
    lines = data.count(b"\n", 0, start.start()) - written.count(b"\n")
    return written + b"\n" * min(max(lines, 0), MAX_BLANK_LINES) + body


def without_rubbish(data: bytes) -> bytes:
    """Cut what a broken server wrote before the XML declaration."""
    position, doctype = skip_prologue(data)
    if position or doctype:
        return data
    declaration = data.find(b"<?xml ", 0, MAX_RUBBISH_BYTES)
    return data[max(declaration, 0) :]


def skip_prologue(data: bytes) -> tuple[int, re.Match[bytes] | None]:
    """Return the position after comments, instructions and the document type, and the latter."""
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
    """A document type with the entities that are safe, as many as the text can take."""
    values: dict[bytes, bytes] = {}
    for entity in ENTITY.finditer(doctype["subset"] or b""):
        values.setdefault(entity["name"], entity["value"])
        if len(values) == MAX_ENTITIES:
            break
    uses = Counter(match[1] for match in REFERENCE.finditer(body)) if values else Counter()
    if sum(uses[name] * len(value) for name, value in values.items()) > MAX_EXPANDED_BYTES:
        values = {}
    # feedparser tells Netscape's RSS 0.91 by this word.
    name = b"netscape" if b"netscape" in doctype["names"].lower() else b"feed"
    entities = b"".join(b'<!ENTITY %s "%s">\n' % pair for pair in values.items())
    return b"<!DOCTYPE %s%s>\n" % (name, b" [\n%s]" % entities if entities else b"")


def is_html_page(data: bytes) -> bool:
    """True when the document type or the first element says HTML."""
    position, doctype = skip_prologue(data)
    name = doctype["names"].split()[:1] if doctype else []
    return [word.lower() for word in name] == [b"html"] or bool(HTML.match(data, position))
