"""Plain text, out of HTML and out of whatever else feeds contain."""

import html
import re

from .blocks import BLOCKS

# What neither XML 1.0 can hold (its section 2.2) nor HTML should: controls, surrogates and
# non-characters.
FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff"
    + "".join(chr(plane + end) for plane in range(0x10000, 0x110000, 0x10000) for end in (0xFFFE, 0xFFFF))
    + "]"
)
ANY_TAG = re.compile(r"<!--.*?-->|</?([a-zA-Z][a-zA-Z0-9]*)[^>]*>", re.S)
SPACE = re.compile(r"\s+")


def strip_controls(text: str) -> str:
    """The text without the characters that XML can't hold.

    Those between U+0080 and U+009F are read as Windows-1252, which is what they were.
    """
    return FORBIDDEN.sub(lambda match: windows_1252(match.group()), text)


def windows_1252(character: str) -> str:
    if "\x80" <= character <= "\x9f" and character != "\x85":
        return character.encode("latin-1").decode("cp1252", errors="ignore")
    return "\u2026" if character == "\x85" else ""


def squeeze(text: str) -> str:
    """One line: every run of white space is one space, none at the ends."""
    return SPACE.sub(" ", strip_controls(text)).strip()


def visible_text(fragment: str) -> str:
    """What a reader sees of an HTML fragment, on one line."""
    spaced = ANY_TAG.sub(
        lambda tag: " " if tag.group(1) and tag.group(1).lower() in BLOCKS | {"br"} else "", fragment
    )
    return squeeze(html.unescape(spaced))
