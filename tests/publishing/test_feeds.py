"""What the feeds that go out hold, page by page and entry by entry."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from lxml import etree

from entries.models import Entry, Sighting, Source
from entries.publishing.feeds import PAGE_SIZE
from tests.atom import ATOM, findings, hrefs, pages_from, parse_back, statements

NOON = datetime(2024, 3, 9, 12, 0, tzinfo=UTC)
EVERYTHING = "/atom/everything/"


def only_entry(document):
    (entry,) = etree.fromstring(document).findall(f"{ATOM}entry")
    return entry


@pytest.mark.parametrize("feed", [EVERYTHING, "/atom/notes/", "/tags/all.atom"])
def test_the_pages_of_a_feed_hold_every_entry_once(make_entry, served, feed):
    wanted = {
        # Several at one moment: the place between them is told by more than the date.
        make_entry(kind="note", tags=["all"], published=NOON + timedelta(hours=i // 7)).atom_id
        for i in range(2 * PAGE_SIZE + 10)
    }

    pages = pages_from(served, feed, "next")
    back = pages_from(served, hrefs(etree.fromstring(pages[-1]), "self")[0][17:], "previous")

    read = [list(statements(page)) for page in pages]
    assert [len(ids) for ids in read] == [PAGE_SIZE, PAGE_SIZE, 10]
    assert {id_ for ids in read for id_ in ids} == wanted
    assert [sorted(statements(page)) for page in reversed(back)][1:] == [
        sorted(ids) for ids in read[1:]
    ]
    for page in pages:
        root = etree.fromstring(page)
        assert findings(page, hrefs(root, "self")[0]) == []
        assert hrefs(root, "first") == [f"http://testserver{feed}"]
        assert root.findtext(f"{ATOM}id") == f"http://testserver{feed}"
    assert hrefs(etree.fromstring(pages[0]), "previous") == []
    assert hrefs(etree.fromstring(pages[-1]), "next") == []


def test_a_feed_of_one_page_has_no_paging(make_entry, served):
    make_entry()

    root = etree.fromstring(served(EVERYTHING))

    assert [hrefs(root, rel) for rel in ("first", "previous", "next")] == [[], [], []]


@pytest.mark.parametrize("query", ["before=x", "before=1.1", "after=", "before=0.0"])
def test_a_page_that_is_none_is_not_found(make_entry, client, query):
    make_entry()

    assert client.get(f"{EVERYTHING}?{query}").status_code == 404


@pytest.mark.parametrize(
    "address", ["/atom/", "/atom/note/", "/atom/x/", "/atom/everythings/", "/tags/x.atom"]
)
def test_an_unknown_feed_is_not_found(db, client, address):
    assert client.get(address).status_code == 404


def test_a_reader_who_has_the_feed_is_not_sent_it_again(make_entry, client):
    entry = make_entry(tags=["python"])
    for address in (EVERYTHING, "/atom/articles/", "/tags/python.atom"):
        first = client.get(address)
        validators = {"If-None-Match": first["ETag"]}, {"If-Modified-Since": first["Last-Modified"]}

        repeated = [client.get(address, headers=headers) for headers in validators]

        assert [response.status_code for response in repeated] == [304, 304]
        assert [response.content for response in repeated] == [b"", b""]
        assert repeated[0]["ETag"] == first["ETag"]

        entry.title += " (revised)"
        entry.save()

        assert client.get(address, headers=validators[0]).status_code == 200


def test_a_head_request_is_answered_without_the_feed(make_entry, client):
    make_entry()

    got, head = client.get(EVERYTHING), client.head(EVERYTHING)

    assert head.status_code == 200
    assert head.content == b""
    for name in ("Content-Type", "ETag", "Last-Modified"):
        assert head[name] == got[name]


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


def test_another_name_of_a_tag_redirects_to_its_feed(make_entry, client):
    make_entry(tags=["Free Threading"])

    response = client.get("/tags/FREE THREADING.atom")

    assert response.headers["Location"] == "/tags/free-threading.atom"


@pytest.mark.parametrize("address", [EVERYTHING, "/atom/notes/", "/tags/python.atom"])
def test_a_feed_costs_as_many_queries_for_fifty_entries_as_for_one(
    make_entry, served, django_assert_num_queries, address
):
    def add(number):
        entry = make_entry(
            kind="note", tags=["python", f"t{number}"], published=NOON - timedelta(days=number)
        )
        entry.enclosures.create(href="https://example.org/a.mp3")
        source = Source.objects.create(url=f"https://source{number}.example/feed")
        Sighting.objects.create(
            source=source, entry=entry, leads=True, matched_by="new", dated_by="x", base={}, raw=""
        )

    add(0)
    with CaptureQueriesContext(connection) as one:
        served(address)
    for number in range(1, 50):
        add(number)

    with django_assert_num_queries(len(one)):
        document = served(address)

    assert len(statements(document)) == 50


def test_the_site_does_not_pass_for_the_author_of_what_others_wrote(make_sourced, served):
    make_sourced(url="https://elsewhere.example/feed", title="Elsewhere")

    (entry,) = parse_back(served(EVERYTHING)).entries

    assert entry.source.author == "Elsewhere"
