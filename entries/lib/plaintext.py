"""What a reader sees of HTML, as plain text."""

import re

from .characters import strip_controls, unescape
from .formulas import formulas_as_text, has_formulas

# The elements that may stand at the top of a text beside paragraphs, and those within them
# that are no inline text either.
BLOCKS = {
    *("address", "article", "aside", "blockquote", "center", "dd", "details", "div", "dl", "dt"),
    *("figcaption", "figure", "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hgroup"),
    *("hr", "li", "main", "nav", "ol", "p", "pre", "section", "summary", "ul"),
    *("table", "caption", "colgroup", "col", "tbody", "td", "tfoot", "th", "thead", "tr"),
}
# A comment, a script or a style that never ends takes the rest with it.
UNSEEN = re.compile(r"<(script|style)\b(?:.*?</\1[^>]*(?:>|$)|.*)", re.S | re.I)
ANY_TAG = re.compile(r"<!--(?:.*?-->|.*)|</?([a-zA-Z][a-zA-Z0-9]*)[^>]*>", re.S)
CUT_TAG = re.compile(r"<[a-zA-Z/!?].*", re.S)
SPACE = re.compile(r"\s+")


def squeeze(text: str) -> str:
    """One line: every run of white space is one space, none at the ends."""
    return SPACE.sub(" ", strip_controls(text)).strip()


def visible_text(fragment: str) -> str:
    """What a reader sees of an HTML fragment, on one line."""
    return squeeze(unescape(without_tags(fragment, block=" ", line=" ")))


def paragraphs(fragment: str) -> str:
    """What a reader sees of an HTML fragment, a blank line between its blocks."""
    return unescape(without_tags(fragment, block="\n\n", line="\n"))


def without_tags(fragment: str, block: str, line: str) -> str:
    """The fragment without its tags, which is not yet unescaped.

    In place of a block's tags stands `block`, in that of a line break `line`. Scripts and
    styles go with what is in them, and a tag that breaks off with what there is of it.
    """

    def spacing(tag: re.Match[str]) -> str:
        name = (tag.group(1) or "").lower()
        return block if name in BLOCKS else line if name == "br" else ""

    fragment = UNSEEN.sub("", fragment)
    if has_formulas(fragment):
        fragment = formulas_as_text(fragment)
    # Behind the last `>` there is no whole tag, and looking for one from each `<` takes too long.
    end = fragment.rfind(">") + 1
    return ANY_TAG.sub(spacing, fragment[:end]) + CUT_TAG.sub("", fragment[end:])
