"""Formulas (MathML) in HTML as plain text: their alternative text or their TeX."""

import html
import re
from collections.abc import Iterator

from .characters import unescape

# A quoted value may contain `>`. The alternatives begin with different characters, so an
# unclosed tag takes linear time.
REST_OF_TAG = r"""((?>[^<>"']|"[^"]*"|'[^']*')*+)>"""
START = re.compile(rf"<math(?=[\s/>]){REST_OF_TAG}", re.I)
END = re.compile(r"</math[^<>]*>", re.I)
ALTERNATIVE = re.compile(r"""\salttext\s*=\s*(?:"([^"]*)"|'([^']*)')""", re.I)
ANNOTATION = re.compile(rf"<annotation(?:-xml)?(?=[\s/>]){REST_OF_TAG}", re.I)
ANNOTATION_END = re.compile(r"</annotation(?:-xml)?[^<>]*>", re.I)
ENCODING = re.compile(r"""\sencoding\s*=\s*["']?([^"'\s]*)""", re.I)
TEX = re.compile("tex(?!t)", re.I)


def has_formulas(fragment: str) -> bool:
    return "<math" in fragment or "<MATH" in fragment


def formulas_as_text(fragment: str) -> str:
    """Replace each formula by its escaped `alttext`, else by the TeX of an annotation.

    A formula without either keeps its own tags, which the caller strips with all others.
    Takes time linear in the length.
    """
    parts: list[str] = []
    end = 0
    for start, inside, after in find_formulas(fragment):
        parts += (
            fragment[end : start.start()],
            formula_text(start[1], fragment[inside[0] : inside[1]]),
        )
        end = after
    return "".join([*parts, fragment[end:]])


def find_formulas(fragment: str) -> Iterator[tuple[re.Match[str], tuple[int, int], int]]:
    """Find each start tag of a formula, the bounds of its content, and the end of its end tag."""
    position = 0
    while start := START.search(fragment, position):
        end = END.search(fragment, start.end())
        if end is None:
            return
        yield start, (start.end(), end.start()), end.end()
        position = end.end()


def formula_text(attributes: str, inside: str) -> str:
    stated = ALTERNATIVE.search(attributes)
    if stated and (text := (stated[1] or stated[2] or "").strip()):
        return as_html(text)
    shown: list[str] = []
    end = 0
    while annotation := ANNOTATION.search(inside, end):
        shown.append(inside[end : annotation.start()])
        closed = ANNOTATION_END.search(inside, annotation.end())
        end = closed.end() if closed else len(inside)
        text = inside[annotation.end() : closed.start() if closed else end].strip()
        encoding = ENCODING.search(annotation[1])
        if text and encoding and TEX.search(encoding[1]):
            return as_html(text)
    return "".join([*shown, inside[end:]])


def as_html(text: str) -> str:
    return html.escape(unescape(text), quote=False)
