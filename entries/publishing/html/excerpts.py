"""Excerpts: the beginning of a text as short plain text, for descriptions and titles."""

import re
import unicodedata

from entries.lib.characters import strip_controls
from entries.lib.plaintext import visible_text

# About as much as search engines and sharing sites show.
MAX_EXCERPT_CHARS = 200
# A longer word is cut.
MAX_WORD_CHARS = 40
# For each character of the excerpt, this many are read: text may be mostly space, and HTML mostly
# tags. HTML is read a second time, further, if the first part is too short.
READ_TEXT_CHARS = 10
READ_HTML_CHARS = (3, 30)

CUT_REFERENCE = re.compile(r"&[#a-zA-Z0-9]*\Z")
# These belong to the character before, as combining marks do: joiners and skin tones.
JOINERS = frozenset("\u200c\u200d\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff")


def excerpt(text: str, max_chars: int = MAX_EXCERPT_CHARS) -> str:
    """The beginning of a plain text on one line, at most `max_chars` with the ellipsis.

    Cuts between words if it can, and never within a character that consists of several code
    points.
    """
    text = " ".join(strip_controls(text[: max_chars * READ_TEXT_CHARS]).split())
    if len(text) <= max_chars:
        return text
    end = max_chars - 1
    space = text.rfind(" ", max(end - MAX_WORD_CHARS, 0), end + 1)
    if space > 0:
        end = space
    while end > 1 and (_joins(text[end]) or text[end - 1] == "\u200d"):
        end -= 1
    return text[:end].rstrip(" ,;:–—-") + "…"


def excerpt_html(html: str, max_chars: int = MAX_EXCERPT_CHARS) -> str:
    """The beginning of the visible text of HTML from our sanitiser."""
    for factor in READ_HTML_CHARS:
        text = visible_text(_start(html, max_chars * factor))
        if len(text) > max_chars:
            break
    return excerpt(text, max_chars)


def _start(html: str, max_chars: int) -> str:
    """The first characters of HTML, without a tag or a character reference cut off at the end."""
    if len(html) <= max_chars:
        return html
    start = html[:max_chars]
    whole = start.rfind("<") if start.rfind("<") > start.rfind(">") else max_chars
    return CUT_REFERENCE.sub("", start[:whole])


def _joins(character: str) -> bool:
    return character in JOINERS or unicodedata.category(character) in ("Mn", "Me")
