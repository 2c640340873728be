"""The sanitizer's output is clean, well-formed and stable for any input."""

import html5lib
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from entries.importing.cleaning import mathml
from entries.importing.cleaning.allowlist import (
    ATTRIBUTES,
    CLASSES,
    IMAGE_DATA_URL,
    SCHEME,
    SCHEMES,
    TAGS,
    allowed_classes,
)
from entries.importing.cleaning.sanitizer import (
    FRAME_ATTRIBUTES,
    PLAYER,
    html_from_text,
    sanitize_html,
)
from entries.lib.characters import strip_controls
from entries.lib.plaintext import squeeze, visible_text

BASE = "https://blog.example/2024/"
NAMES = [
    *sorted(TAGS),
    *("script", "style", "svg", "math", "mtext", "mglyph", "desc", "foreignObject", "template"),
    *("noscript", "iframe", "object", "embed", "form", "input", "select", "option", "button"),
    *("textarea", "title", "marquee", "font", "nobr", "applet", "plaintext", "xmp", "noembed"),
    *("frameset", "body", "html", "head", "base", "meta", "link", "annotation-xml", "image"),
]
URLS = [
    *("https://a.example/?b=1&c=2", "/x", "../y", "#z", "//c.example/", "", " ", "mailto:a@b.c"),
    *("javascript:alert(1)", "JaVa\tScript:alert(1)", "\x01javascript:x", "java&#10;script:x"),
    *("vbscript:x", "data:text/html,<b>", "data:image/png;base64,AAAA", "data:image/svg+xml,x"),
    *("https://www.youtube.com/embed/dQw4w9WgXcQ", "https://youtu.be/dQw4w9WgXcQ"),
    *("http://[", "https://a.example/\"onx='", "https://a.example/<b>", "x:y", "&colon;"),
]
TEXTS = [
    *("text", " ", "\n", "\n\n", "a > b", "a < b", "&amp;lt;", "&lt;b&gt;", "&nbsp;", "&", "&#0;"),
    *("&#1;", "&#x1f;", "&#129", "&#xfffe;", "&#&#1;1;", "&#13;", "&#0;0;"),
    *("&#x80;", "\x00", "\x0b", "\ufffe", "\ud800", "“curly” —", "日本", "<", "<!", "</", "]]>"),
    *("<!-- c -->", "<!--", "-->", "<![CDATA[x]]>", "<?pi?>", "<!doctype html>", "\r\n", "\t"),
]
PLAIN_TEXTS = ["text", " ", "\n", "a &gt; b", "&lt;b&gt;", "&amp;lt;", "“curly” —", "日本"]
ATTRIBUTE_NAMES = [
    *("href", "src", "cite", "poster", "title", "class", "lang", "alt", "width", "colspan"),
    *("allowfullscreen", "sandbox", "loading", "data-src", "sizes"),
    *("onclick", "onerror", "style", "srcset", "id", "name", "xlink:href", "formaction", "start"),
]
VALUES = [
    *URLS,
    *TEXTS,
    "pl-k evil",
    "nf",
    "token string",
    "hljs-title function_ x",
    "language-c++",
    "12",
    "-3",
    "1e9",
    "'",
    '"',
    "`",
    "=x",
]

attributes = st.builds(
    "{}={}{}{}".format,
    st.sampled_from(ATTRIBUTE_NAMES),
    quote := st.sampled_from(['"', '"', '"', "'", ""]),
    st.sampled_from(VALUES),
    quote,
)
start_tags = st.builds(
    lambda name, given, end: f"<{name} {' '.join(given)}{end}",
    st.sampled_from(NAMES),
    st.lists(attributes, max_size=2),
    st.sampled_from([">", ">", ">", ">", "/>", "", " "]),
)
end_tags = st.builds("</{}>".format, st.sampled_from(NAMES))
fragments = st.lists(start_tags | end_tags | st.sampled_from(TEXTS), max_size=14).map("".join)

MATHML = "{http://www.w3.org/1998/Math/MathML}"
FORMULA_NAMES = [
    *sorted(mathml.ELEMENTS | mathml.REWRITTEN),
    *("math", "math", "mi", "mtext", "mglyph", "malignmark", "annotation-xml", "apply", "ci"),
    *("svg", "title", "desc", "foreignObject", "text", "p", "b", "a", "table", "img", "style"),
    *("script", "select", "br", "span", "td", "li", "h2", "object", "font", "div", "form"),
]
FORMULA_ATTRIBUTES = [
    *(
        " display=block",
        " alttext='x < y\" z>'",
        " encoding=x-tex",
        " encoding=text/html",
    ),
    *(" href=javascript:alert(1)", " open='<' close=''", " separators=';,'", " width=99999px"),
    *(" mathvariant=bold", " xlink:href=javascript:x", " onclick=x", " class=k", " id=x"),
    *(" color=red", " style=color:red", " size=3", " definitionURL=x", ""),
]
formula_tags = st.builds(
    "<{}{}{}>".format,
    st.sampled_from(FORMULA_NAMES),
    st.sampled_from(FORMULA_ATTRIBUTES),
    st.sampled_from(["", "", "", "/"]),
)
formulas = st.lists(
    formula_tags
    | st.builds("</{}>".format, st.sampled_from(FORMULA_NAMES))
    | st.sampled_from(TEXTS),
    min_size=1,
    max_size=14,
).map(lambda parts: "<math>" + "".join(parts))

VOID = {"br", "col", "hr", "img", "source", "wbr"}
LOOSE = {"caption", "colgroup", "col", "tbody", "td", "tfoot", "th", "thead", "tr"} | {"rp", "rt"}
HEADINGS = {f"h{level}" for level in range(1, 7)}
INLINE = sorted({"abbr", "b", "cite", "code", "del", "em", "i", "ins", "kbd", "q", "span", "sub"})


def element(name, inside):
    return f"<{name}>{inside}</{name}>"


inline = st.recursive(
    st.sampled_from(PLAIN_TEXTS),
    lambda inner: (
        st.builds(element, st.sampled_from(INLINE), inner)
        | st.lists(inner, max_size=3).map("".join)
    ),
    max_leaves=6,
)
blocks = st.recursive(
    st.builds(element, st.sampled_from(["p", "h2", "pre", "div"]), inline),
    lambda inner: (
        st.builds(element, st.sampled_from(["blockquote", "div", "section", "article"]), inner)
        | st.lists(inner, max_size=3).map("".join)
        | st.lists(inner, max_size=3).map(lambda rows: element("ul", "".join(map(li, rows))))
    ),
    max_leaves=6,
)


def li(inside):
    return element("li", inside)


def parsed(source):
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    tree = parser.parseFragment(source, container="div")
    return tree, [(code, where) for where, code, _ in parser.errors]


def text_within(node):
    return "".join([node.text or "", *(inner.tail or "" for inner in node)]).strip()


@settings(max_examples=5 * settings.default.max_examples)
@given(fragments | formulas | st.tuples(formulas, fragments, formulas).map("".join))
@example("<p><button><p>x</button>")
@example("<a href=/1><object><a href=/2>x</a></object></a>")
@example('<hr title="a>b"><p>x')
@example("<math><mtext><table><mglyph><style><!--</style><img title='--><img src=x onerror=x>'>")
@example("<svg></p><style><a title='</style><img src=x onerror=x>'>")
@example("<noscript><p title='</noscript><img src=x onerror=x>'>")
@example("<pre>\n\n\nx</pre><pre>\n</pre><pre>&#10;x</pre>")
@example("<table><p>x<tr><td>y</table><table>z")
@example("<select><p>x<table><tr><td>y</select>")
@example("<ruby><b><rt>x</b></ruby>")
@example("<h1><button><h2>x</h2></button></h1>")
@example("<ul><button><li>x<li>y</button></ul>")
def test_the_output_is_clean_well_formed_and_stable(source):
    cleaned = sanitize_html(source, BASE)

    tree, errors = parsed(cleaned.html)
    assert errors == []
    assert strip_controls(cleaned.html) == cleaned.html
    assert not any((text or "").strip() for text in [tree.text, *(node.tail for node in tree)])
    code = {inner for name in ("pre", "code") for node in tree.iter(name) for inner in node.iter()}
    for node in tree.iter():
        if node.tag == "DOCUMENT_FRAGMENT":
            continue
        if node.tag.startswith(MATHML):
            node.tag = node.tag.removeprefix(MATHML)
            assert node.tag in mathml.ELEMENTS
            assert {inner.tag for inner in node} <= {MATHML + name for name in mathml.ELEMENTS}
            assert node.tag in mathml.TOKENS or not text_within(node)
            assert node.tag not in mathml.TOKENS or len(node) == 0
        else:
            assert node.tag in TAGS - mathml.ELEMENTS
        assert not (node.tag == "span" and not node.attrib)
        assert not (node.tag == "p" and len(node) == 0 and not (node.text or "").strip())
        for name, value in node.attrib.items():
            assert name in ATTRIBUTES["*"] | ATTRIBUTES.get(node.tag, set())
            if name == "class":
                assert value == allowed_classes(value)
                assert node in code or all(CLASSES.fullmatch(word) for word in value.split())
            if node.tag == "iframe" and name in FRAME_ATTRIBUTES:
                assert value == FRAME_ATTRIBUTES[name]
            if node.tag == "iframe" and name == "src":
                assert PLAYER.fullmatch(value)
            if name in ("href", "src", "cite", "poster"):
                scheme = SCHEME.match(value)
                assert scheme
                assert scheme.group().lower() in SCHEMES or IMAGE_DATA_URL.match(value)
    again = sanitize_html(cleaned.html, BASE)
    assert again.html == cleaned.html
    assert again.removed == []


# Each example takes as long as many others.
@pytest.mark.exhaustive
@settings(max_examples=settings.default.max_examples // 2)
@given(fragments)
@example("<center><h1><button><h4><code>")
@example("<p><select><div>")
def test_a_text_too_long_for_two_parsers_is_as_clean_and_stable(source):
    cleaned = sanitize_html("<p>" + "<i>x</i>" * 3_001 + "</p>" + source, BASE)

    assert any("by one parser" in reason for reason in cleaned.removed)
    assert parsed(cleaned.html)[1] == []
    assert sanitize_html(cleaned.html, BASE).html == cleaned.html


@settings(max_examples=5 * settings.default.max_examples)
@given(blocks)
def test_allowed_markup_keeps_every_word(source):
    assert visible_text(sanitize_html(source, BASE).html) == visible_text(source)


@settings(max_examples=5 * settings.default.max_examples)
@given(st.text())
def test_plain_text_is_text_and_nothing_else(text):
    html = html_from_text(text)

    tree, errors = parsed(html)
    assert errors == []
    assert {node.tag for node in tree.iter()} <= {"DOCUMENT_FRAGMENT", "p", "br"}
    assert visible_text(html) == squeeze(text)
