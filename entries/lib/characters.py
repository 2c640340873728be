"""The characters that may stand in text at all."""

import html
import re

# What neither XML 1.0 can hold (its section 2.2) nor HTML should: controls, surrogates and
# non-characters.
FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff"
    + "".join(
        chr(plane + end) for plane in range(0x10000, 0x110000, 0x10000) for end in (0xFFFE, 0xFFFF)
    )
    + "]"
)


def strip_controls(text: str) -> str:
    """The text without the characters that XML can't hold.

    Those between U+0080 and U+009F are read as Windows-1252, which is what they were.
    """
    return FORBIDDEN.sub(lambda match: windows_1252(match.group()), text)


def windows_1252(character: str) -> str:
    """What a C1 control character was before somebody took it for Latin-1; else nothing."""
    if "\x80" <= character <= "\x9f":
        return character.encode("latin-1").decode("cp1252", errors="ignore")
    return ""


def line_feeds(text: str) -> str:
    """The text with one character for the end of a line, whichever it had."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


# Python refuses to read a number of more than 4,300 digits; none of so many is a character.
ENDLESS_REFERENCE = re.compile("&#[0-9]{1000,};?")


def unescape(text: str) -> str:
    """HTML's text without its references: `html.unescape`, which fails for none of them here."""
    return html.unescape(ENDLESS_REFERENCE.sub("", text) if "&#" in text else text)
