"""The body of an entry as a page prints it: its opening in a list, its headings in order,
what scrolls in reach of the keyboard.

Works on HTML as our sanitiser leaves it, where every element is closed and `<` stands for
nothing but a tag; other HTML comes back whole.
"""

import re
from collections.abc import Iterator
from html import unescape
from typing import NamedTuple

from django.utils.html import escape

from .accessible import mend

# How many words of an entry a list shows, and up to how many it shows it whole.
WORDS = 120
WHOLE_BELOW = 160
# How many words are enough to end where the next section begins.
ENOUGH = 40

TAG = re.compile(r"""<(/?)([a-zA-Z][a-zA-Z0-9-]*)((?:[^>"']|"[^"]*"|'[^']*')*)>""")
HEADING = re.compile(r"<(/?)h([1-6])(?=[\s>])")
SCROLLING = re.compile(r'<(pre|table|math(?=[^<>]* display="block"))(?=[\s>])')
VOID = frozenset(["area", "br", "col", "embed", "hr", "img", "input", "source", "track", "wbr"])
HEADINGS = frozenset(["h1", "h2", "h3", "h4", "h5", "h6"])


class Block(NamedTuple):
    """An element at the top level: where it ends and how many words it has."""

    name: str
    end: int
    words: int


class Opening(NamedTuple):
    html: str
    is_cut: bool


def opening(content: str, words: int = WORDS, whole_below: int = WHOLE_BELOW) -> Opening:
    """The first blocks of a body, up to so many words; all of it when that is little more.

    Cuts between blocks, never within one, so that what is left is well formed, and not
    behind a heading. The first block always stands, unless it alone is more than four
    times too long: then its first words are shown as plain text.
    """
    blocks = list(_blocks(content)) if len(content) > 4 * whole_below else []
    if sum(block.words for block in blocks) <= whole_below:
        return Opening(whole(content, below=3), is_cut=False)
    end = seen = 0
    for block in blocks:
        is_heading = block.name in HEADINGS
        if end and (seen + block.words > words or (is_heading and seen >= ENOUGH)):
            break
        seen += block.words
        if not (is_heading and end):
            end = block.end
    if seen > 4 * words:
        text = " ".join(unescape(TAG.sub(" ", content[:end])).split()[:words])
        return Opening(f"<p>{escape(text[: 8 * words])} …</p>", is_cut=True)
    is_cut = end < len(content.rstrip())
    return Opening(whole(content[:end], below=3), is_cut)


def whole(content: str, below: int) -> str:
    """The body with its headings below a level of the page's, none left out between.

    What may scroll sideways can be reached and scrolled by the keyboard.
    """
    return SCROLLING.sub(r'<\1 tabindex="0"', mend(_nest_headings(content, below)))


def _nest_headings(content: str, below: int) -> str:
    open_levels: list[int] = []

    def renumber(match: re.Match[str]) -> str:
        closing, level = match[1], int(match[2])
        if not closing:
            while open_levels and open_levels[-1] >= level:
                open_levels.pop()
            open_levels.append(level)
        return f"<{closing}h{min(below + max(len(open_levels), 1), 6)}"

    return HEADING.sub(renumber, content)


def _blocks(content: str) -> Iterator[Block]:
    depth = words = text_from = 0
    name = ""
    for tag in TAG.finditer(content):
        words += _words(content[text_from : tag.start()])
        text_from = tag.end()
        closing, element = tag[1], tag[2].lower()
        if element in VOID:
            name = name if depth else element
        elif closing:
            depth -= 1
        else:
            name = name if depth else element
            depth += 1
        if depth < 0:
            return
        if depth == 0:
            yield Block(name, tag.end(), words)
            words = 0


def _words(text: str) -> int:
    # Scripts without spaces between words: eight letters are taken for one.
    return max(len(text.split()), len(text) // 8)
