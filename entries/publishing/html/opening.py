"""The body of an entry on a page: its opening for a list, or the whole with renumbered headings.

Expects HTML from our sanitiser: every element is closed, and `<` only begins a tag.
"""

import re
from collections.abc import Iterator
from html import unescape
from typing import NamedTuple

from django.utils.html import escape

from .accessible import make_accessible

# A list shows this many words of an entry, or the whole body up to MAX_WHOLE_WORDS.
MAX_OPENING_WORDS = 120
MAX_WHOLE_WORDS = 160
# An opening with this many words ends before the next heading.
MIN_WORDS_BEFORE_HEADING = 40

TAG = re.compile(r"""<(/?)([a-zA-Z][a-zA-Z0-9-]*)((?:[^>"']|"[^"]*"|'[^']*')*)>""")
HEADING = re.compile(r"<(/?)h([1-6])(?=[\s>])")
SCROLLING = re.compile(r'<(pre|table|math(?=[^<>]* display="block"))(?=[\s>])')
VOID = frozenset(["area", "br", "col", "embed", "hr", "img", "input", "source", "track", "wbr"])
HEADINGS = frozenset(["h1", "h2", "h3", "h4", "h5", "h6"])


class Block(NamedTuple):
    """An element at the top level. `end` is its position in the content, after its end tag."""

    name: str
    end: int
    words: int


class Opening(NamedTuple):
    html: str
    is_cut: bool


def opening(
    content: str, words: int = MAX_OPENING_WORDS, whole_below: int = MAX_WHOLE_WORDS
) -> Opening:
    """The first blocks of a body, up to `words` words; the whole body up to `whole_below` words.

    Cuts between blocks, so that the HTML stays well formed, and not after a heading. The first
    block is kept even if it is longer. If it has more than four times as many words, its first
    words are shown as plain text.
    """
    blocks = list(_blocks(content)) if len(content) > 4 * whole_below else []
    if sum(block.words for block in blocks) <= whole_below:
        return Opening(whole(content, below=3), is_cut=False)
    end = seen = 0
    for block in blocks:
        is_heading = block.name in HEADINGS
        is_enough = is_heading and seen >= MIN_WORDS_BEFORE_HEADING
        if end and (is_enough or seen + block.words > words):
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
    """The whole body, accessible, with headings below level `below` and no level skipped.

    Elements that may scroll sideways get a tabindex, so that the keyboard can scroll them.
    """
    return SCROLLING.sub(r'<\1 tabindex="0"', make_accessible(_nest_headings(content, below)))


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
    # In scripts without spaces between words, eight letters count as one word.
    return max(len(text.split()), len(text) // 8)
