"""Formulas: presentation MathML, rebuilt so that it contains only MathML and text.

Token elements may hold HTML, and whether a parser reads HTML there depends on the elements
around them (HTML 13.2.6, "foreign content"). Many attacks on sanitisers rely on that. This
module removes the HTML and allows text in token elements only, so that every parser reads
the result alike and finds no HTML element in it.
"""

import re
from dataclasses import dataclass
from html import escape

from entries.lib.characters import unescape
from entries.lib.html_tags import ANY_TAG, VOID, read_attributes, write_tag
from entries.lib.plaintext import BLOCKS

# The presentation elements of MathML Core, and MathML 3's <menclose>, which strikes text out.
# <maction>, <annotation-xml> and <mglyph> must never be among them.
TOKENS = frozenset(["mi", "mn", "mo", "ms", "mtext"])
EMPTY = frozenset(["mprescripts", "mspace", "none"])
LAYOUT = frozenset(
    {"menclose", "merror", "mfrac", "mmultiscripts", "mover", "mpadded", "mphantom", "mroot"}
    | {"mrow", "msqrt", "mstyle", "msub", "msubsup", "msup", "mtable", "mtd", "mtr", "munder"}
    | {"munderover", "semantics"}
)
ELEMENTS = TOKENS | EMPTY | LAYOUT | {"math"}
# The first pass lets these through, and `rebuild_formulas` replaces all of them.
REWRITTEN = frozenset(["annotation", "maction", "mfenced", "mlabeledtr"])
DROPPED_WITH_CONTENT = frozenset(["annotation-xml"])

SPACE = {"height", "width", "depth"}
ACCENTS = {"accent", "accentunder"}
ATTRIBUTES = {
    "math": {"alttext", "display", "displaystyle"},
    "menclose": {"notation"},
    "mfrac": {"bevelled", "denomalign", "linethickness", "numalign"},
    "mi": {"mathvariant"},
    "mn": {"mathvariant"},
    "mo": {"accent", "fence", "form", "largeop", "lspace", "mathvariant", "maxsize", "minsize"}
    | {"movablelimits", "rspace", "separator", "stretchy", "symmetric"},
    "mover": ACCENTS,
    "mpadded": SPACE | {"lspace", "voffset"},
    "ms": {"mathvariant"},
    "mspace": SPACE,
    "mstyle": {"displaystyle", "mathvariant", "scriptlevel"},
    "mtable": {"align", "columnalign", "columnlines", "columnspacing", "displaystyle", "frame"}
    | {"rowalign", "rowlines", "rowspacing"},
    "mtd": {"columnalign", "columnspan", "rowalign", "rowspan"},
    "mtext": {"mathvariant"},
    "mtr": {"columnalign", "rowalign"},
    "munder": ACCENTS,
    "munderover": ACCENTS,
}
FIRST_PASS_ATTRIBUTES = {"annotation": {"encoding"}, "mfenced": {"close", "open", "separators"}}
TEXT_ATTRIBUTES = {"alttext", "close", "encoding", "open", "separators"}
WORDS = re.compile(r"[a-z]+(?:[ -][a-z]+){0,50}")
# Lengths stay below 10 em and 100 px, so that no formula covers the text around it.
LENGTH = (
    r"[+-]?(?:\d(?:\.\d{0,20})?|\.\d{1,20})(?:cm|em|ex|in|mm|pc)"
    r"|[+-]?(?:\d{1,2}(?:\.\d{0,20})?|\.\d{1,20})(?:px|pt)"
    r"|[+-]?(?:\d(?:\.\d{0,20})?|\.\d{1,20}|1?\d{1,2}%)(?:depth|height|lspace|width)?"
    r"|(?:negative)?(?:very){0,2}(?:thick|thin|medium)mathspace|thin|medium|thick"
)
LENGTHS = re.compile(rf"(?:{LENGTH})(?: (?:{LENGTH})){{0,50}}")
NUMBER = re.compile(r"\d{1,3}")
NUMBER_ATTRIBUTES = {"columnspan", "rowspan"}
LENGTH_ATTRIBUTES = {
    *("columnspacing", "depth", "height", "linethickness", "lspace", "maxsize", "minsize"),
    *("rowspacing", "rspace", "scriptlevel", "voffset", "width"),
}
MAX_ALTTEXT_CHARS = 5_000
TEX = re.compile("tex(?!t)", re.I)


def allowed_value(name: str, value: str) -> str | None:
    """The value to keep for an attribute of a MathML element, or None to drop the attribute."""
    if name in TEXT_ATTRIBUTES:
        return value
    value = value.strip().lower()
    pattern = (
        NUMBER if name in NUMBER_ATTRIBUTES else LENGTHS if name in LENGTH_ATTRIBUTES else WORDS
    )
    return value if pattern.fullmatch(value) else None


def rebuild_formulas(fragment: str) -> str:
    """Rebuild each formula of well-formed HTML from allowed elements, with text in tokens only.

    Inline HTML in a formula is replaced by its text; a block ends the formula and follows it.
    The TeX of an annotation becomes `alttext` where there is none; other annotations are
    dropped. A second call changes nothing.
    """
    rebuilding = Rebuilding()
    end = 0
    for tag in ANY_TAG.finditer(fragment):
        rebuilding.add_text(fragment[end : tag.start()])
        end = tag.end()
        if tag["closing"]:
            rebuilding.end()
        elif tag["name"] == "math" and not rebuilding.in_formula:
            rebuilding.start_formula(tag.group())
        elif rebuilding.in_formula and tag["name"] not in BLOCKS:
            rebuilding.start_within(tag["name"], tag.group())
        else:
            rebuilding.start_outside(tag["name"], tag.group())
    rebuilding.add_text(fragment[end:])
    return "".join(rebuilding.parts)


@dataclass
class Open:
    """An open element of the input, and the end tag that will be written for it, if any."""

    name: str
    end: str = ""
    children: int = 0
    separators: str = ""


class Rebuilding:
    """The state of `rebuild_formulas`: the parts written so far, and the open elements."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.open: list[Open] = []
        self.first = -1  # index in `open` of the current formula's <math>; -1 outside
        self.start = -1  # index in `parts` of its start tag
        self.tokens = 0  # open token elements in it: 0 or 1
        self.skipped = -1  # index in `open` of the element whose content is dropped, or -1
        self.annotation: list[str] | None = None
        self.tex = ""

    @property
    def in_formula(self) -> bool:
        return self.first >= 0

    def add_text(self, text: str) -> None:
        if self.annotation is not None:
            self.annotation.append(text)
        if self.skipped >= 0 or not text:
            return
        if not self.in_formula or self.tokens or not text.strip():
            self.parts.append(text)
        else:
            self.separate()
            bare = text.strip()
            self.parts.append(text.replace(bare, f"<mtext>{bare}</mtext>", 1))

    def start_formula(self, tag: str) -> None:
        self.first, self.start, self.tex = len(self.open), len(self.parts), ""
        self.parts.append(tag)
        self.open.append(Open("math", "</math>"))

    def start_outside(self, name: str, tag: str) -> None:
        if self.in_formula:
            self.leave_formula()
        if name in VOID:
            self.parts.append(tag)
        elif name in ELEMENTS or name in REWRITTEN:
            self.open.append(Open(name))  # MathML after a block that ended its formula
        else:
            self.parts.append(tag)
            self.open.append(Open(name, f"</{name}>"))

    def start_within(self, name: str, tag: str) -> None:
        if name in VOID:
            if name == "br" and self.tokens:
                self.parts.append(" ")
            return
        parent = self.open[-1]
        opened = Open(name)
        self.open.append(opened)
        if self.skipped >= 0:
            return
        if name == "annotation" or (parent.name == "maction" and parent.children):
            self.skipped = len(self.open) - 1
            if TEX.search(read_attributes(tag).get("encoding", "")):
                self.annotation = []
            return
        if self.tokens or name not in ELEMENTS | REWRITTEN or name == "math":
            opened.name = "" if self.tokens else parent.name
            return
        self.separate(parent)
        if name in EMPTY:
            opened.name = parent.name
            self.parts.append(f"{tag}</{name}>")
        elif name == "mfenced":
            self.start_fenced(opened, read_attributes(tag))
        else:
            self.tokens += name in TOKENS
            name = {"maction": "mrow", "mlabeledtr": "mtr"}.get(name, name)
            opened.end = f"</{name}>"
            self.parts.append(tag if opened.name == name else f"<{name}>")

    def start_fenced(self, opened: Open, stated: dict[str, str]) -> None:
        """Write an <mrow> in place of <mfenced> (MathML 3, 3.3.8.2), which browsers ignore."""
        given = {name: unescape(value).strip() for name, value in stated.items()}
        opened.separators = "".join(given.get("separators", ",").split())
        opened.end = operator(given.get("close", ")")) + "</mrow>"
        self.parts.append("<mrow>" + operator(given.get("open", "(")))

    def separate(self, parent: Open | None = None) -> None:
        """Count one more child, and write the separator of <mfenced> before it."""
        parent = parent or self.open[-1]
        if parent.separators and parent.children:
            place = min(parent.children, len(parent.separators)) - 1
            self.parts.append(operator(parent.separators[place]))
        parent.children += 1

    def end(self) -> None:
        if not self.open:
            return
        place = len(self.open) - 1
        ended = self.open.pop()
        if place == self.skipped:
            if self.annotation is not None:
                self.tex = self.tex or unescape("".join(self.annotation)).strip()
            self.skipped, self.annotation = -1, None
            return
        if place == self.first:
            self.end_formula(ended.end)
        elif ended.end:
            self.parts.append(ended.end)
            self.tokens -= self.in_formula and ended.name in TOKENS

    def end_formula(self, end: str) -> None:
        """Write the end of a formula; an empty one is replaced by its alternative text."""
        stated = read_attributes(self.parts[self.start])
        if self.tex and not stated.get("alttext", "").strip():
            stated["alttext"] = escape(self.tex[:MAX_ALTTEXT_CHARS])
            self.parts[self.start] = write_tag("math", stated)
        if any(part.strip() for part in self.parts[self.start + 1 :]):
            self.parts.append(end)
        else:
            text = escape(unescape(stated.get("alttext", "")), quote=False)
            self.parts[self.start :] = [text]
        self.first, self.tokens = -1, 0

    def leave_formula(self) -> None:
        """End the formula before a block; its open elements will write no end tags of their own."""
        for opened in reversed(self.open[self.first + 1 :]):
            self.parts.append(opened.end)
            opened.end = ""
        math = self.open[self.first]
        self.end_formula(math.end)
        math.end = ""
        self.skipped, self.annotation = -1, None


def operator(text: str) -> str:
    return f"<mo>{escape(text, quote=False)}</mo>" if text else ""
