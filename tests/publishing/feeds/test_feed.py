"""The contents of published feeds: heads, pages and entries."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from lxml import etree

from entries.models import Entry, SiteSettings, Source
from tests.atom import ATOM, findings, hrefs, parse_back, statements

NOON = datetime(2024, 3, 9, 12, 0, tzinfo=UTC)
EVERYTHING = "/atom/everything/"


def only_entry(document):
    (entry,) = etree.fromstring(document).findall(f"{ATOM}entry")
    return entry


def test_the_feed_of_several_tags_has_what_has_them_all(make_entry, served):
    make_entry(tags=["a"])
    both = make_entry(tags=["b", "c", "a"])

    document = served("/tags/a+b.atom")

    assert list(statements(document)) == [both.atom_id]
    assert parse_back(document).feed.title == "Test stead: a and b"
    assert parse_back(document).feed.link == "http://testserver/tags/a+b/"


def test_the_feed_of_a_search_has_what_it_finds_newest_first(make_entry, served):
    days = [timedelta(days=day) for day in range(3)]
    make_entry(title="Cherry")
    found = [make_entry(title="Apple pie", published=NOON + day).atom_id for day in days]

    document = served("/search.atom?q=apple")

    assert list(statements(document)) == found[::-1]
    assert parse_back(document).feed.link == "http://testserver/search/?q=apple"


def test_a_feed_says_what_the_site_says_of_itself(make_entry, served):
    make_entry(kind="note")
    SiteSettings.objects.update_or_create(
        pk=SiteSettings.PK,
        defaults={
            "title": "Named & set",
            "tagline": "All <that> is",
            "author_name": "Ana",
            "author_link": "https://ana.example/",
        },
    )

    parsed = parse_back(served("/atom/notes/")).feed

    assert parsed.title == "Named & set: notes"
    assert parsed.subtitle == "All <that> is"
    assert parsed.author_detail == {"name": "Ana", "href": "https://ana.example/"}
    assert parsed.icon == "http://testserver/favicon.ico"


@pytest.mark.parametrize(
    "hidden",
    [
        {"status": Entry.Status.DRAFT},
        {"status": Entry.Status.REJECTED},
        {"published": datetime(2124, 3, 9, tzinfo=UTC)},
    ],
    ids=["draft", "rejected", "future"],
)
def test_what_is_not_public_is_in_no_feed(make_entry, client, served, hidden):
    shown = make_entry(kind="note", tags=["python"])
    make_entry(kind="note", tags=["python", "secret"], **hidden)

    for address in (EVERYTHING, "/atom/notes/", "/tags/python.atom"):
        assert list(statements(served(address))) == [shown.atom_id]
    assert client.get("/tags/secret.atom").status_code == 404


def test_an_entry_of_somebody_elses_feed_says_where_it_is_from(make_sourced, served):
    make_sourced(
        url="https://elsewhere.example/feed",
        title="Else & where",
        subtitle="Not here",
        feed_id="tag:elsewhere.example,2020:feed",
        site_url="https://elsewhere.example/",
        author_name="Elsa",
        rights="CC BY",
        icon="https://elsewhere.example/icon.png",
    )

    document = served(EVERYTHING)

    source = parse_back(document).entries[0].source
    assert findings(document, f"http://testserver{EVERYTHING}") == []
    assert source.id == "tag:elsewhere.example,2020:feed"
    assert source.title == "Else & where"
    assert source.subtitle == "Not here"
    assert source.author == "Elsa"
    assert source.rights == "CC BY"
    assert {(link.rel, link.href) for link in source.links} == {
        ("alternate", "https://elsewhere.example/"),
        ("self", "https://elsewhere.example/feed"),
    }
    assert parse_back(document).entries[0].link.startswith("http://testserver/")


def test_an_entry_that_has_moved_in_names_no_other_feed(make_sourced, served):
    make_sourced(Source.Canonical.SELF, url="https://elsewhere.example/feed", title="Elsewhere")

    entry = only_entry(served(EVERYTHING))

    assert entry.find(f"{ATOM}source") is None
    assert hrefs(entry, "via") == ["https://elsewhere.example/post"]


def test_where_a_file_was_read_from_is_nobodys_business(make_sourced, served):
    make_sourced(url="file:///home/somebody/feed.xml", feed_id="file:///home/somebody/feed.xml")

    document = served(EVERYTHING)

    assert findings(document, f"http://testserver{EVERYTHING}") == []
    assert b"file:" not in document
    assert b"somebody" not in document


def test_enclosures_go_out_with_type_and_length(make_entry, served):
    entry = make_entry()
    entry.enclosures.create(href="https://example.org/a b.mp3", type="audio/mpeg", length=0)
    entry.enclosures.create(href="https://example.org/b", type="no type")

    first, second = parse_back(served(EVERYTHING)).entries[0].enclosures

    assert first == {
        "href": "https://example.org/a%20b.mp3",
        "type": "audio/mpeg",
        "length": "0",
    }
    assert second.href == "https://example.org/b"
    assert second.type != "no type"


def test_a_category_is_spelled_as_the_entrys_feed_spells_it(make_entry, served):
    make_entry(tags=["Python", "GIL"], published=NOON - timedelta(days=1))
    later = make_entry(tags=["gil", "PYTHON"])

    stated = statements(served(EVERYTHING))[later.atom_id]

    assert stated["categories"] == ["gil", "PYTHON"]
    assert " ".join(stated["words"]).endswith("Tags: gil , PYTHON")


def test_an_entry_without_a_tags_line_goes_out_without(make_entry, served):
    make_entry(tags=["python"], tags_line=False, content="<p>Text.</p>")

    (stated,) = statements(served(EVERYTHING)).values()

    assert stated["words"] == ["Text."]
    assert stated["categories"] == ["python"]


def test_a_feed_changes_when_its_newest_change_says(make_entry, served):
    make_entry(updated=NOON + timedelta(days=3))
    make_entry(updated=NOON + timedelta(days=1), published=NOON + timedelta(hours=1))

    parsed = parse_back(served(EVERYTHING))

    assert parsed.feed.updated == "2024-03-12T12:00:00+00:00"


@pytest.mark.parametrize(
    ("named", "name"),
    [
        ({"author_name": "Elsa", "title": "Elsewhere"}, "Elsa"),
        ({"title": "Elsewhere"}, "Elsewhere"),
        ({"site_url": "https://www.site.example/"}, "site.example"),
        ({"title": " "}, "elsewhere.example"),
    ],
)
def test_the_site_does_not_pass_for_the_author_of_what_others_wrote(
    make_sourced, served, client, named, name
):
    make_sourced(url="https://me:secret@elsewhere.example/feed", **named)

    (entry,) = parse_back(served(EVERYTHING)).entries
    (item,) = json.loads(client.get("/json/everything/").content)["items"]

    assert entry.source.author == name
    assert item["authors"] == [{"name": name}]
