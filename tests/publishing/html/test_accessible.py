"""Repairs of foreign HTML for screen readers and keyboards."""

import html5lib
import pytest
from hypothesis import given
from hypothesis import strategies as st

from entries.importing.cleaning.sanitizer import sanitize_html
from entries.publishing.entry_page.reading_time import TAG
from entries.publishing.html.accessible import make_accessible


@pytest.mark.parametrize(
    ("foreign", "repaired"),
    [
        ('<p><img src="x"></p>', '<p><img alt="" src="x"></p>'),
        ('<p><img src="a>b" alt="A"></p>', '<p><img src="a>b" alt="A"></p>'),
        (
            '<p><a href="https://example.org/a?b=1&amp;c"></a></p>',
            '<p><a aria-label="example.org" href="https://example.org/a?b=1&amp;c"></a></p>',
        ),
        (
            '<a href="mailto:a@b.example"><i> </i></a>',
            '<a aria-label="mailto:a@b.example" href="mailto:a@b.example"><i> </i></a>',
        ),
        (
            '<a href="https://example.org/"><img alt="" src="x"></a>',
            '<a aria-label="example.org" href="https://example.org/"><img alt="" src="x"></a>',
        ),
        ('<a href="x"><img alt="A" src="x"></a>', '<a href="x"><img alt="A" src="x"></a>'),
        ('<a href="x" title="T"></a>', '<a href="x" title="T"></a>'),
        ('<a href="x">y</a><a>z</a>', '<a href="x">y</a><a>z</a>'),
        ('<a href="http://["></a>', '<a aria-label="http://[" href="http://["></a>'),
        (
            '<iframe src="https://player.vimeo.com/video/1" title=""></iframe>',
            '<iframe title="From player.vimeo.com" src="https://player.vimeo.com/video/1"></iframe>',
        ),
        ('<iframe src="x" title="T"></iframe>', '<iframe src="x" title="T"></iframe>'),
        (
            "<details><summary> </summary></details>",
            "<details><summary>Details</summary></details>",
        ),
        ('<main class="cite"><nav>x</nav></main>', '<div class="cite"><div>x</div></div>'),
        ('<table><tr><td headers="a b">1</td></tr></table>', "<table><tr><td>1</td></tr></table>"),
        ('<th scope="all">1</th><th scope="row">2</th>', '<th>1</th><th scope="row">2</th>'),
        ('<p dir="ltr" lang="english">x</p>', '<p dir="ltr">x</p>'),
        ('<p lang="en_GB">lang="en_GB"</p>', '<p lang="en-GB">lang="en_GB"</p>'),
    ],
)
def test_what_is_lacking_is_put_in_and_what_means_nothing_goes(foreign, repaired):
    assert make_accessible(foreign) == repaired


@pytest.mark.parametrize(
    ("foreign", "repaired"),
    [
        ("<ul><li>a</li> <li>b</li></ul>", "<ul><li>a</li> <li>b</li></ul>"),
        ("<ul><p>a</p>b<br></ul>", "<ul><li><p>a</p></li><li>b</li><li><br></li></ul>"),
        ("<ul><ul><li>a</li></ul></ul>", "<ul><li><ul><li>a</li></ul></li></ul>"),
        ('<li class="cite">a</li>', '<div class="cite">a</div>'),
        ("<ol><div><li>a</li></div></ol>", "<ol><li><div><div>a</div></div></li></ol>"),
        ("<dl><dt>a</dt><dd>b</dd></dl>", "<dl><dt>a</dt><dd>b</dd></dl>"),
        (
            "<dl><div><dt>a</dt><dd>b</dd></div></dl>",
            "<dl><div><dt>a</dt><dd>b</dd></div></dl>",
        ),
        ("<dl><p>a</p></dl>", "<div><p>a</p></div>"),
        ('<dl id="n1"><dd>a</dd></dl>', '<div id="n1"><div>a</div></div>'),
        ("<dl><dt>a</dt><dd>b</dd>c</dl>", "<div><div>a</div><div>b</div>c</div>"),
        ("<dd>a</dd><p><del>b</del></p>", "<div>a</div><p><del>b</del></p>"),
        ("<ul><li>not closed</ul>", "<ul><li>not closed</ul>"),
    ],
)
def test_lists_hold_items_and_items_stand_in_lists(foreign, repaired):
    assert make_accessible(foreign) == repaired


PIECES = st.sampled_from(
    [
        *("<ul>", "<ol>", "<li>", "</ul>", "<dl>", "<dt>", "<dd>", "</dl>", "<div>", "</div>"),
        *("<p>", "</p>", "<b>", "text", "&lt;", '"', "<br>", "<hr>", "<img src=x>", "<table><td>"),
        *('<a href="http://x/">', "</a>", "<main>", "<details>", "<summary>", "</details>"),
        '<p lang="a">',
    ]
)


@given(st.lists(PIECES, max_size=25))
def test_any_html_keeps_its_words_and_is_mended_for_good(pieces):
    foreign = sanitize_html("".join(pieces), "https://example.org/").html

    repaired = make_accessible(foreign)

    html5lib.HTMLParser(strict=True).parse(f"<!doctype html><title>x</title>{repaired}")
    assert make_accessible(repaired) == repaired
    assert words(repaired) == words(foreign)


def words(text):
    return TAG.sub(" ", text).replace("Details", "").split()
