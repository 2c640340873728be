"""The top-level blocks of well-formed HTML."""

from dataclasses import dataclass

from entries.lib.html_tags import TAG, VOID
from entries.lib.plaintext import BLOCKS


@dataclass(frozen=True)
class Block:
    """A top-level element, or with an empty name a run of inline content."""

    name: str
    html: str


def split_blocks(fragment: str) -> list[Block]:
    """The top-level blocks of a fragment as nh3 and bleach write it, in order.

    Inline content between two blocks is one nameless block, stripped of white space. An inline
    element that contains blocks counts as a block.
    """
    blocks: list[Block] = []
    start = 0  # of the open element or inline run
    outermost = 0  # start of the outermost open element
    depth = 0
    name = ""
    for tag in TAG.finditer(fragment):
        if tag["name"] in VOID and tag["name"] != "hr":
            continue
        if tag["name"] in BLOCKS and (depth == 0 or not name):
            opened = outermost if depth else tag.start()
            add_run(blocks, fragment[start:opened])
            start, name = opened, tag["name"]
        if tag["name"] == "hr":
            if depth == 0:
                blocks.append(Block("hr", tag.group()))
                start, name = tag.end(), ""
            continue
        if depth == 0:
            outermost = tag.start()
        depth += -1 if tag["closing"] else 1
        if depth == 0 and name:
            blocks.append(Block(name, fragment[start : tag.end()].strip()))
            start, name = tag.end(), ""
    add_run(blocks, fragment[start:])
    return blocks


def add_run(blocks: list[Block], run: str) -> None:
    if run.strip():
        blocks.append(Block("", run.strip()))
