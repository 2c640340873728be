"""Plain text, out of HTML and out of whatever else feeds contain."""

import html
import re

from entries.characters import strip_controls

from .blocks import BLOCKS

# A comment that never ends takes the rest with it.
ANY_TAG = re.compile(r"<!--(?:.*?-->|.*)|</?([a-zA-Z][a-zA-Z0-9]*)[^>]*>", re.S)
UNSEEN = re.compile(r"<(script|style)\b(?:.*?</\1[^>]*(?:>|$)|.*)", re.S | re.I)
SPACE = re.compile(r"\s+")


def squeeze(text: str) -> str:
    """One line: every run of white space is one space, none at the ends."""
    return SPACE.sub(" ", strip_controls(text)).strip()


def visible_text(fragment: str) -> str:
    """What a reader sees of an HTML fragment, on one line."""
    return squeeze(html.unescape(without_tags(fragment, block=" ", line=" ")))


def paragraphs(fragment: str) -> str:
    """What a reader sees of an HTML fragment, a blank line between its blocks."""
    return html.unescape(without_tags(UNSEEN.sub("", fragment), block="\n\n", line="\n"))


def without_tags(fragment: str, block: str, line: str) -> str:
    def spacing(tag: re.Match[str]) -> str:
        name = (tag.group(1) or "").lower()
        return block if name in BLOCKS else line if name == "br" else ""

    # Behind the last `>` there is no tag, and looking for one from each `<` takes too long.
    end = fragment.rfind(">") + 1
    return ANY_TAG.sub(spacing, fragment[:end]) + fragment[end:]
