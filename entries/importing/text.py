"""Plain text, out of HTML and out of whatever else feeds contain."""

import html
import re

from entries.characters import strip_controls

from .blocks import BLOCKS

ANY_TAG = re.compile(r"<!--.*?-->|</?([a-zA-Z][a-zA-Z0-9]*)[^>]*>", re.S)
SPACE = re.compile(r"\s+")


def squeeze(text: str) -> str:
    """One line: every run of white space is one space, none at the ends."""
    return SPACE.sub(" ", strip_controls(text)).strip()


def visible_text(fragment: str) -> str:
    """What a reader sees of an HTML fragment, on one line."""
    spaced = ANY_TAG.sub(
        lambda tag: " " if tag.group(1) and tag.group(1).lower() in BLOCKS | {"br"} else "", fragment
    )
    return squeeze(html.unescape(spaced))
