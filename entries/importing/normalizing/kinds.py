"""Which kind an entry is, and that kind's fields, told by the structure of its HTML.

A kind is recognised only when the text can be put together again from the fields: what
can't be placed is an article, whole.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from entries.importing.cleaning.blocks import Block, split_blocks
from entries.lib.characters import unescape
from entries.lib.html_tags import REST_OF_TAG
from entries.lib.plaintext import squeeze, visible_text

from . import simonwillisonblog

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
    kind: str = "",
    target: str = "",
) -> Shape:
    """Take sanitised HTML apart. `title` is plain text, `categories` are the entry's terms.

    `kind`, and `target`, which is what a link points at, are known where the feed says them.
    `guid` and `raw`, the HTML as received, are for what only one engine does.
    A heading that links to `page`, the entry's own, makes it no link.
    """
    blocks = split_blocks(content)
    tags_line = bool(categories and blocks) and is_tags_line(blocks[-1], categories)
    if tags_line:
        blocks = blocks[:-1]
    if kind:
        fields = as_stated(kind, blocks, title, page, target)
    elif found := as_quotation(blocks) or as_link(blocks, title, page):
        fields = found
    else:
        text = join(blocks)
        is_short = is_note(text, title) or (
            tags_line and simonwillisonblog.is_titled_note(text, guid, raw)
        )
        fields = {"content": text, "kind": "note" if is_short else "article"}
    return Shape(**fields, tags_line=tags_line)


def as_stated(
    kind: str, blocks: Sequence[Block], title: str, page: str, target: str
) -> dict[str, str]:
    """The fields of an entry whose kind the feed says."""
    found = None
    if kind == "quotation":
        found = as_quotation(blocks, kind) or as_passage(blocks)
    elif kind == "link":
        # The text of a link without an address has no heading.
        found = as_link(blocks, title, page, target) or as_via(blocks)
    return {"content": join(blocks)} | (found or {}) | {"kind": kind}


def is_tags_line(block: Block, categories: Sequence[str]) -> bool:
    """Whether the block is a `Tags: …` line that repeats the categories, and nothing more."""
    if block.name != "p" or not block.html.startswith("<p>Tags: "):
        return False
    return visible_text(block.html) == "Tags: " + ", ".join(categories)


def as_link(
    blocks: Sequence[Block], title: str, page: str, target: str = ""
) -> dict[str, str] | None:
    heading = HEADING.fullmatch(blocks[0].html) if blocks else None
    if not heading:
        return None
    link_url = unescape(heading["href"])
    is_titled = bool(title) and visible_text(heading["text"]) == squeeze(title)
    if not is_titled and (not target or link_url != target):
        return None
    if not link_url.startswith(("http://", "https://")):
        return None
    if page and link_url.partition("#")[0] == page.partition("#")[0]:
        return None
    return {"kind": "link", "link_url": link_url} | as_via(blocks[1:])


def as_via(body: Sequence[Block]) -> dict[str, str]:
    """Split the text below a link's heading into the content and the via line, if there is one."""
    via = VIA.fullmatch(body[-1].html) if body else None
    if not via or MARKUP.search(via["text"]) or not visible_text(via["text"]):
        return {"content": join(body)}
    return {
        "via_url": unescape(via["href"]),
        "via_title": visible_text(via["text"]),
        "content": join(body[:-1]),
    }


def as_quotation(blocks: Sequence[Block], kind: str = "") -> dict[str, str] | None:
    if [block.name for block in blocks] != ["blockquote", "p"]:
        return None
    passage = BLOCKQUOTE.fullmatch(blocks[0].html)
    citation = CITATION.fullmatch(blocks[1].html)
    if not passage or not citation or (not kind and "<blockquote" in passage["inner"]):
        return None
    fields = {"kind": "quotation", "content": join(split_blocks(passage["inner"]))}
    cite = unescape(passage["cite"] or "")
    said = citation["said"].strip()
    linked = SAID_WHERE.fullmatch(said)
    if linked and not MARKUP.search(linked["text"]):
        return fields | {
            "quoted_source": visible_text(linked["text"]),
            "quoted_url": unescape(linked["href"]),
            "quoted_context": visible_text(linked["context"] or ""),
        }
    if MARKUP.search(said):
        return None
    return fields | {"quoted_source": visible_text(said), "quoted_url": cite}


def as_passage(blocks: Sequence[Block]) -> dict[str, str] | None:
    """A quotation, of which the feed says that it is one, without a word on who said it."""
    if [block.name for block in blocks] != ["blockquote"]:
        return None
    passage = BLOCKQUOTE.fullmatch(blocks[0].html)
    if not passage:
        return None
    return {
        "kind": "quotation",
        "content": join(split_blocks(passage["inner"])),
        "quoted_url": unescape(passage["cite"] or ""),
    }


def is_note(content: str, title: str) -> bool:
    if not title:
        return True
    text = visible_text(content)
    opening = title.rstrip("….").strip()
    if text == title:
        return True
    cut_off = title != opening or len(opening) >= OPENING_LENGTH
    return cut_off and len(text) <= NOTE_LENGTH and bool(opening) and text.startswith(opening)


def join(blocks: Sequence[Block]) -> str:
    return "\n".join(block.html if block.name else f"<p>{block.html}</p>" for block in blocks)
