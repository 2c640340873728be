"""A post without a title gets its slug, and its title in feeds, from its first words."""

import pytest

from entries.importing.fetching.fetched import Fetched
from entries.importing.importer import import_document
from entries.lib.slugs import make_slug
from entries.models import Entry
from tests.atom import parse_back
from tests.importing.atom import entry as atom_entry
from tests.importing.atom import feed

EVERYTHING = "/atom/everything/"
LONG = "<p>Ice on the water butt again, a plate of it, as thick as a thumb &amp; quite clear.</p>"


@pytest.mark.parametrize(
    ("fields", "title"),
    [
        ({"kind": "note", "content": "<p>Ice &amp; <b>snow</b>.</p>"}, "Ice & snow."),
        (
            {"kind": "note", "content": LONG},
            "Ice on the water butt again, a plate of it, as thick as a thumb & quite clear.",
        ),
        (
            {"kind": "article", "content": LONG * 9},
            "Ice on the water butt again, a plate of it, as thick as a thumb & quite clear.…",
        ),
        ({"kind": "note", "content": f"<p>{'word ' * 30}</p>"}, f"{'word ' * 15}word…"[:80]),
        ({"kind": "link", "link_url": "https://www.example.org/x"}, "example.org"),
        ({"kind": "quotation", "quoted_source": "Ada"}, "Quotation: Ada"),
        ({"kind": "quotation", "content": "<p>Said.</p>"}, "Said."),
        ({"kind": "note", "content": ""}, "Note of 9 March 2024"),
        ({"kind": "note", "title": "Its own", "content": LONG}, "Its own"),
    ],
)
def test_readers_get_a_title_and_json_feed_only_ones_own(make_entry, served, client, fields, title):
    make_entry(**{"title": ""} | fields)

    (item,) = parse_back(served(EVERYTHING)).entries

    assert item.title == title
    (item,) = client.get("/json/everything/").json()["items"]
    assert item.get("title", "") == fields.get("title", "")


@pytest.mark.parametrize(
    ("fields", "slug"),
    [
        ({"content": LONG}, "ice-on-the-water-butt-again-a-plate-of-it-as-thick-as-a"),
        ({"content": "<p>日本語 の 文章</p>"}, "日本語-の-文章"),
        ({"content": "<p>🙂</p>"}, "note"),
        ({"content": "<p>Text.</p>", "title": "A title"}, "a-title"),
        ({"content": "<p>Text.</p>", "title": "🙂"}, "text"),
        ({"content": "<p>Text.</p>", "title": "One two " * 20}, "one-two" + "-one-two" * 9),
        ({"content": "<p>Text.</p>", "slug": "chosen"}, "chosen"),
    ],
)
def test_an_address_without_a_title_is_made_of_the_first_words(make_entry, fields, slug):
    entry = make_entry(**{"kind": "note", "title": ""} | fields)

    assert entry.slug == slug


def test_an_address_stays_when_the_text_changes(make_entry):
    entry = make_entry(kind="note", title="", content="<p>First words.</p>")

    entry.content, entry.title = "<p>Other words.</p>", "A title"
    entry.save()

    assert entry.slug == "first-words"


@pytest.mark.django_db
def test_a_note_that_is_imported_has_its_first_words_for_an_address():
    document = feed(atom_entry(1, title="", link="https://blog.example/?p=1", html=LONG))

    import_document(Fetched("f", document, url="https://blog.example/feed"))

    assert Entry.objects.get().slug == "ice-on-the-water-butt-again-a-plate-of-it-as-thick-as-a"


def test_a_slug_is_cut_between_words_where_there_are_any():
    assert make_slug("one two three", 9) == "one-two"
    assert make_slug("one two three", 7) == "one-two"
    assert make_slug("x" * 100, 9) == "x" * 9
    assert make_slug(" -_- ", 9) == ""
    assert make_slug("word " * 10**6) == "word-" * 15 + "word"


def test_the_kind_is_said_in_a_way_that_no_reader_shows(make_entry, served):
    for kind in Entry.Kind.values:
        make_entry(kind=kind)

    items = parse_back(served(EVERYTHING)).entries

    types = [link for item in items for link in item.links if link.rel == "type"]
    assert len({link.href for link in types}) == len(types) == 4
    assert not any("tags" in item for item in items)
