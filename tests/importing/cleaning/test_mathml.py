"""Formulas stay as MathML that no parser can take for HTML, and their text stays everywhere."""

from itertools import product

import html5lib
import pytest

from entries.importing.cleaning import mathml
from entries.importing.cleaning.sanitizer import sanitize_html
from entries.importing.parsing.feed_data import Text
from entries.lib.plaintext import visible_text

PAGE = "https://blog.example/2024/post"
TEX = r"<annotation encoding='application/x-tex'>E = mc^2 \lt &quot;1&quot;</annotation>"
EINSTEIN = "<mrow><mi>E</mi><mo>=</mo><mi>m</mi><msup><mi>c</mi><mn>2</mn></msup></mrow>"


def clean(source):
    cleaned = sanitize_html(source, PAGE, page=PAGE)
    assert sanitize_html(cleaned.html, PAGE, page=PAGE).html == cleaned.html
    return cleaned.html.removeprefix("<p>").removesuffix("</p>")


@pytest.mark.parametrize(
    "formula",
    [
        "<math><mi>n</mi></math>",
        '<math display="block"><mfrac linethickness="0"><mi>n</mi><mi>k</mi></mfrac></math>',
        "<math><msqrt><mn>2</mn></msqrt><mroot><mi>x</mi><mn>3</mn></mroot></math>",
        '<math><munder><mo movablelimits="false">∑</mo><mi>i</mi></munder></math>',
        "<math><mmultiscripts><mi>C</mi><none></none><mn>6</mn><mprescripts></mprescripts>"
        "<none></none><mn>14</mn></mmultiscripts></math>",
        '<math><mtable columnalign="right left"><mtr><mtd columnspan="2"><mi>a</mi></mtd></mtr>'
        "</mtable></math>",
        '<math><mo stretchy="false" lspace="0.28em">(</mo><mspace width="-0.1667em"></mspace>'
        '<ms>a &lt; b</ms><mtext>if&nbsp;so</mtext><mi mathvariant="bold">x</mi></math>',
        f"<math><semantics>{EINSTEIN}</semantics></math>",
        '<math><menclose notation="updiagonalstrike"><mi>x</mi></menclose></math>',
    ],
)
def test_presentation_mathml_stays_as_it_is(formula):
    assert clean(f"<p>request {formula} bytes</p>") == f"request {formula} bytes"


@pytest.mark.parametrize(
    ("source", "formula"),
    [
        (
            "<mi href='javascript:x' xlink:href=x onclick=x style=x mathcolor=red>x</mi>",
            "<mi>x</mi>",
        ),
        ("<mspace width=99999px /><mi>x</mi>", "<mspace></mspace><mi>x</mi>"),
        ("<mpadded voffset=-900px width=+0.5em><mi>x</mi></mpadded>", None),
        ("<maction actiontype=toggle><mi>a</mi><mi>b</mi></maction>", "<mrow><mi>a</mi></mrow>"),
        ("<mtext>if <b>x</b> and <a href=/y>y</a><br>z</mtext>", "<mtext>if x and y z</mtext>"),
        ("<mrow>bare <mi>x</mi></mrow>", "<mrow><mtext>bare</mtext> <mi>x</mi></mrow>"),
        ("<apply><plus/><ci>x</ci></apply>", "<mtext>x</mtext>"),
        ("<mi>x</mi><annotation-xml encoding=text/html><b>y</b></annotation-xml>", "<mi>x</mi>"),
        ("<mi>x</mi><annotation encoding=text/plain>y</annotation>", "<mi>x</mi>"),
        ("<mlabeledtr><mtd><mn>1</mn></mtd></mlabeledtr>", "<mtr><mtd><mn>1</mn></mtd></mtr>"),
        (
            "<mfenced open='&lt;' separators=';,'>"
            "<mi>a</mi><mi>b</mi><mn>1</mn><mn>2</mn></mfenced>",
            "<mrow><mo>&lt;</mo><mi>a</mi><mo>;</mo><mi>b</mi><mo>,</mo><mn>1</mn><mo>,</mo>"
            "<mn>2</mn><mo>)</mo></mrow>",
        ),
    ],
)
def test_other_mathml_is_rewritten_as_mathml_core_or_removed(source, formula):
    formula = formula or '<mpadded width="+0.5em"><mi>x</mi></mpadded>'

    assert clean(f"<math>{source}</math>") == f"<math>{formula}</math>"


def test_the_tex_of_an_annotation_becomes_the_alternative_text():
    cleaned = clean(f"<math><semantics>{EINSTEIN}{TEX}</semantics></math>")

    tex = r"E = mc^2 \lt &quot;1&quot;"
    assert cleaned == f'<math alttext="{tex}"><semantics>{EINSTEIN}</semantics></math>'


def test_a_formula_that_holds_nothing_leaves_its_alternative_text():
    assert clean("a <math alttext='x &lt; y'></math> b<math></math>") == "a x &lt; y b"


def test_a_formula_that_is_never_closed_takes_nothing_of_what_follows():
    source = "<p>a <math><mi>n</p><p>the <b>rest</b></p><p><math><mi>k</mi></math></p>"

    cleaned = clean(source)

    assert "<math><mi>n</mi></math>" in cleaned
    assert "<p>the <b>rest</b></p>\n<p><math><mi>k</mi></math>" in cleaned


def test_blocks_within_a_formula_follow_it():
    cleaned = clean("<math><mtext><i>a<div>b <b>c</b></div>d</i></mtext><mi>e</mi></math> f")

    assert cleaned == "<math><mtext>a</mtext></math></p>\n<div>b <b>c</b></div>\n<p>de f"


def test_a_text_of_two_thousand_long_formulas_keeps_them_all():
    row = "<msup><mi>x</mi><mn>2</mn></msup>" * 8

    cleaned = clean(f"<p>x <math><mrow>{row}</mrow></math> y</p>" * 2_000)

    assert cleaned.count(f"<math><mrow>{row}</mrow></math> y") == 2_000


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("request <math><mi>n</mi></math> bytes", "request n bytes"),
        ("<math alttext='x^2 &lt; 1'><msup><mi>x</mi><mn>2</mn></msup></math>", "x^2 < 1"),
        (f"is <math><semantics>{EINSTEIN}{TEX}</semantics></math>.", r'is E = mc^2 \lt "1".'),
        (f"<MATH>{EINSTEIN}</MATH>", "E=mc2"),
        ("<math alttext=''><mi>x</mi></math> and <math><mi>y", "x and y"),
        ('<math alttext="a > b"><mi>x</mi></math>', "a > b"),
        ("<math><mi>x</mi><annotation encoding='Maple'>y</annotation></math>", "x"),
        ("<math><mi>x</mi><annotation-xml encoding='text/html'>y</annotation-xml></math>", "x"),
    ],
)
def test_plain_text_says_each_formula_once(source, text):
    assert visible_text(source) == text
    assert visible_text(clean(source)) == text
    assert Text(source, "text/html").plain == text


def test_plain_text_of_damaged_formulas_takes_linear_time():
    # Searching the rest from each of these would take hours.
    for unit in ("<math>", "<math a='", "<math><annotation>", "<annotation", "</math>", '<math "'):
        visible_text(unit * (300_000 // len(unit)))


# Ways in which HTML has come out of formulas, or into them, in other sanitisers.
ESCAPES = [
    "<img src=x onerror=alert(1)>",
    "<script>alert(1)</script>",
    "<style><img src=x onerror=alert(1)></style>",
    "<style><!--</style><img src=x onerror=alert(1)>-->",
    "<!--</math><img src=x onerror=alert(1)>-->",
    "<![CDATA[</math><img src=x onerror=alert(1)>]]>",
    "</math><img src=x onerror=alert(1)>",
    "</p><img src=x onerror=alert(1)>",
    "<a href=javascript:alert(1)>x</a>",
    "<iframe src=javascript:alert(1)></iframe>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<title><p title='</title><img src=x onerror=alert(1)>'></title>",
    "<textarea><p title='</textarea><img src=x onerror=alert(1)>'>",
    "<xmp><p title='</xmp><img src=x onerror=alert(1)>'>",
    "<p title='</math><img src=x onerror=alert(1)>'>",
    "<mi title='</math><img src=x onerror=alert(1)>'>x</mi>",
    '<annotation encoding=tex>&lt;img src=x onerror=alert(1)&gt;" onclick="alert(1)</annotation>',
    "<mfenced open='<img src=x onerror=alert(1)>'><mi>x</mi></mfenced>",
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    "<font color=x><img src=x onerror=alert(1)></font>",
    "<table><td><math><mi><img src=x onerror=alert(1)>",
    "<select><math><style><img src=x onerror=alert(1)></style></math></select>",
    "<form></form><form><mglyph><style></math><img src=x onerror=alert(1)>",
]
PLACES = [
    *("{}", "<mi>{}</mi>", "<mtext>{}</mtext>", "<ms>{}", "<mrow>{}</mrow>", "<mspace>{}</mspace>"),
    "<mtext><mglyph>{}</mglyph></mtext>",
    "<mtext><mglyph><svg><mtext>{}</mtext></svg></mglyph></mtext>",
    "<mi><malignmark>{}</malignmark></mi>",
    "<mtext><table><mglyph>{}</mglyph></table></mtext>",
    "<mtext><table>{}</table></mtext>",
    "<mtext><p>{}</p></mtext>",
    "<mtext><a><table><a>{}</a></table></a></mtext>",
    "<annotation-xml>{}</annotation-xml>",
    "<annotation-xml encoding='text/html'>{}</annotation-xml>",
    "<annotation-xml encoding='application/xhtml+xml'><svg><desc>{}</desc></svg></annotation-xml>",
    "<semantics><annotation encoding='text/html'>{}</annotation></semantics>",
    "<maction actiontype='statusline#http://x'><mi>x</mi><mtext>{}</mtext></maction>",
    "<mtext></math><math><mtext>{}",
    "<mtext></mtext></mi></math>{}<math><mi>",
    "<mi><math><mi>{}</mi></math></mi>",
    "<mtext><svg><foreignObject><math><mi>{}</mi></math></foreignObject></svg></mtext>",
    "<mtext><select>{}</select></mtext>",
    "<mtext><button><p>{}</button></mtext>",
    "<mtext><b><i>{}</b></i></mtext>",
]
AROUND = [
    *("<math>{}</math>", "<math>{}", "<p><math>{}</p>", "<svg><math>{}</math></svg>"),
    *("<form><math><mtext></form>{}", "<table><math>{}</math></table>", "<a><math>{}</a></math>"),
    "<math><mtext><svg></mtext>{}</svg></math>",
]


def is_mathml_alone(element):
    """True if an element of a parsed formula has only MathML Core, and text only in tokens."""
    name = element.tag.removeprefix("{http://www.w3.org/1998/Math/MathML}")
    if name == element.tag or name not in mathml.ELEMENTS:
        return False
    allowed = mathml.ATTRIBUTES.get(name, set()) | {"class", "dir", "id", "lang", "title"}
    texts = [element.text or "", *(inner.tail or "" for inner in element)]
    return (
        set(element.attrib) <= allowed
        and (name in mathml.TOKENS or not "".join(texts).strip())
        and (name not in mathml.TOKENS or len(element) == 0)
        and all(map(is_mathml_alone, element))
    )


def escapes():
    """Every escape in every place, with the surroundings in turn."""
    combined = [
        around.replace("{}", place.replace("{}", escape))
        for place, escape, around in product(PLACES, ESCAPES, AROUND)
    ]
    return combined[::5]


def test_nothing_escapes_from_a_formula_nor_into_one():
    for source in escapes():
        cleaned = sanitize_html(source, PAGE, page=PAGE).html

        tree = html5lib.parseFragment(cleaned, namespaceHTMLElements=False)
        for element in tree.iter():
            assert not element.tag.startswith("{") or is_mathml_alone(element), source
            assert element.tag not in ("script", "style", "svg", "iframe"), source
            assert not any(name.startswith("on") for name in element.attrib), source
            assert "javascript" not in element.get("href", ""), source
        assert sanitize_html(cleaned, PAGE, page=PAGE).html == cleaned, source
