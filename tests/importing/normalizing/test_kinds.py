"""The kind and its fields are found from the structure of the text; nothing is shown twice."""

import re

import pytest

from entries.importing.cleaning.sanitizer import sanitize_html
from entries.importing.normalizing.kinds import find_shape
from entries.lib.plaintext import visible_text

HEADING = '<p><strong><a href="https://target.example/a?b=1&amp;c=2">A &amp; B</a></strong></p>'
VIA = '<p><small></small>Via <a href="https://via.example/">Ann &amp; Bob</a></small></p>'
PASSAGE = '<blockquote cite="https://said.example/"><p>One.</p>\n<p>Two.</p></blockquote>'
CITE = '<p class="cite">&mdash; <a href="https://said.example/">Who</a>, where &amp; when</p>'
TAGS = (
    '<p>Tags: <a href="https://blog.example/tags/b">b</a>, '
    '<a href="https://blog.example/tags/a">a</a></p>'
)


def shape(html, title="A & B", categories=("b", "a")):
    return find_shape(sanitize_html(html, "https://blog.example/").html, title, categories)


def test_a_link_has_its_heading_in_the_fields_and_only_its_body_in_the_content():
    found = shape(f"{HEADING}<p>First.</p><p>Second.</p>")

    assert (found.kind, found.link_url) == ("link", "https://target.example/a?b=1&c=2")
    assert found.content == "<p>First.</p>\n<p>Second.</p>"
    assert (found.via_url, found.via_title, found.tags_line) == ("", "", False)


def test_a_body_that_lacks_its_first_and_its_last_paragraph_tag_is_repaired():
    found = shape(f"\n    \n{HEADING}\nFirst.</p>\n<p>Second.\n\n    {VIA}\n\n   {TAGS}\n\n\n")

    assert found.content == "<p>First.</p>\n<p>Second.\n\n    </p>"
    assert (found.via_url, found.via_title) == ("https://via.example/", "Ann & Bob")
    assert found.tags_line


def test_a_body_of_a_single_bare_text_is_a_paragraph():
    assert shape(f"{HEADING}\nJust <em>this</em>.</p>").content == "<p>Just <em>this</em>.</p>"


def test_a_link_without_a_word_of_comment_has_no_content():
    assert shape(HEADING).content == ""
    assert shape(HEADING + "</p>" + TAGS).content == ""


@pytest.mark.parametrize(
    "via",
    [
        VIA,
        '<p><small>Via <a href="https://via.example/">Ann &amp; Bob</a></small></p>',
        '<p>via: <a href="https://via.example/">Ann &amp; Bob</a></p>',
        '<p><small></small>Via <a href="https://via.example/">Ann &amp; Bob</a></p>',
        '<p><small></small>Via <a title="a>b" href="https://via.example/">Ann &amp; Bob</a></p>',
        '<p><small></small>Via <a href="https://via.example/" title="a>b">Ann &amp; Bob</a></p>',
    ],
)
def test_a_via_line_is_taken_out(via):
    found = shape(f"{HEADING}<p>Text.</p>{via}")

    assert (found.via_url, found.via_title) == ("https://via.example/", "Ann & Bob")
    assert found.content == "<p>Text.</p>"


@pytest.mark.parametrize(
    "via",
    [
        '<p>Via <a href="https://v.example/">Ann</a> and <a href="https://w.example/">Bob</a></p>',
        '<p>Via <a href="https://v.example/"><em>Ann</em></a></p>',
        '<p>Via <a href="https://v.example/">Ann</a>, who knows.</p>',
        '<p>Via <a href="https://v.example/"></a></p>',
        "<p>Via Ann</p>",
    ],
)
def test_what_only_looks_like_a_via_line_stays_in_the_text(via):
    found = shape(f"{HEADING}<p>Text.</p>{via}")

    assert found.kind == "link"
    assert found.via_url == ""
    assert visible_text(via) in visible_text(found.content)


def test_a_via_line_that_is_not_last_stays_in_the_text():
    found = shape(f"{HEADING}{VIA}<p>Text.</p>")

    assert found.via_url == ""
    assert visible_text(found.content) == "Via Ann & Bob Text."


@pytest.mark.parametrize(
    ("html", "title"),
    [
        (f"{HEADING}<p>Text.</p>", "Another title"),
        (f"{HEADING}<p>Text.</p>", "a & b"),
        (f"{HEADING}<p>Text.</p>", ""),
        (HEADING.replace("https://target.example/", "data:text/html,"), "A & B"),
        (f"<p>First.</p>{HEADING}", "A & B"),
        ('<p><strong><a href="https://t.example/">A &amp; B</a></strong>, more</p>', "A & B"),
        ('<p><a href="https://t.example/">A &amp; B</a></p><p>Text.</p>', "A & B"),
    ],
)
def test_what_is_no_heading_of_a_link_stays_whole(html, title):
    found = shape(html, title)

    assert found.kind in ("article", "note")
    assert found.link_url == ""
    assert found.content == sanitize_html(html).html


def test_a_quotation_has_the_passage_in_its_content_and_the_rest_in_fields():
    found = shape(PASSAGE + "\n" + CITE + TAGS, title="Quoting Who")

    assert found.kind == "quotation"
    assert found.content == "<p>One.</p>\n<p>Two.</p>"
    assert found.quoted_source == "Who"
    assert found.quoted_url == "https://said.example/"
    assert found.quoted_context == "where & when"
    assert found.tags_line


def test_a_quotation_may_do_without_context():
    found = shape(PASSAGE + '<p class="cite">— <a href="https://x.example/">Who</a></p>')

    assert (found.kind, found.quoted_source, found.quoted_context) == ("quotation", "Who", "")


def test_a_quotation_may_do_without_a_link():
    found = shape("<blockquote><p>One.</p></blockquote><p>– Who, in a letter</p>")

    assert (found.kind, found.quoted_source) == ("quotation", "Who, in a letter")
    assert (found.quoted_url, found.quoted_context) == ("", "")


def test_a_quotation_without_a_link_has_the_address_of_the_passage():
    found = shape(PASSAGE + '<p class="cite">&mdash; Who</p>')

    assert (found.quoted_source, found.quoted_url) == ("Who", "https://said.example/")


@pytest.mark.parametrize(
    "html",
    [
        PASSAGE,
        PASSAGE + "<p>And now my comment.</p>",
        PASSAGE + CITE + "<p>And now my comment.</p>",
        "<p>As they say:</p>" + PASSAGE + CITE,
        PASSAGE + PASSAGE + CITE,
        f"<blockquote>{PASSAGE}</blockquote>{CITE}",
        PASSAGE
        + '<p>— <a href="https://a.example/">A</a> and <a href="https://b.example/">B</a></p>',
        PASSAGE + "<p>— <em>Who</em></p>",
        PASSAGE + '<p>— <a href="https://a.example/">A</a>, in <em>Books</em></p>',
    ],
)
def test_what_only_looks_like_a_quotation_is_an_article_whole(html):
    found = shape(html, "Quoting Who")

    assert found.kind == "article"
    assert found.content == sanitize_html(html).html


@pytest.mark.parametrize(
    ("line", "categories"),
    [
        (TAGS, ["a", "b"]),
        (TAGS, ["b"]),
        (TAGS, []),
        (TAGS.replace("</p>", ", c</p>"), ["b", "a"]),
        ("<p>Tags: everywhere!</p>", ["b", "a"]),
        ("<div>Tags: b, a</div>", ["b", "a"]),
    ],
)
def test_a_tags_line_that_does_not_repeat_the_categories_stays(line, categories):
    found = shape(f"<p>Text.</p>{line}", categories=categories)

    assert not found.tags_line
    assert visible_text(line) in visible_text(found.content)


def test_a_tags_line_with_commas_and_ampersands_in_its_terms_is_cut():
    found = shape("<p>Text.</p><p>Tags: R&amp;D, c++, a, b</p>", categories=["R&D", "c++", "a, b"])

    assert found.tags_line
    assert found.content == "<p>Text.</p>"


@pytest.mark.parametrize(
    ("title", "text", "kind"),
    [
        ("", "Short.", "note"),
        ("Short.", "Short.", "note"),
        ("So much of it that no author would have written it as a heading", "{}, and on.", "note"),
        ("It was late…", "It was late and dark.", "note"),
        ("It was late", "It was late and dark.", "article"),
        ("A title", "Its text.", "article"),
    ],
)
def test_an_entry_without_a_title_of_its_own_is_a_note(title, text, kind):
    html = f"<p>{text.format(title)}</p>"

    found = shape(html, title)

    assert (found.kind, found.content) == (kind, html)


@pytest.mark.parametrize(
    "html",
    [
        f"{HEADING}\nText.</p>{VIA}{TAGS}",
        f"{HEADING}<p></p><p> </p>Text.{TAGS}",
        f"{PASSAGE}{CITE}{TAGS}",
        f"<p></p><p>Text.</p><p>\n</p>{TAGS}",
    ],
)
def test_no_empty_paragraph_heading_via_or_tags_line_is_left(html):
    content = shape(html).content

    assert not re.search(r"<p>\s*</p>", content)
    assert not re.search(r"Via|Tags:|A &amp; B|Who", content)
    assert visible_text(content) in ("Text.", "One. Two.")


def test_highlighted_code_keeps_its_classes_and_white_space():
    code = '<span class="pl-k">def</span> f():\n\n    <span class="pl-s">x</span>\n'
    html = f"<p>Text.</p><pre>{code}</pre>"

    assert shape(html).content == html.replace("</p><pre>", "</p>\n<pre>")


def test_curly_quotes_dashes_and_double_escaped_code_survive():
    html = "<p>“It’s” — &mdash; <code>&amp;lt;p&amp;gt; &lt;entry&gt;</code></p>"

    content = shape(html).content

    assert content == html.replace("&mdash;", "—")


ENGINE = "https://blog.example/2025/May/1/x/#atom-everything"
SHORT = f"\n    <p>Some words of a note that has a title.</p>\n\n    {TAGS}\n\n\n\n"
LONG = f"\n    <p>Some words of an article.</p>\n    \n        {TAGS}\n    \n\n"


@pytest.mark.parametrize(
    ("raw", "guid", "kind"),
    [
        (SHORT, ENGINE, "note"),
        (SHORT, "https://blog.example/2025/May/1/x/", "article"),
        (SHORT.replace("<p>Some", "<h2>A part</h2>\n<p>Some"), ENGINE, "article"),
        (LONG, ENGINE, "article"),
    ],
)
def test_a_note_with_a_title_is_told_by_the_template_of_its_engine(raw, guid, kind):
    found = find_shape(sanitize_html(raw).html, "A title", ["b", "a"], guid=guid, raw=raw)

    assert found.kind == kind
    assert found.tags_line


def test_a_heading_that_leads_to_its_own_page_makes_no_link():
    page = "https://target.example/a?b=1&c=2"
    html = sanitize_html(f"{HEADING}<p>Body.</p>").html

    found = find_shape(html, "A & B", [], page=page + "#comments")

    assert found.kind == "article"
    assert "A &amp; B" in found.content
