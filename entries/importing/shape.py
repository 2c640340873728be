"""Which kind an entry is, and that kind's fields, told by the structure of its HTML.

A kind is recognised only when the text can be put together again from the fields: what
can't be placed is an article, whole.
"""

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass

from .blocks import REST_OF_TAG, Block, split_blocks
from .text import squeeze, visible_text

LINK = (
    rf'<a(?: (?!href=)[a-z]+="[^"]*")* href="(?P<href>[^"]*)"{REST_OF_TAG}'
    r"(?P<text>(?:(?!</?a[ >]).)*)</a>"
)
HEADING = re.compile(rf"<p><strong>\s*{LINK}\s*</strong></p>", re.S)
VIA = re.compile(rf"<p>(?:<small></small>|<small>)?\s*[Vv]ia:? {LINK}\s*(?:</small>)?</p>", re.S)
BLOCKQUOTE = re.compile(r'<blockquote(?: cite="(?P<cite>[^"]*)")?>(?P<inner>.*)</blockquote>', re.S)
CITATION = re.compile(r'<p(?: class="cite")?>\s*+[—–](?P<said>.*)</p>', re.S)
SAID_WHERE = re.compile(rf"{LINK}(?:, (?P<context>[^<]+))?", re.S)
MARKUP = re.compile(r"<[^>]*>")

# A title that only says how the text begins is none of its own: all of it, or so much of it
# that no author would have written it as a heading.
OPENING_LENGTH = 50
NOTE_LENGTH = 1_000

# The engine whose ids end in `#atom-…` gives titles to notes as well. Its templates set the
# tags line of an article apart by one more level of indentation than that of anything else.
ENGINE_ID = re.compile(r"#atom-[\w-]+$")
TAGS_LINE_OF_A_NOTE = re.compile(r"\n\n {4}<p>Tags: ")
HEADING_OF_AN_ARTICLE = re.compile(r"<h[12][ >]")


@dataclass(frozen=True)
class Shape:
    """An entry's kind, and its text taken apart into that kind's fields."""

    content: str
    kind: str = "article"
    link_url: str = ""
    via_url: str = ""
    via_title: str = ""
    quoted_source: str = ""
    quoted_url: str = ""
    quoted_context: str = ""
    tags_line: bool = False


def find_shape(
    content: str,
    title: str,
    categories: Sequence[str],
    *,
    guid: str = "",
    raw: str = "",
    page: str = "",
) -> Shape:
    """Take sanitised HTML apart. `title` is plain text, `categories` are the entry's terms.

    `guid` and `raw`, the HTML as received, tell what only one engine's templates say.
    A heading that links to `page`, the entry's own, makes it no link.
    """
    blocks = split_blocks(content)
    tags_line = bool(categories and blocks) and is_tags_line(blocks[-1], categories)
    if tags_line:
        blocks = blocks[:-1]
    shape = as_quotation(blocks) or as_link(blocks, title, page)
    if shape is None:
        text = join(blocks)
        is_short = is_note(text, title) or (tags_line and is_set_as_note(text, guid, raw))
        shape = {"content": text, "kind": "note" if is_short else "article"}
    return Shape(**shape, tags_line=tags_line)


def is_tags_line(block: Block, categories: Sequence[str]) -> bool:
    """Whether the block is a `Tags: …` line that repeats the categories, and nothing more."""
    if block.name != "p" or not block.html.startswith("<p>Tags: "):
        return False
    return visible_text(block.html) == "Tags: " + ", ".join(categories)


def as_link(blocks: Sequence[Block], title: str, page: str) -> dict[str, str] | None:
    heading = HEADING.fullmatch(blocks[0].html) if blocks else None
    if not heading or visible_text(heading["text"]) != squeeze(title) or not title:
        return None
    link_url = html.unescape(heading["href"])
    if not link_url.startswith(("http://", "https://")):
        return None
    if page and link_url.partition("#")[0] == page.partition("#")[0]:
        return None
    body = blocks[1:]
    via = VIA.fullmatch(body[-1].html) if body else None
    if not via or MARKUP.search(via["text"]) or not visible_text(via["text"]):
        return {"kind": "link", "link_url": link_url, "content": join(body)}
    return {
        "kind": "link",
        "link_url": link_url,
        "via_url": html.unescape(via["href"]),
        "via_title": visible_text(via["text"]),
        "content": join(body[:-1]),
    }


def as_quotation(blocks: Sequence[Block]) -> dict[str, str] | None:
    if [block.name for block in blocks] != ["blockquote", "p"]:
        return None
    passage = BLOCKQUOTE.fullmatch(blocks[0].html)
    citation = CITATION.fullmatch(blocks[1].html)
    if not passage or not citation or "<blockquote" in passage["inner"]:
        return None
    fields = {"kind": "quotation", "content": join(split_blocks(passage["inner"]))}
    cite = html.unescape(passage["cite"] or "")
    said = citation["said"].strip()
    linked = SAID_WHERE.fullmatch(said)
    if linked and not MARKUP.search(linked["text"]):
        return fields | {
            "quoted_source": visible_text(linked["text"]),
            "quoted_url": html.unescape(linked["href"]),
            "quoted_context": visible_text(linked["context"] or ""),
        }
    if MARKUP.search(said):
        return None
    return fields | {"quoted_source": visible_text(said), "quoted_url": cite}


def is_note(content: str, title: str) -> bool:
    if not title:
        return True
    text = visible_text(content)
    opening = title.rstrip("….").strip()
    if text == title:
        return True
    cut_off = title != opening or len(opening) >= OPENING_LENGTH
    return cut_off and len(text) <= NOTE_LENGTH and bool(opening) and text.startswith(opening)


def is_set_as_note(content: str, guid: str, raw: str) -> bool:
    """Whether the engine that gives notes titles has set this one as a note."""
    if not ENGINE_ID.search(guid) or HEADING_OF_AN_ARTICLE.search(content):
        return False
    return bool(TAGS_LINE_OF_A_NOTE.search(raw))


def join(blocks: Sequence[Block]) -> str:
    return "\n".join(block.html if block.name else f"<p>{block.html}</p>" for block in blocks)
