"""Formulas: presentation MathML, rebuilt so that it holds nothing but itself and text.

MathML is where sanitisers have been fooled most: its token elements may hold HTML, and what
is HTML and what is not depends on what stands around it (HTML 13.2.6, "foreign content").
So HTML within a formula is taken out, and only token elements keep text. What is left has
one reading: no parser finds an HTML element in it.
"""

import re
from dataclasses import dataclass
from html import escape, unescape

from .blocks import BLOCKS, REST_OF_TAG, VOID, read_attributes, write_tag

# MathML Core's presentation elements, and of MathML 3 <menclose>, without which a reader loses
# what a line goes through. No <maction>, no <annotation-xml>, no <mglyph>.
TOKENS = frozenset(["mi", "mn", "mo", "ms", "mtext"])
EMPTY = frozenset(["mprescripts", "mspace", "none"])
LAYOUT = frozenset(
    {"menclose", "merror", "mfrac", "mmultiscripts", "mover", "mpadded", "mphantom", "mroot"}
    | {"mrow", "msqrt", "mstyle", "msub", "msubsup", "msup", "mtable", "mtd", "mtr", "munder"}
    | {"munderover", "semantics"}
)
ELEMENTS = TOKENS | EMPTY | LAYOUT | {"math"}
# These the first gate lets through to be rewritten: none is left behind it.
REWRITTEN = frozenset(["annotation", "maction", "mfenced", "mlabeledtr"])
CONTENT_GOES_TOO = frozenset(["annotation-xml"])

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
LOOKED_AT = {"annotation": {"encoding"}, "mfenced": {"close", "open", "separators"}}
FREE = {"alttext", "close", "encoding", "open", "separators"}
WORDS = re.compile(r"[a-z]+(?:[ -][a-z]+){0,50}")
# No length moves a part of a formula over the text around it: less than ten em, or 100 px.
LENGTH = (
    r"[+-]?(?:\d(?:\.\d{0,20})?|\.\d{1,20})(?:cm|em|ex|in|mm|pc)"
    r"|[+-]?(?:\d{1,2}(?:\.\d{0,20})?|\.\d{1,20})(?:px|pt)"
    r"|[+-]?(?:\d(?:\.\d{0,20})?|\.\d{1,20}|1?\d{1,2}%)(?:depth|height|lspace|width)?"
    r"|(?:negative)?(?:very){0,2}(?:thick|thin|medium)mathspace|thin|medium|thick"
)
LENGTHS = re.compile(rf"(?:{LENGTH})(?: (?:{LENGTH})){{0,50}}")
NUMBER = re.compile(r"\d{1,3}")
NUMBERS = {"columnspan", "rowspan"}
MEASURED = {"depth", "height", "linethickness", "lspace", "maxsize", "minsize", "rspace"} | {
    *("columnspacing", "rowspacing", "scriptlevel", "voffset", "width"),
}
MAX_ALTERNATIVE = 5_000  # characters
TEX = re.compile("tex(?!t)", re.I)

TAG = re.compile(rf"<(?P<closing>/?)(?P<name>[a-zA-Z][a-zA-Z0-9-]*){REST_OF_TAG}")


def allowed_value(name: str, value: str) -> str | None:
    """The value with which an attribute of MathML's own may stay, or None."""
    if name in FREE:
        return value
    value = value.strip().lower()
    pattern = NUMBER if name in NUMBERS else LENGTHS if name in MEASURED else WORDS
    return value if pattern.fullmatch(value) else None


def rebuild_formulas(fragment: str) -> str:
    """Well-formed HTML whose formulas hold MathML alone, and text only in token elements.

    HTML within a formula leaves its text, and its blocks end the formula: they follow as
    they are. The TeX of an annotation becomes the alternative text of a formula that has
    none; other annotations go. A formula that was rebuilt is not changed again.
    """
    rebuilding = Rebuilding()
    end = 0
    for tag in TAG.finditer(fragment):
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
    """An open element of the input: what it is, and what is written where it ends."""

    name: str
    end: str = ""
    children: int = 0
    separators: str = ""


class Rebuilding:
    """What has been written, and which elements are open."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.open: list[Open] = []
        self.first = -1  # place among the open elements of the <math> that is being written
        self.start = -1  # place of its start tag in `parts`
        self.tokens = 0  # how many token elements are open in it: none or one
        self.skipped = -1  # place of the open element that goes with all it holds
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
            self.open.append(Open(name))  # what is left of a formula that a block has ended
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
        """What <mfenced> stands for (MathML 3, 3.3.8.2): few browsers show its fences."""
        said = {name: unescape(value).strip() for name, value in stated.items()}
        opened.separators = "".join(said.get("separators", ",").split())
        opened.end = operator(said.get("close", ")")) + "</mrow>"
        self.parts.append("<mrow>" + operator(said.get("open", "(")))

    def separate(self, parent: Open | None = None) -> None:
        """Count one more child, and write what <mfenced> has between this and the last."""
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
        """Write the end of a formula; of one that holds nothing its alternative text is left."""
        stated = read_attributes(self.parts[self.start])
        if self.tex and not stated.get("alttext", "").strip():
            stated["alttext"] = escape(self.tex[:MAX_ALTERNATIVE])
            self.parts[self.start] = write_tag("math", stated)
        if any(part.strip() for part in self.parts[self.start + 1 :]):
            self.parts.append(end)
        else:
            text = escape(unescape(stated.get("alttext", "")), quote=False)
            self.parts[self.start :] = [text]
        self.first, self.tokens = -1, 0

    def leave_formula(self) -> None:
        """End the formula here, though elements of it are open: they end without a word."""
        for opened in reversed(self.open[self.first + 1 :]):
            self.parts.append(opened.end)
            opened.end = ""
        math = self.open[self.first]
        self.end_formula(math.end)
        math.end = ""
        self.skipped, self.annotation = -1, None


def operator(text: str) -> str:
    return f"<mo>{escape(text, quote=False)}</mo>" if text else ""
