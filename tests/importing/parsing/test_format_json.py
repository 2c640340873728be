"""JSON Feed as specified, and with the deviations of real feeds."""

import json

import pytest

from entries.importing.errors import ParseError
from entries.importing.parsing.parser import parse_feed
from entries.models import Entry, Source
from tests.importing.files import feed_file

URL = "https://blog.example/feed.json"


def test_json_feed_1_1_is_read(read):
    read(feed_file("json-1.1.json"), url=URL)

    post = Entry.objects.get()
    assert post.atom_id == post.canonical_url == "https://blog.example/2024/Mar/09/post-1/"
    assert (post.title, post.summary) == ("Post 1 <of all>", "In short.")
    assert post.content == (
        '<p>Text of <em>post 1</em>. <img src="https://blog.example/a.png"></p>'
    )
    assert (post.author_name, post.people) == (
        "Ada Fern",
        [["author", "Bo Gorse", "https://bo.example/", ""]],
    )
    assert (post.language, list(post.tags.names())) == ("de", ["one", "two"])
    assert (post.published.isoformat(), post.updated.isoformat()) == (
        "2024-03-09T12:00:00+00:00",
        "2024-03-10T11:00:00+00:00",
    )
    rows = post.enclosures.values_list("href", "type", "length", "title", "role")
    assert list(rows) == [
        ("https://files.example/a.mp3", "audio/mpeg", 1000, "To hear", "enclosure"),
        ("https://files.example/a.jpg", "", None, "", "thumbnail"),
    ]


def test_a_json_feed_has_the_same_metadata_as_other_feeds(read):
    read(feed_file("json-1.1.json"), url=URL)

    source = Source.objects.get()
    assert (source.title, source.subtitle, source.language) == (
        "A blog of examples",
        "Examples",
        "en",
    )
    assert (source.site_url, source.icon) == (
        "https://blog.example/",
        "https://blog.example/icon.png",
    )
    assert (source.author_name, source.author_uri) == ("Ada Fern", "https://ada.example/")
    assert parse_feed(feed_file("json-1.1.json"), url=URL).feed.next_page.endswith("?page=2")


def test_json_feed_1_0_is_read(read):
    read(feed_file("json-1.0.json"))

    note, post = Entry.objects.order_by("canonical_url")
    assert (note.kind, note.author_name) == ("note", "Ada Fern")
    assert note.content == ("<p>Just a<br>\nnote.</p>\n<p>With two paragraphs &amp; &lt;b&gt;.</p>")
    assert (post.title, post.author_name) == ("Post 2", "Bo Gorse")
    assert set(Source.objects.get().sightings.values_list("guid", flat=True)) == {"1", "2"}


def test_an_item_that_points_elsewhere_is_a_link(read):
    read(feed_file("json-links.json"))

    assert list(Entry.objects.order_by("pk").values_list("kind", "link_url")) == [
        ("link", "https://target.example/"),
        ("article", ""),
        ("article", ""),
    ]


def test_values_of_other_types_are_read_where_they_can_be(read):
    report = read(feed_file("json-odd.json"))

    first, second = Entry.objects.order_by("title")
    assert (first.title, first.content) == ("1", "<p>Text 1.</p>")
    assert (first.author_name, first.people) == ("Bo Gorse", [["author", "7", "", ""]])
    assert (second.title, second.content) == ("Post 2", "<p>Text 2.</p>")
    assert second.author_name == "Ada Fern"
    assert list(second.tags.names()) == ["one", "2"]
    assert report.warnings == ["4 items are no objects; they are left out."]


@pytest.mark.parametrize("name", ["json-mark.json", "json-utf-16.json"])
def test_every_unicode_encoding_is_read(read, name):
    read(feed_file(name))

    assert Entry.objects.get().content == "<p>é</p>"
    assert Source.objects.get().title == "Café"


@pytest.mark.parametrize(
    "data",
    [
        feed_file("json-other.json"),
        b"{",
        b'{"version": "https://jsonfeed.org/version/1"}',
        b'{"version": "https://other.example/", "items": []}',
        b'{"items": ' + b"[" * 100_000,
        b'{"items": [' + b"9" * 10_000 + b"]}",
    ],
)
def test_other_json_is_refused_with_a_reason(data):
    with pytest.raises(ParseError, match=r"it is (no )?JSON"):
        parse_feed(data, url=URL)


def test_importing_json_again_changes_nothing(read, dump):
    read(feed_file("json-1.1.json"), url=URL)
    before = dump()

    assert read(feed_file("json-1.1.json"), url=URL).unchanged == 1
    assert dump() == before
    changed = json.loads(feed_file("json-1.1.json"))
    changed["items"][0]["title"] = "Revised"
    assert read(json.dumps(changed).encode(), url=URL).updated == 1
