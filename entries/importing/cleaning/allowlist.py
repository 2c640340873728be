"""The allow-list for foreign HTML: elements, attributes, classes and URL schemes."""

import re
from functools import lru_cache

from entries.lib.plaintext import BLOCKS

from . import drawings, mathml
from .code_classes import token_classes
from .images import LAZY_SRC, LAZY_SRCSET

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
URL_ATTRIBUTES = {"cite", "href", "poster", "src"}
# The first pass lets these through as well; they are rewritten before the last pass. Frames and
# <noscript> have been renamed, because the parser has rules for their own names.
STAND_INS = {"x-iframe", "x-noscript"}
FIRST_PASS_TAGS = TAGS - {"iframe"} | STAND_INS | drawings.ELEMENTS | mathml.REWRITTEN
FIRST_PASS_ATTRIBUTES = (
    drawings.FIRST_PASS_ATTRIBUTES
    | mathml.FIRST_PASS_ATTRIBUTES
    | {
        "a": {"name"},
        "img": {*LAZY_SRC, *LAZY_SRCSET, "style"},
        "x-iframe": {"height", "src", "style", "width"},
    }
)
DROPPED_WITH_CONTENT = (
    {"script", "style", "template", "noembed", "noframes", "title", "iframe"}
    | drawings.DROPPED_WITH_CONTENT
    | mathml.DROPPED_WITH_CONTENT
)
INTEGER_ATTRIBUTES = {"colspan", "height", "rowspan", "span", "start", "value", "width"}

# Classes of highlighted listings and of footnotes; code_classes has those of tokens in code. Any
# other class could only match a rule of the site's own style sheet by accident.
CLASSES = re.compile(r"(pl-[\w-]+|(language|lang|highlight|footnotes?)(-[\w+#.-]+)*|linenos|cite)")
IMAGE_DATA_URL = re.compile(r"data:image/(avif|gif|jpeg|png|webp)[;,]", re.I)
SCHEME = re.compile(r"[a-z][a-z0-9+.-]*(?=:)", re.I)


@lru_cache(maxsize=1_000)
def allowed_classes(value: str) -> str:
    """The allowed classes of a `class` attribute. `tidy_spans` later drops tokens outside code."""
    words = value.split()
    tokens = token_classes(words)
    return " ".join(word for word in words if word in tokens or CLASSES.fullmatch(word))
