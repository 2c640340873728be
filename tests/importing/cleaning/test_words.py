"""Text survives when its markup is removed: drawings, unknown elements, scripts with TeX."""

import pytest

from entries.importing.cleaning.sanitizer import sanitize_html
from entries.lib.characters import strip_controls
from entries.lib.plaintext import visible_text

PAGE = "https://blog.example/2024/post"


def clean(source, page=PAGE):
    cleaned = sanitize_html(source, page, page=page)
    assert sanitize_html(cleaned.html, page, page=page).html == cleaned.html
    return cleaned.html.removeprefix("<p>").removesuffix("</p>")


@pytest.mark.parametrize(
    ("source", "left"),
    [
        ("<svg><title>Sales</title><path d='M0 0'/></svg>", "Sales"),
        ("<svg><title>T</title><desc>D</desc><g><text>a</text><text>b</text></g></svg>", "T D a b"),
        ("<svg><text>H<tspan dy=1>2</tspan>O</text></svg>", "H2O"),
        ("<svg><text>one<tspan x=0>two</tspan></text></svg>", "one two"),
        ("<svg><style>a{}</style><script>x</script><text>&lt;b&gt;</text></svg>", "&lt;b&gt;"),
        ("<svg role=img aria-label='A chart'><path d='M0 0'/></svg>", "A chart"),
        ("a<svg><title>T</title></svg>b", "a T b"),
        ("<svg><g><svg><text>in</text></svg></g></svg> out", "in out"),
        ("<svg><a xlink:href=javascript:x><text>x</text></a></svg>", "x"),
        ("<svg aria-hidden=true><title>T</title></svg>x", "x"),
        ("<svg role=presentation><title>T</title></svg>x", "x"),
        ("<svg style='display:none'><title>T</title></svg>x", "x"),
        ("<svg><defs><text>T</text></defs><symbol><title>T</title></symbol></svg>x", "x"),
        ("<svg viewBox='0 0 24 24'><path d='M0 0'/></svg>x", "x"),
        ("<title>Of a document</title>x<svg><title>y</title></svg>", "x y"),
    ],
)
def test_the_words_of_a_drawing_stay(source, left):
    assert clean(source) == left


def test_an_icon_does_not_repeat_the_text_beside_it():
    source = '<a href="/x"><svg><title>GitHub</title></svg> <b>GitHub</b></a>'

    assert clean(source) == '<a href="https://blog.example/x"> <b>GitHub</b></a>'


@pytest.mark.parametrize("size", ["viewBox='0 0 800 400'", "width=300 height=200"])
def test_a_drawing_without_words_is_a_link_to_the_original(size):
    drawing = f"<svg {size}><path d='M0 0'/></svg>"

    assert clean(drawing) == f'<a href="{PAGE}">Drawing on the original page</a>'
    assert clean(drawing, page="") == ""
    assert clean(f"<a href=/x>{drawing}y</a>") == '<a href="https://blog.example/x">y</a>'


def test_html_in_a_drawing_keeps_its_blocks():
    source = "<svg aria-hidden=true><foreignObject><div>A <b>b</b></div></foreignObject></svg>"

    assert clean(source) == "<div>A <b>b</b></div>"


@pytest.mark.parametrize(
    ("source", "left"),
    [
        ("vector<int> and <b>more</b>", "vector and <b>more</b>"),
        ("List<set> x <SET>y</SET>", "List x y"),
        ("a <text>b</text> <mi>c</mi> <use>d</use>", "a b c d"),
        ("map<int> <svg><text>x</text></svg> list<text> y", "map x list y"),
        ("<my-element>a</my-element><o:p>b</o:p>", "ab"),
        ("<canvas>a</canvas> <object data=x>b</object> <textarea>c</textarea>", "a b c"),
        ("<noscript>a <b>b</b></noscript>", "a <b>b</b>"),
        ("<select><option>a<option>b</select>c", "a\nb\nc"),
        ("<fieldset><legend>a</legend>b</fieldset>", "a\nb"),
        ("<menu><li>a</menu>", "<ul><li>a</li></ul>"),
        ("<amp-img src=/a.png alt=A></amp-img>", '<img src="https://blog.example/a.png" alt="A">'),
        ("<marquee>a</marquee> <output>b</output> <button>c</button>", "a b c"),
    ],
)
def test_an_element_that_is_not_allowed_leaves_its_words(source, left):
    assert clean(source) == left


@pytest.mark.parametrize(
    ("source", "left"),
    [
        ('<script type="math/tex">x^2 < y</script>.', r"\(x^2 &lt; y\)."),
        ("<script type='math/tex; mode=display'>x</script>", r"\[x\]"),
        ("<script type=math/tex>% <![CDATA[ a & b %]]></script>", r"\(a &amp; b\)"),
        ("<script type=math/tex></b><img src=x onerror=alert(1)></script>", None),
        ("<script type=math/tex>x", ""),
        ("<script>math/tex</script>", ""),
    ],
)
def test_a_script_that_is_a_formula_is_shown_as_tex(source, left):
    assert clean(source) == (
        r"\(&lt;/b&gt;&lt;img src=x onerror=alert(1)&gt;\)" if left is None else left
    )


@pytest.mark.parametrize(
    ("reference", "left"),
    [
        *(("&#1;", ""), ("&#x1f;", ""), ("&#1", ""), ("&#0;", ""), ("&#x00", ""), ("&#11;", "")),
        *(("&#127;", ""), ("&#129;", ""), ("&#xfffe;", ""), ("&#x1ffff;", ""), ("&#xfdd0;", "")),
        *(("&#128;", "€"), ("&#x93;", "“"), ("&#159;", "Ÿ"), ("&#13;", "\n"), ("&#10;", "\n")),
        *(("&#&#1;1;", "&amp;#1;"), ("&amp;#1;", "&amp;#1;"), ("&#00065;", "A"), ("&#x0041", "A")),
    ],
)
def test_references_to_control_characters_leave_none(reference, left):
    cleaned = clean(f'a{reference}z <abbr title="{reference}z">c</abbr>')

    assert cleaned == f'a{left}z <abbr title="{left}z">c</abbr>'
    assert strip_controls(cleaned) == cleaned


def test_a_control_character_makes_no_script_of_an_address():
    assert clean('<a href="java&#1;script:alert(1)">x</a>') == "<a>x</a>"
    assert clean('<a href="&#1;javascript:alert(1)">x</a>') == "<a>x</a>"


def test_a_frame_without_a_title_is_dropped():
    source = '<p>One.</p><iframe src="https://frames.example/a?b=1"></iframe><p>Two.</p>'

    cleaned = sanitize_html(source, PAGE)

    assert cleaned.html == "<p>One.</p>\n<p>Two.</p>"
    assert cleaned.removed == ["1 × <iframe> without a title"]


def test_a_frame_without_a_title_becomes_a_link_if_the_text_has_nothing_else():
    cleaned = sanitize_html('<p><iframe src="https://frames.example/a"></iframe></p>', PAGE)

    assert cleaned.html == '<p><a href="https://frames.example/a">frames.example/a</a></p>'
    assert cleaned.removed == ["1 × <iframe>, now a link"]


def test_a_reference_of_thousands_of_digits_is_read():
    for reference in ("&#" + "0" * 5_000 + ";", "&#" + "9" * 5_000 + ";", "&#x" + "9" * 5_000):
        source = f"<p>a {reference} b</p>"

        assert visible_text(source).replace("\ufffd ", "") == "a b"
        assert visible_text(clean(source)).replace("\ufffd ", "") == "a b"
