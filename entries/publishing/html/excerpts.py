"""Short plain text for attributes: a page's description, what a link to it is shown with."""

import re
import unicodedata

from entries.lib.characters import strip_controls
from entries.lib.plaintext import visible_text

# Characters: about what search engines and those who share a page show of it.
DESCRIPTION = 200
# A word longer than this is none, and is cut.
LONGEST_WORD = 40
# How much is looked at for each character wanted: text may be mostly space, and HTML mostly
# tags, though it seldom is.
TEXT_EACH = 10
MARKUP_EACH = (3, 30)

CUT_REFERENCE = re.compile(r"&[#a-zA-Z0-9]*\Z")
# What belongs to the character before it, beside marks: joiners and skin tones.
JOINERS = frozenset("\u200c\u200d\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff")


def excerpt(text: str, limit: int = DESCRIPTION) -> str:
    """The beginning of a plain text on one line, at most `limit` characters with the ellipsis.

    Cut between words, where there are any, and never within a character that is put
    together from several.
    """
    text = " ".join(strip_controls(text[: limit * TEXT_EACH]).split())
    if len(text) <= limit:
        return text
    end = limit - 1
    space = text.rfind(" ", max(end - LONGEST_WORD, 0), end + 1)
    if space > 0:
        end = space
    while end > 1 and (_joins(text[end]) or text[end - 1] == "\u200d"):
        end -= 1
    return text[:end].rstrip(" ,;:–—-") + "…"


def excerpt_html(html: str, limit: int = DESCRIPTION) -> str:
    """The beginning of what a reader sees of HTML, as our sanitiser leaves it."""
    for each in MARKUP_EACH:
        text = visible_text(_start(html, limit * each))
        if len(text) > limit:
            break
    return excerpt(text, limit)


def _start(html: str, most: int) -> str:
    """So much of HTML, without a tag or a reference that is cut off at the end."""
    if len(html) <= most:
        return html
    start = html[:most]
    whole = start.rfind("<") if start.rfind("<") > start.rfind(">") else most
    return CUT_REFERENCE.sub("", start[:whole])


def _joins(character: str) -> bool:
    return character in JOINERS or unicodedata.category(character) in ("Mn", "Me")
