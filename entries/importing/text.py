"""Plain text, out of HTML and out of whatever else feeds contain."""

from entries.characters import unescape
from entries.plaintext import squeeze, visible_text, without_tags

__all__ = ["paragraphs", "squeeze", "visible_text"]


def paragraphs(fragment: str) -> str:
    """What a reader sees of an HTML fragment, a blank line between its blocks."""
    return unescape(without_tags(fragment, block="\n\n", line="\n"))
