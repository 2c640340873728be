"""Drawings in a text (SVG): replaced by their title and text, or by a link to the original."""

import re
from html import escape

from entries.lib.characters import unescape
from entries.lib.html_tags import ANY_TAG, REST_OF_TAG, read_attributes
from entries.lib.plaintext import BLOCKS

from .tracking import HIDDEN_STYLE

# The first pass lets these through because they contain text; it removes shapes.
ELEMENTS = frozenset(
    ["desc", "foreignObject", "g", "svg", "switch", "text", "textPath", "title", "tspan"]
)
FIRST_PASS_ATTRIBUTES = {
    "svg": {"aria-hidden", "aria-label", "height", "hidden", "role", "style", "viewBox", "width"},
    "tspan": {"x"},
}
# Browsers draw these only where another element refers to them, or never.
DROPPED_WITH_CONTENT = frozenset(
    ["clipPath", "defs", "marker", "mask", "metadata", "pattern", "symbol"]
)
MIN_PICTURE_PIXELS = 150  # CSS pixels; a drawing that is less wide or high is an icon
PICTURE_LINK = "Drawing on the original page"

OUTLINE = re.compile(r"<(?P<closing>/?)(?P<name>svg|a|title)(?=[ >])" + REST_OF_TAG)
# Tags of these don't separate words.
INLINE = frozenset(["a", "b", "code", "em", "i", "span", "strong", "sub", "sup", "tspan"])
LENGTH = re.compile(r"([\d.]{1,10})(?:px)?\s*$")
SPACE = re.compile(r"\s+")


def show_drawings(fragment: str, page: str) -> str:
    """Replace each `svg` of well-formed HTML by its title and its text.

    A large drawing without text becomes a link to `page`; hidden drawings and icons without
    text are dropped. Also drops <title> outside of drawings, which the first pass lets through.
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
                words = drawing_as_text(
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


def drawing_as_text(start: str, inside: str, page: str) -> str:
    attributes = {name: unescape(value) for name, value in read_attributes(start).items()}
    tags = list(ANY_TAG.finditer(inside))
    if any(tag["name"] in BLOCKS for tag in tags):
        # The drawing contains HTML, or it was never closed and the text after it is inside.
        return ANY_TAG.sub(lambda tag: "" if tag["name"] in ELEMENTS else tag.group(), inside)
    if is_hidden(attributes):
        return ""
    words = text_of(inside) or SPACE.sub(" ", attributes.get("aria-label", "")).strip()
    if not words and page and is_picture(attributes):
        return f'<a href="{escape(page)}">{PICTURE_LINK}</a>'
    return escape(words, quote=False)


def text_of(inside: str) -> str:
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
        or bool(HIDDEN_STYLE.search(attributes.get("style", "")))
    )


def is_picture(attributes: dict[str, str]) -> bool:
    stated = [attributes.get("width", ""), attributes.get("height", "")]
    sizes = [match[1] for size in stated if (match := LENGTH.match(size.strip()))]
    if len(sizes) < 2:
        sizes = attributes.get("viewBox", "").replace(",", " ").split()[2:]
    try:
        return len(sizes) == 2 and min(map(float, sizes)) >= MIN_PICTURE_PIXELS
    except ValueError:
        return False


def set_apart(words: str, before: str, after: str) -> str:
    """The words, with spaces where they would run into the text before or after.

    Empty if the text after the drawing begins with the same words, as next to an icon.
    """
    following = unescape(ANY_TAG.sub("", after))
    if not words or following.strip().startswith(unescape(words)):
        return ""
    start = " " if before[-1:].isalnum() and words[0].isalnum() else ""
    return start + words + (" " if words[-1].isalnum() and following[:1].isalnum() else "")
