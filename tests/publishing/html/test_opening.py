"""The opening of a long text in a list, and the levels of a text's headings."""

import html5lib
import pytest

from entries.publishing.html.opening import opening, whole

PARAGRAPH = f"<p>{'word ' * 50}</p>"


def test_a_short_text_stands_whole():
    assert opening(PARAGRAPH * 3) == (PARAGRAPH * 3, False)


def test_a_long_text_is_cut_between_its_blocks():
    assert opening(PARAGRAPH * 9) == (PARAGRAPH * 2, True)


def test_the_first_block_stands_even_where_it_is_long():
    first = f"<p>{'word ' * 300}</p>"

    assert opening(first + PARAGRAPH) == (first, True)


def test_an_endless_first_block_is_shown_by_its_first_words():
    html, is_cut = opening(f"<div><p>{'a &lt;b&gt; ' * 500}</p><p>More.</p></div>")

    assert is_cut
    assert html.startswith("<p>a &lt;b&gt; a &lt;b&gt;")
    assert html.endswith(" …</p>")
    assert len(html.split()) <= 122


def test_an_endless_text_without_spaces_is_shown_by_its_first_letters():
    html, is_cut = opening(f"<p>{'字' * 9000}</p>")

    assert is_cut
    assert len(html) < 1000


def test_an_opening_ends_where_the_next_section_begins():
    text = f"{PARAGRAPH}<h2>Section</h2>{PARAGRAPH * 5}"

    assert opening(text) == (PARAGRAPH, True)


def test_an_opening_does_not_end_behind_a_heading():
    text = f"<p>Few words.</p><h2>Section</h2><pre>{'word ' * 150}</pre>{PARAGRAPH}"

    assert opening(text) == ("<p>Few words.</p>", True)


@pytest.mark.parametrize(
    "text",
    [
        f"<p title=\"a > b\">{'word ' * 90}</p><p title='</p>'>{'word ' * 90}</p><p>End.</p>",
        f"<ul><li>{'word ' * 90}<br></li></ul><hr><img alt='>'><p>{'word ' * 90}</p>",
        f"bare {'word ' * 90}<em>text</em> {'word ' * 90}<p>End.</p>",
        f"</p>{'word ' * 200}<p>not closed",
        f"{'word ' * 200}",
        "<p>" * 400,
        f"<table><tbody><tr><td>{'word ' * 90}</td></tr></tbody></table>{PARAGRAPH * 4}",
    ],
)
def test_an_opening_is_well_formed_where_the_text_is(text):
    def is_well_formed(fragment):
        parser = html5lib.HTMLParser()
        parser.parseFragment(fragment)
        return not parser.errors

    shown = opening(text).html

    assert is_well_formed(shown) or not is_well_formed(text)


@pytest.mark.parametrize(
    ("text", "below", "shown"),
    [
        ("<h1>A</h1><h2>B</h2>", 1, "<h2>A</h2><h3>B</h3>"),
        ("<h4>A</h4><h2>B</h2><h6>C</h6>", 1, "<h2>A</h2><h2>B</h2><h3>C</h3>"),
        ('<h3 id="x">A</h3><h3>B</h3>', 3, '<h4 id="x">A</h4><h4>B</h4>'),
        ("<h1>A</h1><h2>B</h2><h3>C</h3><h4>D</h4>", 3, "<h4>A</h4><h5>B</h5><h6>C</h6><h6>D</h6>"),
        ("<hr><p>h1 &lt;h1></p>", 1, "<hr><p>h1 &lt;h1></p>"),
    ],
)
def test_headings_go_below_those_of_the_page(text, below, shown):
    assert whole(text, below) == shown


def test_what_scrolls_can_be_reached_by_the_keyboard():
    assert whole("<pre>x</pre><p>y</p>", below=1) == '<pre tabindex="0">x</pre><p>y</p>'
    formula = '<math alttext="x" display="block"><mi>x</mi></math><math><mi>y</mi></math>'
    assert whole(formula, below=1) == formula.replace("<math alt", '<math tabindex="0" alt')
