"""Finds an entry's kind and the fields of that kind, from the structure of its HTML.

A kind is recognised only if the text can be rebuilt from its fields. Every other text is an
article, unchanged.
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

# A note has no title of its own. Its feed gives it the whole text as a title, or the beginning of
# the text: cut off with an ellipsis, or longer than an author would write a heading.
MIN_CUT_TITLE_CHARS = 50
MAX_TITLED_NOTE_CHARS = 1_000


@dataclass(frozen=True)
class Shape:
    """An entry's kind, and its text split into the fields of that kind."""

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
    """Split sanitised HTML into a kind and its fields.

    `title` is plain text, `categories` are the entry's terms. `kind` and `target` (the URL that a
    link entry points at) are set if the feed states them. `guid` and `raw`, the HTML as received,
    serve the rules for single engines. A heading that links to `page`, the entry's own page, does
    not make it a link.
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
        text = join_blocks(blocks)
        is_short = is_note(text, title) or (
            tags_line and simonwillisonblog.is_titled_note(text, guid, raw)
        )
        fields = {"content": text, "kind": "note" if is_short else "article"}
    return Shape(**fields, tags_line=tags_line)


def as_stated(
    kind: str, blocks: Sequence[Block], title: str, page: str, target: str
) -> dict[str, str]:
    """Returns the fields of an entry whose kind the feed states."""
    found = None
    if kind == "quotation":
        found = as_quotation(blocks, kind) or as_passage(blocks)
    elif kind == "link":
        # The text may have no heading: the feed states the link target elsewhere.
        found = as_link(blocks, title, page, target) or as_via(blocks)
    return {"content": join_blocks(blocks)} | (found or {}) | {"kind": kind}


def is_tags_line(block: Block, categories: Sequence[str]) -> bool:
    """True if the block is a `Tags: …` line that repeats exactly the categories."""
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
    """Split the text below a link's heading into the content and the via line, if present."""
    via = VIA.fullmatch(body[-1].html) if body else None
    if not via or MARKUP.search(via["text"]) or not visible_text(via["text"]):
        return {"content": join_blocks(body)}
    return {
        "via_url": unescape(via["href"]),
        "via_title": visible_text(via["text"]),
        "content": join_blocks(body[:-1]),
    }


def as_quotation(blocks: Sequence[Block], kind: str = "") -> dict[str, str] | None:
    if [block.name for block in blocks] != ["blockquote", "p"]:
        return None
    passage = BLOCKQUOTE.fullmatch(blocks[0].html)
    citation = CITATION.fullmatch(blocks[1].html)
    if not passage or not citation or (not kind and "<blockquote" in passage["inner"]):
        return None
    fields = {"kind": "quotation", "content": join_blocks(split_blocks(passage["inner"]))}
    cite = unescape(passage["cite"] or "")
    said_by = citation["said"].strip()
    linked = SAID_WHERE.fullmatch(said_by)
    if linked and not MARKUP.search(linked["text"]):
        return fields | {
            "quoted_source": visible_text(linked["text"]),
            "quoted_url": unescape(linked["href"]),
            "quoted_context": visible_text(linked["context"] or ""),
        }
    if MARKUP.search(said_by):
        return None
    return fields | {"quoted_source": visible_text(said_by), "quoted_url": cite}


def as_passage(blocks: Sequence[Block]) -> dict[str, str] | None:
    """Returns the fields of a blockquote without a citation. For entries stated as quotations."""
    if [block.name for block in blocks] != ["blockquote"]:
        return None
    passage = BLOCKQUOTE.fullmatch(blocks[0].html)
    if not passage:
        return None
    return {
        "kind": "quotation",
        "content": join_blocks(split_blocks(passage["inner"])),
        "quoted_url": unescape(passage["cite"] or ""),
    }


def is_note(content: str, title: str) -> bool:
    if not title:
        return True
    text = visible_text(content)
    opening = title.rstrip("….").strip()
    if text == title:
        return True
    cut_off = title != opening or len(opening) >= MIN_CUT_TITLE_CHARS
    return (
        cut_off
        and len(text) <= MAX_TITLED_NOTE_CHARS
        and bool(opening)
        and text.startswith(opening)
    )


def join_blocks(blocks: Sequence[Block]) -> str:
    return "\n".join(block.html if block.name else f"<p>{block.html}</p>" for block in blocks)
