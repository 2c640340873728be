"""Foreign HTML, repaired and sanitised: the one gate. The only import of nh3 and bleach."""

import html
import re
import threading
from collections import Counter
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

import bleach
import nh3

from .blocks import BLOCKS, REST_OF_TAG, TAG, VOID, split_blocks
from entries.characters import strip_controls

TAGS = (
    BLOCKS
    | {"a", "abbr", "acronym", "audio", "b", "bdi", "bdo", "big", "br", "cite", "code", "data"}
    | {"del", "dfn", "em", "i", "img", "ins", "kbd", "mark", "q", "rp", "rt", "ruby", "s", "samp"}
    | {"small", "source", "span", "strike", "strong", "sub", "sup", "time", "tt", "u", "var"}
    | {"video", "wbr"}
)
ATTRIBUTES = {
    "*": {"class", "dir", "lang", "title"},
    "a": {"href", "hreflang"},
    "audio": {"controls", "src"},
    "blockquote": {"cite"},
    "col": {"span"},
    "colgroup": {"span"},
    "data": {"value"},
    "del": {"cite", "datetime"},
    "details": {"open"},
    "img": {"alt", "height", "src", "width"},
    "ins": {"cite", "datetime"},
    "li": {"value"},
    "ol": {"reversed", "start", "type"},
    "q": {"cite"},
    "source": {"src", "type"},
    "td": {"colspan", "headers", "rowspan"},
    "th": {"abbr", "colspan", "headers", "rowspan", "scope"},
    "time": {"datetime"},
    "video": {"controls", "height", "loop", "muted", "poster", "src", "width"},
}
SCHEMES = {"http", "https", "mailto", "tel", "ftp", "ftps", "gemini", "geo", "gopher"} | {
    *("irc", "ircs", "magnet", "matrix", "news", "nntp", "sip", "sips", "sms", "webcal", "xmpp")
}
ADDRESSES = {"cite", "href", "poster", "src"}
MEASURES = {"colspan", "height", "rowspan", "span", "start", "value", "width"}

# What highlighters and footnotes say; any other class would only meet our own style sheet.
CLASSES = re.compile(r"(pl-[\w-]+|(language|lang|highlight|footnotes?)(-[\w+#.-]+)*|cite)")
IMAGE_DATA = re.compile(r"data:image/(avif|gif|jpeg|png|webp)[;,]", re.I)
SCHEME = re.compile(r"[a-z][a-z0-9+.-]*(?=:)", re.I)
# A parser drops the first line break in <pre>: one that is meant must stand twice.
PRE_LINE_BREAK = re.compile(rf"(<pre\b{REST_OF_TAG})\n")
EMPTY_PARAGRAPH = re.compile(r"<p>\s*</p>")

# bleach takes time and stack quadratic in these; what is past them keeps nh3's result.
MAX_ELEMENTS = 3_000
MAX_DEPTH = 100

ELEMENT_NAME = re.compile(r"<([a-zA-Z][a-zA-Z0-9:-]*)")
SUSPECT = re.compile(r"""[\s"'/](on[a-z]+|style|srcset|id|name|srcdoc|formaction)\s*=""", re.I)
ADDRESS = re.compile(r"""[\s"'/](?:href|src|cite|poster)\s*=""", re.I)

per_thread = threading.local()


@dataclass(frozen=True)
class Cleaned:
    """Sanitised HTML, and in words what was taken out."""

    html: str
    removed: list[str] = field(default_factory=list)


def sanitize_html(source: str, base_url: str = "") -> Cleaned:
    """Repair and sanitise a fragment of foreign HTML.

    The result is well-formed, block-level at its top, holds nothing outside the
    allow-list, and comes out of a second pass unchanged. Relative addresses are
    resolved against `base_url`; without one they are dropped.
    """
    if not source.strip():
        return Cleaned("")
    per_thread.base_url = base_url
    first = tidy(nh3_cleaner().clean(strip_controls(source)))
    removed = describe_removed(source, first)
    if is_bounded(first):
        return Cleaned(tidy(bleach_cleaner().clean(first)), removed)
    return Cleaned(first, [*removed, "checked once, not twice: it is very long or deeply nested"])


def is_safe_address(value: str) -> bool:
    """True for an absolute address of an allowed scheme: fit to stand in a link."""
    match = SCHEME.match(value)
    return match is not None and match.group().lower() in SCHEMES


def html_from_text(text: str) -> str:
    """Plain text as HTML: a blank line parts paragraphs, a line break breaks the line."""
    paragraphs = re.split(r"\n[ \t]*\n\s*", strip_controls(text).replace("\r\n", "\n").strip())
    return "\n".join(
        "<p>" + html.escape(part.strip(), quote=False).replace("\n", "<br>\n") + "</p>"
        for part in paragraphs
        if part.strip()
    )


def tidy(fragment: str) -> str:
    """Well-formed HTML without empty paragraphs and with none of its text bare at the top."""
    fragment = PRE_LINE_BREAK.sub(r"\1\n\n", fragment)
    fragment = EMPTY_PARAGRAPH.sub("", fragment)
    return "\n".join(
        block.html if block.name else f"<p>{block.html}</p>" for block in split_blocks(fragment)
    )


def allowed_value(tag: str, name: str, value: str) -> str | None:
    """The value with which an attribute may stay, or None."""
    if name == "class":
        kept = [word for word in value.split() if CLASSES.fullmatch(word)]
        return " ".join(kept) or None
    if name in ADDRESSES:
        value = value.strip()
        scheme = SCHEME.match(value)
        if tag == "img" and name == "src" and IMAGE_DATA.match(value):
            return value
        return value if not scheme or scheme.group().lower() in SCHEMES else None
    if name in MEASURES and not (value.lstrip("-").isdecimal() and value.isascii()):
        return None
    return value


def resolve(address: str) -> str | None:
    """A relative address made absolute; None when it can't be."""
    try:
        absolute = urljoin(per_thread.base_url, address.strip()) if address.strip() else ""
        return absolute if urlsplit(absolute).scheme else None
    except ValueError:
        return None


def nh3_cleaner() -> nh3.Cleaner:
    if not hasattr(per_thread, "nh3"):
        per_thread.nh3 = nh3.Cleaner(
            tags=TAGS,
            clean_content_tags=CONTENT_GOES_TOO,
            attributes=ATTRIBUTES,
            attribute_filter=allowed_value,
            link_rel=None,
            url_schemes=SCHEMES | {"data"},
            url_relative=resolve,
        )
    return per_thread.nh3


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


def is_bounded(fragment: str) -> bool:
    """Whether bleach can be trusted with the time and the stack that this takes."""
    if fragment.count("<") > 2 * MAX_ELEMENTS:
        return False
    depth = 0
    for tag in TAG.finditer(fragment):
        if tag["name"] not in VOID:
            depth += -1 if tag["closing"] else 1
            if depth > MAX_DEPTH:
                return False
    return True


CONTENT_GOES_TOO = {"script", "style", "template", "noembed", "noframes", "title", "textarea"}


def describe_removed(before: str, after: str) -> list[str]:
    """What cleaning took out, in words, such as `2 × <script>` and `1 × onclick`."""
    elements = Counter(name.lower() for name in ELEMENT_NAME.findall(before))
    lost = [f"{n} × <{name}>" for name, n in elements.items() if name not in TAGS]
    attributes = counted(SUSPECT, before) - counted(SUSPECT, after)
    lost += [f"{n} × {name}" for name, n in attributes.items()]
    addresses = len(ADDRESS.findall(before)) - len(ADDRESS.findall(after))
    if addresses > 0:
        lost.append(f"{addresses} × an address of a kind that is not allowed")
    return lost


def counted(pattern: re.Pattern[str], text: str) -> Counter[str]:
    return Counter(name.lower() for name in pattern.findall(text))
