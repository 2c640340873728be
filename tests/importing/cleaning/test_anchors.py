"""Links within a text work on every page, and only lead to ids of the same text."""

import re

import html5lib
import pytest

from entries.importing.cleaning.sanitizer import sanitize_html

FEED = "https://blog.example/feed"
PAGE = "https://blog.example/post"
FOOTNOTE = (
    '<p>Text<sup id="fnref:1"><a href="{0}#fn:1">1</a></sup></p>'
    '<ol><li id="fn:1">Note <a href="{0}#fnref:1">back</a></li></ol>'
)


def clean(html, anchor="tag:blog.example,2024:1"):
    return sanitize_html(html, FEED, page=PAGE, anchor=anchor).html


def ids_and_links(html):
    tree = html5lib.parseFragment(html, namespaceHTMLElements=False)
    ids = [node.get("id") for node in tree.iter() if node.get("id")]
    return ids, [node.get("href") for node in tree.iter("a") if node.get("href")]


@pytest.mark.parametrize("own", ["", PAGE, "/post", FEED])
def test_footnotes_link_there_and_back(own):
    ids, links = ids_and_links(clean(FOOTNOTE.format(own)))

    assert len(ids) == 2
    assert links == [f"#{ids[1]}", f"#{ids[0]}"]
    assert all(re.fullmatch(r"n[0-9a-f]{8}-fn(ref)?:1", name) for name in ids)


def test_two_entries_have_no_id_in_common():
    one, other = (clean(FOOTNOTE.format(""), anchor) for anchor in ("one", "other"))

    assert not set(ids_and_links(one)[0]) & set(ids_and_links(other)[0])


def test_a_second_pass_prefixes_nothing_twice():
    once = clean(FOOTNOTE.format(""))

    assert clean(once) == once
    assert clean(once, anchor="another") == once


def test_an_old_name_attribute_becomes_an_id():
    ids, links = ids_and_links(clean('<a href="#top">up</a><p><a name="top">Top</a></p>'))

    assert links == [f"#{ids[0]}"]


def test_an_address_in_percent_signs_finds_its_id():
    ids, links = ids_and_links(clean('<a href="#%C3%BCber">x</a><h2 id="über">Über</h2>'))

    assert links == [f"#{ids[0]}"]


def test_an_id_without_a_link_to_it_is_removed():
    assert clean('<p id="main">x</p><form id="document"></form>') == "<p>x</p>"


def test_a_link_to_a_place_that_is_not_in_the_text_leads_to_the_page():
    assert clean('<a href="#comments">x</a>') == f'<p><a href="{PAGE}#comments">x</a></p>'


def test_without_a_page_a_link_to_an_unknown_id_is_removed():
    assert sanitize_html('<a href="#comments">x</a>').html == "<p><a>x</a></p>"


def test_the_first_of_two_elements_with_one_name_is_the_target():
    ids, _ = ids_and_links(clean('<a href="#x">x</a><p id="x">1</p><p id="x">2</p>'))

    assert len(ids) == 1


def test_text_that_looks_like_an_id_is_text():
    html = '<p>Write id="x" and name="x" and <a href="#x">so</a>.</p>'

    assert 'Write id="x" and name="x" and' in clean(html)
