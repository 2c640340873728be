"""Classes that syntax highlighters give to tokens: kept within code, removed elsewhere."""

import re

from entries.lib.html_tags import REST_OF_TAG, read_attributes, write_tag

# Pygments, and with it Rouge, Chroma and Jekyll (pygments.token.STANDARD_TYPES).
PYGMENTS = (
    "bp c c1 ch cm cp cpf cs dl err esc fm g gd ge ges gh gi gl go gp gr gs gt gu hll il k kc kd "
    "kn kp kr kt l ld lineno m mb mf mh mi mo n na nb nc nd ne nf ni nl nn no normal nt nv nx o "
    "ow p pi pm py s s1 s2 sa sb sc sd se sh si special sr ss sx vc vg vi vm w x"
)
# Words that Prism writes beside `token`. Without it they could mean anything.
PRISM = (
    "annotation assign-left atrule attr-equals attr-name attr-value bold boolean builtin cdata "
    "char class-name color combinator comment console constant control-flow decorator deleted "
    "directive doctype dom entity environment exports file-path format-spec function "
    "function-variable generic-function generics hexcode id imports important inserted "
    "interpolation interpolation-punctuation italic key keyword known-class-name label "
    "lifetime-annotation literal-property macro maybe-class-name method module namespace number "
    "operator parameter plain-text prolog property property-access pseudo-class pseudo-element "
    "punctuation regex regex-delimiter regex-flags regex-source rule script selector "
    "shell-symbol spread string string-interpolation string-property symbol tag "
    "template-punctuation template-string triple-quoted-string unit url variable"
)
TOKENS = frozenset(PYGMENTS.split())
PRISM_TOKENS = frozenset(PRISM.split())
# highlight.js, with its sub-scopes such as `function_` and `inherited__`.
HIGHLIGHT_JS = re.compile(
    r"hljs(?:-[a-z][a-z_-]{0,30})?"
    r"|(?:class|constant|escape|function|inherited|invoke|language)_{1,2}"
)

CODE = frozenset(["code", "pre"])
SPAN = re.compile(rf"<(?P<closing>/?)(?P<name>[a-z][a-z0-9]*)(?P<rest>-?{REST_OF_TAG})")
CLASS = re.compile(r' class="([^"]*)"')


def token_classes(words: list[str]) -> set[str]:
    """The words of a `class` attribute that a highlighter uses for tokens."""
    found = {word for word in words if word in TOKENS or HIGHLIGHT_JS.fullmatch(word)}
    return found | ({"token", *words} & {"token", *PRISM_TOKENS} if "token" in words else set())


def tidy_spans(fragment: str) -> str:
    """Remove token classes outside of code, and spans without attributes, from well-formed HTML."""
    classes = CLASS.findall(fragment)
    if "<span>" not in fragment and not any(token_classes(words.split()) for words in set(classes)):
        return fragment
    parts: list[str] = []
    spans: list[bool] = []  # for each open span: True if it stays
    end = depth = 0
    for tag in SPAN.finditer(fragment):
        name, written = tag["name"], tag.group()
        if name in CODE:
            depth += -1 if tag["closing"] else 1
        elif not depth and not tag["closing"] and ' class="' in written:
            written = without_tokens(written)
        if name == "span" and tag["rest"][0] in " >":
            if tag["closing"]:
                stays = spans.pop() if spans else False
            else:
                stays = written != "<span>"
                spans.append(stays)
            written = written if stays else ""
        if written != tag.group():
            parts += fragment[end : tag.start()], written
            end = tag.end()
    return "".join([*parts, fragment[end:]])


def without_tokens(tag: str) -> str:
    name, attributes = tag[1:].partition(" ")[0], read_attributes(tag)
    words = attributes.get("class", "").split()
    tokens = token_classes(words)
    if not tokens:
        return tag
    attributes["class"] = " ".join(word for word in words if word not in tokens)
    if not attributes["class"]:
        del attributes["class"]
    return write_tag(name, attributes)
