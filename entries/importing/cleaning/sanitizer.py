"""The sanitizer: all foreign HTML passes it. The only import of nh3 and bleach."""

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
    ATTRIBUTES,
    DROPPED_WITH_CONTENT,
    FIRST_PASS_ATTRIBUTES,
    FIRST_PASS_TAGS,
    IMAGE_DATA_URL,
    INTEGER_ATTRIBUTES,
    SCHEME,
    SCHEMES,
    TAGS,
    URL_ATTRIBUTES,
    allowed_classes,
)
from .anchors import MAX_ID_CHARS, id_prefix, keep_anchors
from .blocks import split_blocks
from .code_classes import tidy_spans
from .drawings import show_drawings
from .embeds import PLAYER, SANDBOX, show_frames, with_controls
from .foreign_elements import with_stand_ins
from .images import LAZY_SRC, LAZY_SRCSET, clean_srcset, show_images
from .removed import describe_removed
from .ruby import without_stray_annotations
from .work_limits import MAX_USEFUL_DEPTH, depth, fits_parser, fits_second_parser

# Parsers drop the first line break in <pre>: an intended one must be written twice.
PRE_LINE_BREAK = re.compile(rf"(<pre\b{REST_OF_TAG})\n")
EMPTY_PARAGRAPH = re.compile(r'<p(?: (?:class|dir|lang|title)="[^"]*")*>(?:\s|&nbsp;)*</p>')

URL_PADDING = "".join(map(chr, range(33)))
URL_LINE_BREAK = re.compile(r"[\t\n\r]")
SCRIPT = re.compile(r"(?:javascript|vbscript|livescript|mocha|data):", re.I)
# The attributes that embeds.py writes; a frame with other values is not one of ours.
FRAME_ATTRIBUTES = {
    "sandbox": SANDBOX,
    "loading": "lazy",
    "referrerpolicy": "strict-origin-when-cross-origin",
    "allowfullscreen": "",
}
TOO_MUCH = "shown as plain text: its HTML is too deeply nested, or too broken, to be read safely"
MAX_PASSES = 5  # of the last cleaner, until its output is stable
MAX_CACHED_URL_CHARS = 500
# Elements that are removed without a note to the editor, because their content is kept.
UNREPORTED_ELEMENTS = {"noscript", *mathml.REWRITTEN}

per_thread = threading.local()


@dataclass(frozen=True)
class Cleaned:
    """Sanitised HTML, with notes for the editor on what was removed and repaired."""

    html: str
    removed: list[str] = field(default_factory=list)
    repaired: list[str] = field(default_factory=list)


def sanitize_html(source: str, base_url: str = "", *, page: str = "", anchor: str = "") -> Cleaned:
    """Repair and sanitise a fragment of foreign HTML.

    The result is well-formed, has only blocks at its top level, contains nothing outside the
    allow-list, and is unchanged by a second call. Relative URLs are resolved against `base_url`;
    without one they are dropped. `page` is the text's own URL. The prefix of its ids is made from
    `anchor`, else from `page`, else from `base_url`. Returns the HTML as escaped plain text if
    parsing it would take too long.
    """
    if not source.strip():
        return Cleaned("")
    source, said = repair_mojibake(source)
    repaired = [said] if said else []
    source = strip_controls(source)
    renamed = with_stand_ins(source)
    if not fits_parser(renamed):
        return Cleaned(as_plain_text(source), [TOO_MUCH], repaired)
    per_thread.base_url = base_url
    per_thread.page = page or base_url
    parsed = cleaner("first").clean(renamed)
    if "&#" in source:
        # References have become characters. The last pass still checks what this makes of them.
        parsed = strip_controls(parsed)
    shown, notes, dropped = rewrite_elements(parsed, anchor or page or base_url)
    first = tidy(shown)
    deepest = depth(first, MAX_USEFUL_DEPTH)
    if deepest > MAX_USEFUL_DEPTH:
        return Cleaned(as_plain_text(source), [TOO_MUCH], repaired)
    removed = describe_removed(source, first, TAGS | UNREPORTED_ELEMENTS, dropped) + notes
    if fits_second_parser(first, deepest):
        return Cleaned(tidy(bleach_cleaner().clean(first)), removed, repaired)
    removed.append("checked by one parser, not by two: it is very long or deeply nested")
    return Cleaned(cleaned_until_stable(first), removed, repaired)


def cleaned_until_stable(fragment: str) -> str:
    """Apply the last cleaner until its output is stable; after MAX_PASSES return plain text.

    One pass can leave HTML that the next parser reads differently, such as <p> within <p>.
    """
    for _ in range(MAX_PASSES):
        again = tidy(cleaner("last").clean(fragment))
        if again == fragment:
            return fragment
        fragment = again
    return as_plain_text(fragment)


def rewrite_elements(fragment: str, name: str) -> tuple[str, list[str], int]:
    """Rewrite drawings, formulas, images, frames, media, anchors and spans of well-formed HTML.

    `name` determines the prefix of ids. Also returns notes on what was removed, and how many URLs
    were removed with it.
    """
    notes = []
    counters = duplicates = untitled = 0
    if "<svg" in fragment or "<title" in fragment:
        page = per_thread.page if is_safe_url(per_thread.page) else ""
        fragment = show_drawings(fragment, page)
    if "<math" in fragment:
        fragment = mathml.rebuild_formulas(fragment)
    if "<img" in fragment or "<x-noscript" in fragment:
        fragment, counters, duplicates = show_images(fragment)
        notes += [f"{counters} × an image that only counts readers"] if counters else []
    if "<x-iframe" in fragment:
        fragment, links, untitled = show_frames(fragment)
        notes += [f"{links} × <iframe>, now a link"] if links else []
        notes += [f"{untitled} × <iframe> without a title"] if untitled else []
    if "<audio" in fragment or "<video" in fragment:
        fragment = with_controls(fragment)
    if '="#' in fragment or ' id="' in fragment or ' name="' in fragment:
        pages = {unescape(x) for x in (per_thread.base_url, per_thread.page) if x}
        fragment = keep_anchors(fragment, {x.partition("#")[0] for x in pages}, id_prefix(name))
    return tidy_spans(fragment), notes, counters + duplicates + untitled


def as_plain_text(source: str) -> str:
    return html_from_text(paragraphs(source)).replace("\xa0", "&nbsp;")


def is_safe_url(value: str) -> bool:
    """True for an absolute URL of an allowed scheme."""
    match = SCHEME.match(value)
    return match is not None and match.group().lower() in SCHEMES


def html_from_text(text: str) -> str:
    """Plain text as HTML: blank lines separate paragraphs, line breaks become <br>."""
    paragraphs = re.split(r"\n[ \t]*\n\s*", line_feeds(strip_controls(text)).strip())
    return "\n".join(
        "<p>" + html.escape(part.strip(), quote=False).replace("\n", "<br>\n") + "</p>"
        for part in paragraphs
        if part.strip()
    )


def tidy(fragment: str) -> str:
    """Remove empty paragraphs, and wrap text at the top level of well-formed HTML into <p>."""
    fragment = PRE_LINE_BREAK.sub(r"\1\n\n", fragment)
    blocks = (
        block.html if block.name else f"<p>{block.html}</p>"
        for block in split_blocks(without_stray_annotations(fragment))
    )
    # Within a block an empty paragraph may be all that separates two words.
    filled = (EMPTY_PARAGRAPH.sub("\n", block) for block in blocks)
    return "\n".join(block for block in filled if block.strip())


def allowed_value(tag: str, name: str, value: str) -> str | None:
    """The value to keep for an attribute, or None to drop the attribute."""
    if name == "class":
        return allowed_classes(value) or None
    if tag == "iframe" and name in FRAME_ATTRIBUTES:
        return value if value == FRAME_ATTRIBUTES[name] else None
    if name in URL_ATTRIBUTES:
        value = normalized_url(value)
        if not value:
            return None
        if tag == "iframe":
            return value if PLAYER.fullmatch(value) else None
        scheme = SCHEME.match(value)
        if tag == "img" and name == "src" and IMAGE_DATA_URL.match(value):
            return value
        return value if not scheme or scheme.group().lower() in SCHEMES else None
    if name == "srcset":
        return clean_srcset(value, lambda url: allowed_value("img", "src", url))
    if name == "id":
        return value if 0 < len(value) <= MAX_ID_CHARS and not re.search(r"\s", value) else None
    if name in mathml.ATTRIBUTES.get(tag, ()) or name in mathml.FIRST_PASS_ATTRIBUTES.get(tag, ()):
        return mathml.allowed_value(name, value)
    if name in INTEGER_ATTRIBUTES and not (value.lstrip("-").isdecimal() and value.isascii()):
        return None
    return value


def first_pass_value(tag: str, name: str, value: str) -> str | None:
    """The value to keep for an attribute in the first pass, with absolute URLs; None to drop it."""
    if name in URL_ATTRIBUTES or name in LAZY_SRC:
        as_if = ("img", "src") if name in LAZY_SRC else (tag, name)
        allowed = allowed_value(*as_if, value)
        return allowed if not allowed or SCHEME.match(allowed) else resolve_url(allowed)
    if name == "srcset" or name in LAZY_SRCSET:
        return clean_srcset(value, lambda url: first_pass_value("img", "src", url))
    return allowed_value(tag, "id" if name == "name" else name, value)


def normalized_url(value: str) -> str:
    """A URL as browsers read it (URL standard, 4.4): stripped, without tabs and line breaks.

    Empty if it spells a script's scheme in look-alike characters. No browser runs such a URL, but
    it leads nowhere either.
    """
    if value.isascii() and value.isprintable():
        return value.strip()
    value = URL_LINE_BREAK.sub("", value.strip(URL_PADDING)).strip()
    if not SCHEME.match(value):
        spelled = unicodedata.normalize("NFKC", value[:100])
        if SCRIPT.match("".join(c for c in spelled if unicodedata.category(c)[0] not in "CZ")):
            return ""
    return value


def resolve_url(url: str) -> str | None:
    """The absolute form of a relative URL; None if there is no base or it can't be parsed."""
    url = url.strip()
    if url.startswith("#") and not per_thread.page:
        return url
    base = per_thread.page if url.startswith("#") else per_thread.base_url
    join = cached_absolute_url if len(url) <= MAX_CACHED_URL_CHARS else absolute_url
    absolute = join(base, url)
    return absolute if SCHEME.match(absolute) else None


@lru_cache(maxsize=1_000)
def cached_absolute_url(base: str, url: str) -> str:
    # A hostile text repeats one URL ten thousand times, and urljoin is slow.
    return absolute_url(base, url)


def cleaner(name: str) -> nh3.Cleaner:
    """This thread's nh3 cleaner for the first pass, or the last, which allows what bleach does."""
    if not hasattr(per_thread, "cleaners"):
        every = {
            tag: ATTRIBUTES.get(tag, set()) | FIRST_PASS_ATTRIBUTES.get(tag, set())
            for tag in ATTRIBUTES.keys() | FIRST_PASS_ATTRIBUTES.keys()
        }
        per_thread.cleaners = {
            "first": make_cleaner(FIRST_PASS_TAGS, every, first_pass_value),
            "last": make_cleaner(TAGS, ATTRIBUTES, allowed_value),
        }
    return per_thread.cleaners[name]


def make_cleaner(tags, attributes, attribute_filter) -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=tags,
        clean_content_tags=DROPPED_WITH_CONTENT - tags,
        attributes={tag: names for tag, names in attributes.items() if tag in tags or tag == "*"},
        attribute_filter=attribute_filter,
        link_rel=None,
        url_schemes=SCHEMES | {"data"},
        url_relative=lambda url: url,
    )


def bleach_cleaner() -> bleach.Cleaner:
    # bleach's cleaner is not thread-safe: each thread has its own.
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
