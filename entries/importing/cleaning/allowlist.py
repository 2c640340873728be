"""What foreign HTML may hold: elements, attributes, classes, kinds of addresses."""

import re
from functools import lru_cache

from entries.lib.plaintext import BLOCKS

from . import drawings, mathml
from .code_classes import token_classes
from .images import LAZY, LAZY_SETS

TAGS = (
    BLOCKS
    | {"a", "abbr", "acronym", "audio", "b", "bdi", "bdo", "big", "br", "cite", "code", "data"}
    | {"del", "dfn", "em", "i", "iframe", "img", "ins", "kbd", "mark", "picture", "q", "rp", "rt"}
    | {"ruby", "s", "samp", "small", "source", "span", "strike", "strong", "sub", "sup", "time"}
    | {"tt", "u", "var", "video", "wbr"}
    | mathml.ELEMENTS
)
ATTRIBUTES = mathml.ATTRIBUTES | {
    "*": {"class", "dir", "id", "lang", "title"},
    "a": {"href", "hreflang"},
    "audio": {"controls", "src"},
    "blockquote": {"cite"},
    "col": {"span"},
    "colgroup": {"span"},
    "data": {"value"},
    "del": {"cite", "datetime"},
    "details": {"open"},
    "iframe": {"allowfullscreen", "height", "loading", "referrerpolicy", "sandbox", "src", "width"},
    "img": {"alt", "height", "sizes", "src", "srcset", "width"},
    "ins": {"cite", "datetime"},
    "li": {"value"},
    "ol": {"reversed", "start", "type"},
    "q": {"cite"},
    "source": {"media", "sizes", "src", "srcset", "type"},
    "td": {"colspan", "headers", "rowspan"},
    "th": {"abbr", "colspan", "headers", "rowspan", "scope"},
    "time": {"datetime"},
    "video": {"controls", "height", "loop", "muted", "poster", "src", "width"},
}
SCHEMES = {"http", "https", "mailto", "tel", "ftp", "ftps", "gemini", "geo", "gopher"} | {
    *("irc", "ircs", "magnet", "matrix", "news", "nntp", "sip", "sips", "sms", "webcal", "xmpp")
}
ADDRESSES = {"cite", "href", "poster", "src"}
# What the first gate lets through besides, for us to look at before the second: frames and
# what shows without scripts stand under names that the parser has no rules for; drawings and
# parts of formulas are rewritten.
STAND_INS = {"x-iframe", "x-noscript"}
FIRST_TAGS = TAGS - {"iframe"} | STAND_INS | drawings.ELEMENTS | mathml.REWRITTEN
LOOKED_AT = (
    drawings.LOOKED_AT
    | mathml.LOOKED_AT
    | {
        "a": {"name"},
        "img": {*LAZY, *LAZY_SETS, "style"},
        "x-iframe": {"height", "src", "style", "width"},
    }
)
CONTENT_GOES_TOO = (
    {"script", "style", "template", "noembed", "noframes", "title", "iframe"}
    | drawings.CONTENT_GOES_TOO
    | mathml.CONTENT_GOES_TOO
)
MEASURES = {"colspan", "height", "rowspan", "span", "start", "value", "width"}

# What highlighters say of a whole listing, and footnotes; parts of code have further ones. Any
# other class would only meet our own style sheet.
CLASSES = re.compile(r"(pl-[\w-]+|(language|lang|highlight|footnotes?)(-[\w+#.-]+)*|linenos|cite)")
IMAGE_DATA = re.compile(r"data:image/(avif|gif|jpeg|png|webp)[;,]", re.I)
SCHEME = re.compile(r"[a-z][a-z0-9+.-]*(?=:)", re.I)


@lru_cache(maxsize=1_000)
def allowed_classes(value: str) -> str:
    """The classes that may stay, of which those of highlighters may do so in code alone."""
    words = value.split()
    tokens = token_classes(words)
    return " ".join(word for word in words if word in tokens or CLASSES.fullmatch(word))
