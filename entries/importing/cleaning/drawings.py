"""Drawings within a text (SVG): their title and their words, else a link to the original."""

import re
from html import escape

from entries.lib.characters import unescape
from entries.lib.html_tags import ANY_TAG, REST_OF_TAG, read_attributes
from entries.lib.plaintext import BLOCKS

from .tracking import UNSEEN

# The first gate lets these through because they hold text; it removes shapes.
ELEMENTS = frozenset(
    ["desc", "foreignObject", "g", "svg", "switch", "text", "textPath", "title", "tspan"]
)
LOOKED_AT = {
    "svg": {"aria-hidden", "aria-label", "height", "hidden", "role", "style", "viewBox", "width"},
    "tspan": {"x"},
}
# Browsers draw these only where another element refers to them, or never.
CONTENT_GOES_TOO = frozenset(
    ["clipPath", "defs", "marker", "mask", "metadata", "pattern", "symbol"]
)
# A drawing at least this wide and high, in CSS pixels, is a picture and no icon.
MIN_SIZE_OF_A_PICTURE = 150
PICTURE_LINK = "Drawing on the original page"

OUTLINE = re.compile(r"<(?P<closing>/?)(?P<name>svg|a|title)(?=[ >])" + REST_OF_TAG)
# Around these no word ends: they are set within a line.
INLINE = frozenset(["a", "b", "code", "em", "i", "span", "strong", "sub", "sup", "tspan"])
LENGTH = re.compile(r"([\d.]{1,10})(?:px)?\s*$")
SPACE = re.compile(r"\s+")


def show_drawings(fragment: str, page: str) -> str:
    """Replace each `svg` of well-formed HTML by its title and its text.

    A large drawing without text becomes a link to `page`; hidden drawings and icons without
    text are dropped. Also drops <title> outside of drawings, which the first gate lets through.
    """
    parts: list[str] = []
    end = depth = links = 0
    start = None
    for tag in OUTLINE.finditer(fragment):
        step = -1 if tag["closing"] else 1
        if tag["name"] == "svg":
            depth += step
            if depth == 1 and step == 1:
                start = tag
                parts.append(fragment[end : tag.start()])
            elif depth == 0 and start:
                words = shown(
                    start.group(), fragment[start.end() : tag.start()], "" if links else page
                )
                parts.append(set_apart(words, parts[-1], fragment[tag.end() : tag.end() + 500]))
                end, start = tag.end(), None
        elif depth == 0 and tag["name"] == "a":
            links += step
        elif depth == 0 and step == 1:
            parts.append(fragment[end : tag.start()])
            end = fragment.find("</title>", tag.end()) + len("</title>")
    return "".join([*parts, fragment[end:]])


def shown(start: str, inside: str, page: str) -> str:
    attributes = {name: unescape(value) for name, value in read_attributes(start).items()}
    tags = list(ANY_TAG.finditer(inside))
    if any(tag["name"] in BLOCKS for tag in tags):
        # HTML in a drawing, or a text that follows one that was never closed.
        return ANY_TAG.sub(lambda tag: "" if tag["name"] in ELEMENTS else tag.group(), inside)
    if is_hidden(attributes):
        return ""
    words = words_of(inside) or SPACE.sub(" ", attributes.get("aria-label", "")).strip()
    if not words and page and is_picture(attributes):
        return f'<a href="{escape(page)}">{PICTURE_LINK}</a>'
    return escape(words, quote=False)


def words_of(inside: str) -> str:
    text = ANY_TAG.sub(
        lambda tag: "" if tag["name"] in INLINE and ' x="' not in tag.group() else "\n",
        inside,
    )
    lines = [SPACE.sub(" ", line).strip() for line in unescape(text).split("\n")]
    return " ".join(dict.fromkeys(line for line in lines if line))


def is_hidden(attributes: dict[str, str]) -> bool:
    return (
        attributes.get("aria-hidden") == "true"
        or attributes.get("role") in ("none", "presentation")
        or "hidden" in attributes
        or bool(UNSEEN.search(attributes.get("style", "")))
    )


def is_picture(attributes: dict[str, str]) -> bool:
    stated = [attributes.get("width", ""), attributes.get("height", "")]
    sizes = [match[1] for size in stated if (match := LENGTH.match(size.strip()))]
    if len(sizes) < 2:
        sizes = attributes.get("viewBox", "").replace(",", " ").split()[2:]
    try:
        return len(sizes) == 2 and min(map(float, sizes)) >= MIN_SIZE_OF_A_PICTURE
    except ValueError:
        return False


def set_apart(words: str, before: str, after: str) -> str:
    """Add spaces where the words would run into the text around them.

    Empty when the text behind the drawing begins with the same words, as beside an icon.
    """
    following = unescape(ANY_TAG.sub("", after))
    if not words or following.strip().startswith(unescape(words)):
        return ""
    start = " " if before[-1:].isalnum() and words[0].isalnum() else ""
    return start + words + (" " if words[-1].isalnum() and following[:1].isalnum() else "")
