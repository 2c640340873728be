"""Characters that text may hold, and the repair of text that holds others."""

import html
import re

# Control characters, surrogates and non-characters: XML 1.0 can't hold them (section 2.2), HTML
# should not.
FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff"
    + "".join(
        chr(plane + end) for plane in range(0x10000, 0x110000, 0x10000) for end in (0xFFFE, 0xFFFF)
    )
    + "]"
)


def strip_controls(text: str) -> str:
    """Remove the characters that XML can't hold.

    Characters from U+0080 to U+009F become what Windows-1252 has at that byte: they come from
    text that somebody read as Latin-1.
    """
    return FORBIDDEN.sub(lambda match: windows_1252(match.group()), text)


def windows_1252(character: str) -> str:
    """The Windows-1252 character at the byte of a C1 control character; else an empty string."""
    if "\x80" <= character <= "\x9f":
        return character.encode("latin-1").decode("cp1252", errors="ignore")
    return ""


def line_feeds(text: str) -> str:
    """Replace CRLF and CR by LF."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


# Python refuses to read a number of more than 4,300 digits, and no character has such a number.
OVERLONG_REFERENCE = re.compile("&#[0-9]{1000,};?")


def unescape(text: str) -> str:
    """Replace character references, as `html.unescape` does; overlong ones are removed."""
    return html.unescape(OVERLONG_REFERENCE.sub("", text) if "&#" in text else text)
