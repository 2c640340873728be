"""Renaming of elements that nh3 would misread or drop, before the first pass."""

import html
import re

FRAME = re.compile(r"<(/?)(?=(?:iframe|noscript)[\s/>])", re.I)
NUL = re.compile(r"&#(?:0+(?![0-9])|[xX]0+(?![0-9a-fA-F]));?")
NAME = re.compile(r"</?([a-zA-Z][a-zA-Z0-9-]*)")
TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9-]*)(?=[\s/>])")
FOREIGN = frozenset(["math", "svg"])
# Outside <svg> and <math>, nh3 drops an element that has a name of SVG or MathML, and all its
# text: after an unescaped `vector<int>` the rest of the paragraph would be lost.
SVG_NAMES = (
    "animate circle defs desc discard ellipse filter g line marker mask metadata mpath path "
    "pattern polygon polyline rect set stop switch symbol text tspan use view"
)
MATHML_NAMES = (
    "abs and annotation annotation-xml apply approx arccos arccosh arccot arccoth arccsc arcsin "
    "arctan arg bind bvar card cartesianproduct cbytes ceiling cerror ci cn codomain complexes "
    "compose condition conjugate cos cosh cot coth cs csc csch csymbol curl declare degree "
    "determinant diff divergence divide domain domainofapplication emptyset eq equivalent "
    "eulergamma exists exp exponentiale factorial factorof false floor fn forall gcd geq grad gt "
    "ident imaginary imaginaryi implies in infinity int integers intersect interval inverse "
    "lambda laplacian lcm leq limit list ln log logbase lowlimit lt maction maligngroup "
    "malignmark matrix matrixrow max mean median menclose merror mfenced mfrac mglyph mi min "
    "minus mlabeledtr mlongdiv mmultiscripts mn mo mode moment momentabout mover mpadded "
    "mphantom mprescripts mroot mrow ms mscarries mscarry msgroup msline mspace msqrt msrow "
    "mstack mstyle msub msubsup msup mtable mtd mtext mtr munder munderover naturalnumbers neq "
    "none not notanumber notin notprsubset notsubset or otherwise outerproduct partialdiff pi "
    "piece piecewise plus power primes product prsubset quotient rationals real reals reln rem "
    "root scalarproduct sdev sec sech selector semantics sep set setdiff share sin sinh subset "
    "sum tan tanh tendsto times transpose true union uplimit variance vector vectorproduct xor"
)
STRAY = frozenset(f"{SVG_NAMES} {MATHML_NAMES}".split())
EQUIVALENTS = {"amp-img": "img", "dir": "ul", "menu": "ul"}
# The sanitizer removes these tags; a line break keeps the words on both sides apart.
SEPARATED = frozenset(
    ["dialog", "fieldset", "form", "legend", "listing", "optgroup", "option", "select"]
)
RENAMED = STRAY | SEPARATED | EQUIVALENTS.keys()
# MathJax reads formulas from such scripts, and kramdown writes them.
SCRIPT = re.compile(r"<script(?=[\s/])([^<>]*+)>", re.I)
TEX = re.compile(r"\btype\s*=\s*[\"']?math/tex([^\"']*)", re.I)
SCRIPT_END = re.compile(r"</script[^<>]*>", re.I)
CDATA = re.compile(r"^\s*%\s*<!\[CDATA\[\s*|\s*%\s*\]\]>\s*$")


def with_stand_ins(source: str) -> str:
    """Give frames, `noscript` and misread elements names for which nh3 has no rules.

    Also removes references to NUL, which a parser would show as U+FFFD, and writes the TeX of
    a formula in place of the script that holds it.
    """
    if "&#" in source:
        source = NUL.sub("", source)
    if "math/tex" in source:
        source = with_tex(source)
    return rename_strays(FRAME.sub(r"<\1x-", source))


def with_tex(source: str) -> str:
    parts: list[str] = []
    end = 0
    position = 0
    while start := SCRIPT.search(source, position):
        position = start.end()
        stated = TEX.search(start[1])
        if stated is None:
            continue
        closed = SCRIPT_END.search(source, start.end())
        if closed is None:
            break
        tex = CDATA.sub("", source[start.end() : closed.start()]).strip()
        opening, closing = (r"\[", r"\]") if "display" in stated[1] else (r"\(", r"\)")
        shown = f"{opening}{html.escape(tex, quote=False)}{closing}" if tex else ""
        parts += source[end : start.start()], shown
        end = position = closed.end()
    return "".join([*parts, source[end:]])


def rename_strays(source: str) -> str:
    """Rename old elements to their equivalents, and stray ones of SVG and MathML to unknown ones.

    Inserts line breaks between the words of blocks whose tags the sanitizer removes.
    """
    if RENAMED.isdisjoint({name.lower() for name in NAME.findall(source)}):
        return source
    depth = 0

    def rename(tag: re.Match[str]) -> str:
        nonlocal depth
        name = tag[2].lower()
        if name in FOREIGN:
            depth = max(0, depth + (-1 if tag[1] else 1))
        if name in STRAY and not depth:
            return f"<{tag[1]}x-{tag[2]}"
        if name in EQUIVALENTS:
            return f"<{tag[1]}{EQUIVALENTS[name]}"
        return f"\n{tag.group()}" if name in SEPARATED else tag.group()

    return TAG.sub(rename, source)
