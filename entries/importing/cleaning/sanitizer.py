"""Foreign HTML, repaired and sanitised: the one gate. The only import of nh3 and bleach."""

import html
import re
import threading
import unicodedata
from dataclasses import dataclass, field
from functools import lru_cache

import bleach
import nh3

from entries.lib.characters import line_feeds, strip_controls, unescape
from entries.lib.html_tags import REST_OF_TAG
from entries.lib.mojibake import repair_mojibake
from entries.lib.plaintext import paragraphs
from entries.lib.urls import absolute_url

from . import mathml
from .allowlist import (
    ADDRESSES,
    ATTRIBUTES,
    CONTENT_GOES_TOO,
    FIRST_TAGS,
    IMAGE_DATA,
    LOOKED_AT,
    MEASURES,
    SCHEME,
    SCHEMES,
    TAGS,
    allowed_classes,
)
from .anchors import MAX_LENGTH, keep_anchors, prefix
from .blocks import split_blocks
from .code_classes import tidy_spans
from .drawings import show_drawings
from .embeds import PLAYER, SANDBOX, show_frames, with_controls
from .foreign_elements import with_stand_ins
from .images import LAZY, LAZY_SETS, clean_srcset, show_images
from .removed import describe_removed
from .ruby import without_stray_annotations
from .work_limits import MAX_USEFUL_DEPTH, depth, fits_parser, fits_second_parser

# A parser drops the first line break in <pre>: one that is meant must stand twice.
PRE_LINE_BREAK = re.compile(rf"(<pre\b{REST_OF_TAG})\n")
EMPTY_PARAGRAPH = re.compile(r'<p(?: (?:class|dir|lang|title)="[^"]*")*>(?:\s|&nbsp;)*</p>')

AROUND_ADDRESS = "".join(map(chr, range(33)))
WITHIN_ADDRESS = re.compile(r"[\t\n\r]")
SCRIPT = re.compile(r"(?:javascript|vbscript|livescript|mocha|data):", re.I)
# A frame is ours or none.
FRAME_SAYS = {
    "sandbox": SANDBOX,
    "loading": "lazy",
    "referrerpolicy": "strict-origin-when-cross-origin",
    "allowfullscreen": "",
}
TOO_MUCH = "shown as plain text: its HTML is too deeply nested, or too broken, to be read safely"
# So often the one parser is asked again until what it says stays the same.
MAX_PASSES = 5
MAX_REMEMBERED = 500  # characters of an address
# Elements that go, but not what they hold.
ACCOUNTED_FOR = {"noscript", *mathml.REWRITTEN}

per_thread = threading.local()


@dataclass(frozen=True)
class Cleaned:
    """Sanitised HTML, and in words what was taken out and what was mended."""

    html: str
    removed: list[str] = field(default_factory=list)
    mended: list[str] = field(default_factory=list)


def sanitize_html(source: str, base_url: str = "", *, page: str = "", anchor: str = "") -> Cleaned:
    """Repair and sanitise a fragment of foreign HTML.

    The result is well-formed, block-level at its top, holds nothing outside the
    allow-list, and comes out of a second pass unchanged. Relative addresses are
    resolved against `base_url`; without one they are dropped. `page` is the text's own
    address, and ids in it begin with what `anchor`, or else these addresses, make.
    """
    if not source.strip():
        return Cleaned("")
    source, said = repair_mojibake(source)
    mended = [said] if said else []
    source = strip_controls(source)
    renamed = with_stand_ins(source)
    if not fits_parser(renamed):
        return Cleaned(as_plain_text(source), [TOO_MUCH], mended)
    per_thread.base_url = base_url
    per_thread.page = page or base_url
    parsed = cleaner("first").clean(renamed)
    if "&#" in source:
        # References are characters by now. A gate is still to come, whatever that makes.
        parsed = strip_controls(parsed)
    shown, notes, dropped = show_all(parsed, anchor or page or base_url)
    first = tidy(shown)
    deepest = depth(first, MAX_USEFUL_DEPTH)
    if deepest > MAX_USEFUL_DEPTH:
        return Cleaned(as_plain_text(source), [TOO_MUCH], mended)
    removed = describe_removed(source, first, TAGS | ACCOUNTED_FOR, dropped) + notes
    if fits_second_parser(first, deepest):
        return Cleaned(tidy(bleach_cleaner().clean(first)), removed, mended)
    removed.append("checked by one parser, not by two: it is very long or deeply nested")
    return Cleaned(settled(first), removed, mended)


def settled(fragment: str) -> str:
    """The fragment as the last gate leaves it for good; what it never does, as plain text.

    One pass may leave what the next parser reads otherwise: <p> within <p>, say.
    """
    for _ in range(MAX_PASSES):
        again = tidy(cleaner("last").clean(fragment))
        if again == fragment:
            return fragment
        fragment = again
    return as_plain_text(fragment)


def show_all(fragment: str, name: str) -> tuple[str, list[str], int]:
    """Well-formed HTML with what readers are to see of images, frames, media and anchors.

    Returns besides in words what went, and how many addresses went with it.
    """
    notes = []
    counters = doubles = untitled = 0
    if "<svg" in fragment or "<title" in fragment:
        page = per_thread.page if is_safe_address(per_thread.page) else ""
        fragment = show_drawings(fragment, page)
    if "<math" in fragment:
        fragment = mathml.rebuild_formulas(fragment)
    if "<img" in fragment or "<x-noscript" in fragment:
        fragment, counters, doubles = show_images(fragment)
        notes += [f"{counters} × an image that only counts readers"] if counters else []
    if "<x-iframe" in fragment:
        fragment, links, untitled = show_frames(fragment)
        notes += [f"{links} × <iframe>, now a link"] if links else []
        notes += [f"{untitled} × <iframe> without a title"] if untitled else []
    if "<audio" in fragment or "<video" in fragment:
        fragment = with_controls(fragment)
    if '="#' in fragment or ' id="' in fragment or ' name="' in fragment:
        pages = {unescape(x) for x in (per_thread.base_url, per_thread.page) if x}
        fragment = keep_anchors(fragment, {x.partition("#")[0] for x in pages}, prefix(name))
    return tidy_spans(fragment), notes, counters + doubles + untitled


def as_plain_text(source: str) -> str:
    return html_from_text(paragraphs(source)).replace("\xa0", "&nbsp;")


def is_safe_address(value: str) -> bool:
    """True for an absolute address of an allowed scheme: fit to stand in a link."""
    match = SCHEME.match(value)
    return match is not None and match.group().lower() in SCHEMES


def html_from_text(text: str) -> str:
    """Plain text as HTML: a blank line parts paragraphs, a line break breaks the line."""
    paragraphs = re.split(r"\n[ \t]*\n\s*", line_feeds(strip_controls(text)).strip())
    return "\n".join(
        "<p>" + html.escape(part.strip(), quote=False).replace("\n", "<br>\n") + "</p>"
        for part in paragraphs
        if part.strip()
    )


def tidy(fragment: str) -> str:
    """Well-formed HTML without empty paragraphs and with none of its text bare at the top."""
    fragment = PRE_LINE_BREAK.sub(r"\1\n\n", fragment)
    blocks = (
        block.html if block.name else f"<p>{block.html}</p>"
        for block in split_blocks(without_stray_annotations(fragment))
    )
    # Within a block an empty paragraph may be all that parts two words.
    filled = (EMPTY_PARAGRAPH.sub("\n", block) for block in blocks)
    return "\n".join(block for block in filled if block.strip())


def allowed_value(tag: str, name: str, value: str) -> str | None:
    """The value with which an attribute may stay, or None."""
    if name == "class":
        return allowed_classes(value) or None
    if tag == "iframe" and name in FRAME_SAYS:
        return value if value == FRAME_SAYS[name] else None
    if name in ADDRESSES:
        value = bare_address(value)
        if not value:
            return None
        if tag == "iframe":
            return value if PLAYER.fullmatch(value) else None
        scheme = SCHEME.match(value)
        if tag == "img" and name == "src" and IMAGE_DATA.match(value):
            return value
        return value if not scheme or scheme.group().lower() in SCHEMES else None
    if name == "srcset":
        return clean_srcset(value, lambda address: allowed_value("img", "src", address))
    if name == "id":
        return value if 0 < len(value) <= MAX_LENGTH and not re.search(r"\s", value) else None
    if name in mathml.ATTRIBUTES.get(tag, ()) or name in mathml.LOOKED_AT.get(tag, ()):
        return mathml.allowed_value(name, value)
    if name in MEASURES and not (value.lstrip("-").isdecimal() and value.isascii()):
        return None
    return value


def value_looked_at(tag: str, name: str, value: str) -> str | None:
    """The value of an attribute for the first gate, addresses made absolute."""
    if name in ADDRESSES or name in LAZY:
        as_if = ("img", "src") if name in LAZY else (tag, name)
        allowed = allowed_value(*as_if, value)
        return allowed if not allowed or SCHEME.match(allowed) else resolve(allowed)
    if name == "srcset" or name in LAZY_SETS:
        return clean_srcset(value, lambda address: value_looked_at("img", "src", address))
    return allowed_value(tag, "id" if name == "name" else name, value)


def bare_address(value: str) -> str:
    """An address as a browser reads it: nothing around it, and no line breaks within.

    Empty for one that spells a script's scheme in other letters: no browser runs it, nor
    does it lead anywhere.
    """
    if value.isascii() and value.isprintable():
        return value.strip()
    value = WITHIN_ADDRESS.sub("", value.strip(AROUND_ADDRESS)).strip()
    if not SCHEME.match(value):
        spelled = unicodedata.normalize("NFKC", value[:100])
        if SCRIPT.match("".join(c for c in spelled if unicodedata.category(c)[0] not in "CZ")):
            return ""
    return value


def resolve(address: str) -> str | None:
    """A relative address made absolute; None when it can't be."""
    address = address.strip()
    if address.startswith("#") and not per_thread.page:
        return address
    base = per_thread.page if address.startswith("#") else per_thread.base_url
    join = absolute_to if len(address) <= MAX_REMEMBERED else absolute_url
    absolute = join(base, address)
    return absolute if SCHEME.match(absolute) else None


@lru_cache(maxsize=1_000)
def absolute_to(base: str, address: str) -> str:
    # A hostile text has one address some ten thousand times, and joining takes long.
    return absolute_url(base, address)


def cleaner(name: str) -> nh3.Cleaner:
    """This thread's first gate, or its last, which is to let nothing more through than bleach."""
    if not hasattr(per_thread, "cleaners"):
        every = {
            tag: ATTRIBUTES.get(tag, set()) | LOOKED_AT.get(tag, set())
            for tag in ATTRIBUTES.keys() | LOOKED_AT.keys()
        }
        per_thread.cleaners = {
            "first": make_cleaner(FIRST_TAGS, every, value_looked_at),
            "last": make_cleaner(TAGS, ATTRIBUTES, allowed_value),
        }
    return per_thread.cleaners[name]


def make_cleaner(tags, attributes, attribute_filter) -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=tags,
        clean_content_tags=CONTENT_GOES_TOO - tags,
        attributes={tag: names for tag, names in attributes.items() if tag in tags or tag == "*"},
        attribute_filter=attribute_filter,
        link_rel=None,
        url_schemes=SCHEMES | {"data"},
        url_relative=lambda address: address,
    )


def bleach_cleaner() -> bleach.Cleaner:
    # Not thread-safe, so one a thread.
    if not hasattr(per_thread, "bleach"):
        per_thread.bleach = bleach.Cleaner(
            tags=TAGS,
            attributes=is_allowed_attribute,
            protocols=SCHEMES | {"data"},
            strip=True,
            strip_comments=True,
        )
    return per_thread.bleach


def is_allowed_attribute(tag: str, name: str, value: str) -> bool:
    if name not in ATTRIBUTES["*"] and name not in ATTRIBUTES.get(tag, ()):
        return False
    return allowed_value(tag, name, value) is not None
