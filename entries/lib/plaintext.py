"""The visible text of HTML, as plain text."""

import re

from .characters import strip_controls, unescape
from .formulas import formulas_as_text, has_formulas

# Block-level elements, and the parts of lists, tables and the like that are not inline.
BLOCKS = {
    *("address", "article", "aside", "blockquote", "center", "dd", "details", "div", "dl", "dt"),
    *("figcaption", "figure", "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hgroup"),
    *("hr", "li", "main", "nav", "ol", "p", "pre", "section", "summary", "ul"),
    *("table", "caption", "colgroup", "col", "tbody", "td", "tfoot", "th", "thead", "tr"),
}
# An unclosed comment, script or style extends to the end.
UNSEEN = re.compile(r"<(script|style)\b(?:.*?</\1[^>]*(?:>|$)|.*)", re.S | re.I)
ANY_TAG = re.compile(r"<!--(?:.*?-->|.*)|</?([a-zA-Z][a-zA-Z0-9]*)[^>]*>", re.S)
CUT_TAG = re.compile(r"<[a-zA-Z/!?].*", re.S)
SPACE = re.compile(r"\s+")


def squeeze(text: str) -> str:
    """The text on one line, each run of white space replaced by one space, trimmed."""
    return SPACE.sub(" ", strip_controls(text)).strip()


def visible_text(fragment: str) -> str:
    """The visible text of an HTML fragment, on one line."""
    return squeeze(unescape(without_tags(fragment, block=" ", line=" ")))


def paragraphs(fragment: str) -> str:
    """The visible text of an HTML fragment, with a blank line between blocks."""
    return unescape(without_tags(fragment, block="\n\n", line="\n"))


def without_tags(fragment: str, block: str, line: str) -> str:
    """Remove the tags of a fragment; its character references stay.

    The tag of a block is replaced by `block`, a line break by `line`. Scripts and styles are
    removed with their content, and so is a tag that is cut off at the end.
    """

    def spacing(tag: re.Match[str]) -> str:
        name = (tag.group(1) or "").lower()
        return block if name in BLOCKS else line if name == "br" else ""

    fragment = UNSEEN.sub("", fragment)
    if has_formulas(fragment):
        fragment = formulas_as_text(fragment)
    # After the last `>` there is no whole tag; looking for one at each `<` takes quadratic time.
    end = fragment.rfind(">") + 1
    return ANY_TAG.sub(spacing, fragment[:end]) + CUT_TAG.sub("", fragment[end:])
