"""Limits on the work that a fragment of HTML makes for parsers, checked before they read it.

Limits on length, tags and depth are not enough. A legitimate post can have 20,000 flat paragraphs,
which are 40,000 tags. `<p><i title=N><object></i></object></p>`, 3,000 times, has 18,000 tags and
seems to have at most three elements open. But the </i> there closes nothing, so each paragraph
reopens all previous <i>: nh3 takes 5 seconds and 1.2 GB for these 125 kB. Therefore this module
follows which elements the HTML standard's tree builder (13.2.6) keeps open.
"""

import re

from entries.lib.html_tags import TAG, VOID
from entries.lib.plaintext import BLOCKS

from . import mathml

# bleach takes time and stack quadratic in these. Beyond them nh3's result is used.
MAX_ELEMENTS = 3_000
MAX_DEPTH = 100
MAX_REFERENCES = 3_000

# Deeper nesting is meaningless, and browsers stop at 512.
MAX_USEFUL_DEPTH = 250

# nh3's parser walks its stack of open elements for most tags, compares each attribute with
# all others of its element, and reopens formatting elements in each block until they are
# closed. Each of these limits costs it half a second at most.
MAX_UNCHECKED_TAGS = 400  # a fragment with fewer is not checked
MAX_TAGS = 50_000
MAX_FORMULA_TAGS = 200_000  # a legitimate post can have two thousand long formulas
MAX_AMPERSANDS = 100_000
MAX_ATTRIBUTES = 40_000
MAX_STACK_STEPS = 15_000_000
MAX_REOPENED_ELEMENTS = 40_000

SPACE = r"[\t\n\f\r ]"
# An attribute by the HTML standard (13.2.5.6 to 13.2.5.40): quotes count only after `=`.
ATTRIBUTE = (
    r"(?>=|[^\t\n\f\r />=])[^\t\n\f\r />=]*+"
    rf"(?>{SPACE}*+={SPACE}*+(?>\"[^\"]*+\"|'[^']*+'|[^\t\n\f\r >\"'][^\t\n\f\r >]*+|(?=>)))?+"
)
TOKEN = re.compile(
    r"<(?:!--(?>-?>|(?s:.*?)--!?>)"
    r"|(?:!(?!--)|\?|/(?![a-zA-Z]))[^>]*+>"
    r"|(?P<closing>/?)(?P<name>[a-zA-Z][^\t\n\f\r />]*+)"
    rf"(?P<attributes>(?>[\t\n\f\r /]++|{ATTRIBUTE})*+)>)"
)
MARKUP = re.compile(r"<(?=[a-zA-Z/!?])")
START = re.compile(r"<([a-zA-Z][^\t\n\f\r />]*+)")
FOREIGN = re.compile(r"<(?:svg|math)", re.I)

FORMATTING = frozenset(
    {"a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small"}
    | {"strike", "strong", "tt", "u"}
)
RAW_TEXT = frozenset(
    ["noembed", "noframes", "plaintext", "script", "style", "textarea", "title", "xmp"]
)
VOID_ELEMENTS = frozenset(
    VOID | {"area", "base", "embed", "input", "link", "meta", "param", "track"}
)
# Within a fragment, parsers ignore these tags.
IGNORED = frozenset(["html", "head", "body", "frameset"])
SPECIAL = frozenset(
    BLOCKS
    | {"applet", "button", "dir", "fieldset", "form", "listing", "marquee", "menu", "object"}
    | {"search", "select", "template"}
    | RAW_TEXT
)
CLOSES_PARAGRAPH = frozenset(
    BLOCKS - {"caption", "col", "colgroup", "table", "tbody", "td", "tfoot", "th", "thead", "tr"}
)
# Elements that begin a scope (HTML 13.2.4.2), and the ones that contain HTML within SVG and
# MathML.
CELLS = frozenset(["td", "th", "caption"])
INTEGRATION_POINTS = frozenset(
    ["annotation-xml", "desc", "foreignobject", "mi", "mn", "mo", "ms", "mtext"]
)
FOREIGN_ROOTS = frozenset(["svg", "math"])
SCOPES = (
    frozenset(["applet", "button", "marquee", "object", "select", "table", "template"])
    | CELLS
    | INTEGRATION_POINTS
    | FOREIGN_ROOTS
)
# The end of one of these clears the formatting that was opened in it.
CLEARS_FORMATTING = CELLS | {"applet", "marquee", "object", "template"}
IN_TABLES = frozenset(["table", "tbody", "tfoot", "thead", "tr"])
LEAVES_FOREIGN = frozenset(
    (FORMATTING - {"a"})
    | {"blockquote", "br", "center", "dd", "div", "dl", "dt", "embed", "h1", "h2", "h3", "h4"}
    | {"h5", "h6", "hr", "img", "li", "listing", "menu", "ol", "p", "pre", "ruby", "span", "sub"}
    | {"sup", "table", "ul", "var"}
)
SIBLINGS = {
    "li": {"li"},
    "dd": {"dd", "dt"},
    "dt": {"dd", "dt"},
    "tr": {"tr"},
    "option": {"option"},
    "tbody": {"tbody", "thead", "tfoot"},
    "thead": {"tbody", "thead", "tfoot"},
    "tfoot": {"tbody", "thead", "tfoot"},
}
MAX_SIBLING_DISTANCE = 8  # open elements searched for a sibling that a new element closes


def fits_parser(source: str) -> bool:
    """True if nh3 can parse this in reasonable time and memory.

    Counts the elements that its parser will keep open and reopen, in time linear in the length.
    It errs towards counting too many.
    """
    if source.count("<") <= MAX_UNCHECKED_TAGS and len(source) <= 2 * MAX_ATTRIBUTES:
        return True
    if source.count("&") > MAX_AMPERSANDS:
        return False  # for each ampersand the parser copies the text before it
    if "<![CDATA[" in source and FOREIGN.search(source):
        return False  # a CDATA section in SVG, a comment elsewhere: it could hide tags
    outline = Outline()
    position = tags = formula_tags = 0
    while start := MARKUP.search(source, position):
        token = TOKEN.match(source, start.start())
        if token is None:
            return True  # an unclosed tag or comment: the parser drops the rest
        position = token.end()
        if token["name"] is None:
            continue
        name = token["name"].lower()
        if name in mathml.ELEMENTS:
            formula_tags += 1
        else:
            tags += 1
        attributes = token["attributes"]
        if is_flood(attributes):
            return False
        if token["closing"]:
            outline.close(name)
        elif name in RAW_TEXT:
            position = pass_raw_text(source, position, name, outline)
            if position < 0:
                return False
        else:
            outline.open(name, is_empty=attributes.endswith("/"))
        if tags > MAX_TAGS or formula_tags > MAX_FORMULA_TAGS:
            return False
        if outline.steps > MAX_STACK_STEPS or outline.reopened > MAX_REOPENED_ELEMENTS:
            return False
    return True


def is_flood(attributes: str) -> bool:
    if len(attributes) <= 2 * MAX_ATTRIBUTES:
        return False
    parts = len(attributes.split()) + sum(attributes.count(sign) for sign in "/\"'")
    return parts > MAX_ATTRIBUTES


def pass_raw_text(source: str, position: int, name: str, outline: "Outline") -> int:
    """The position at which the text of a script, style or the like ends; -1 if it is ambiguous.

    Within SVG and MathML it is parsed as markup, so the tags in it are counted as open elements.
    """
    end = re.compile(rf"</{name}(?=[\t\n\f\r />])", re.I).search(source, position)
    text = source[position : end.start() if end else len(source)]
    for tag in START.finditer(text):
        outline.push(tag.group(1).lower())
    if name == "script" and "<!--" in text and "<script" in text.lower():
        return -1
    return end.start() if end else len(source)


class Outline:
    """The elements that a parser has open. May contain more: only certain ends are followed."""

    def __init__(self):
        self.names: list[str] = []
        self.places: dict[str, list[int]] = {}
        self.special: list[int] = []  # places of special elements
        self.scopes: list[int] = []  # places of the elements that begin a scope
        self.steps = 0
        self.reopened = 0

    def open(self, name: str, is_empty: bool) -> None:
        self.steps += len(self.names) + 1
        if name in LEAVES_FOREIGN:
            while self.scope_name() in FOREIGN_ROOTS:
                self.pop_to(self.scopes[-1])
        if name in IGNORED or name in VOID_ELEMENTS:
            return
        if is_empty and self.scope_name() in FOREIGN_ROOTS:
            return
        if name in IN_TABLES or name in CELLS:
            while self.scope_name() in CELLS and name != "table":
                self.pop_to(self.scopes[-1])
        if name in CLOSES_PARAGRAPH and self.place("p") >= 0:
            self.pop_to(self.place("p"))
        if name in SIBLINGS:
            self.close_sibling(name)
        if name == "a" and self.place("a") >= 0:
            self.close("a")
        self.push(name)

    def close(self, name: str) -> None:
        self.steps += len(self.names) + 1
        if name in IN_TABLES:
            while self.scope_name() in CELLS:
                self.pop_to(self.scopes[-1])
        if name in ("p", "br"):
            while self.scope_name() in FOREIGN_ROOTS:
                self.pop_to(self.scopes[-1])
        is_scope = name in SCOPES and self.scope_name() == name
        place = self.scopes[-1] if is_scope else self.place(name)
        if place < 0 or name in IGNORED:
            return
        last_special = self.special[-1] if self.special else -1
        if name == "li" and max(self.place("ul"), self.place("ol")) > place:
            return
        if name == "form" and place != len(self.names) - 1:
            return
        if (name not in SPECIAL and name not in FOREIGN_ROOTS) and last_special > place:
            if name in FORMATTING:
                # It is closed, but its place on the stack remains.
                self.places[name].pop()
                self.names[place] = ""
            return
        self.pop_to(place, ended=name)

    def push(self, name: str) -> None:
        place = len(self.names)
        self.names.append(name)
        self.places.setdefault(name, []).append(place)
        if name in SPECIAL:
            self.special.append(place)
        if name in SCOPES:
            self.scopes.append(place)

    def pop_to(self, place: int, ended: str = "") -> None:
        """Close all elements from this place on, then reopen unclosed formatting elements."""
        again: list[str] = []
        while len(self.names) > place:
            name = self.names.pop()
            if not name:
                continue
            self.places[name].pop()
            if self.special and self.special[-1] == len(self.names):
                self.special.pop()
            if self.scopes and self.scopes[-1] == len(self.names):
                self.scopes.pop()
            if name in CLEARS_FORMATTING:
                again.clear()
            elif name in FORMATTING and not (name == ended and len(self.names) == place):
                again.append(name)
        self.reopened += len(again)
        for name in reversed(again):
            self.push(name)

    def place(self, name: str) -> int:
        """The place of the last element of this name in the innermost scope; -1 without one."""
        places = self.places.get(name)
        if places and (not self.scopes or places[-1] > self.scopes[-1]):
            return places[-1]
        return -1

    def scope_name(self) -> str:
        return self.names[self.scopes[-1]] if self.scopes else ""

    def close_sibling(self, name: str) -> None:
        for place in range(
            len(self.names) - 1, max(-1, len(self.names) - MAX_SIBLING_DISTANCE), -1
        ):
            found = self.names[place]
            if found in SIBLINGS[name]:
                self.pop_to(place)
                return
            if found in SPECIAL and found not in ("address", "div", "p"):
                return


def depth(fragment: str, limit: int) -> int:
    """The depth of nested elements in well-formed HTML, counted up to `limit` + 1."""
    deepest = now = 0
    for tag in TAG.finditer(fragment):
        if tag["name"] not in VOID:
            now += -1 if tag["closing"] else 1
            deepest = max(deepest, now)
            if deepest > limit:
                break
    return deepest


def fits_second_parser(fragment: str, deepest: int) -> bool:
    """True if bleach can parse this in reasonable time and stack depth."""
    if fragment.count("<") > 2 * MAX_ELEMENTS or fragment.count("&") > MAX_REFERENCES:
        return False
    return deepest <= MAX_DEPTH
