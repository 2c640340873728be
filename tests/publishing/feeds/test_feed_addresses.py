"""The URLs of the feeds, their paging, and the cost of a request."""

import json
import re
from datetime import UTC, datetime, timedelta

import html5lib
import pytest
from lxml import etree

from entries.models import Enclosure, Entry, SiteIdentity, Source
from entries.publishing.feeds.feed import PAGE_SIZE
from tests.atom import ATOM, findings, hrefs, pages_from, parse_back, statements

NOON = datetime(2024, 3, 9, 12, 0, tzinfo=UTC)
EVERYTHING = "/atom/everything/"


@pytest.mark.parametrize(
    "feed",
    [
        EVERYTHING,
        "/atom/notes/",
        "/tags/all.atom",
        "/sources/{source}.atom",
        "/search.atom?q=tag%3Aall",
    ],
)
def test_the_pages_of_a_feed_hold_every_entry_once(make_entries, served, feed):
    source = Source.objects.create(url="https://a.example/feed", title="A")
    # Several have the same date, so that a cursor needs more than the date.
    dates = ({"published": NOON + timedelta(hours=i // 7)} for i in range(2 * PAGE_SIZE + 10))
    entries = make_entries(dates, kind="note", tags=["all"], source=source)
    wanted = {entry.atom_id for entry in entries}
    feed = feed.format(source=source.pk)

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
        assert root.findtext(f"{ATOM}id") == SiteIdentity.objects.get().feed_ids + feed
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
    "address",
    [
        *("/atom/", "/atom/note/", "/atom/x/", "/atom/everythings/", "/atom/a%00b/"),
        *(
            "/tags/x.atom",
            "/tags/x+y.atom",
            "/tags/a+b.atom",
            "/tags/+.atom",
            "/tags/a+b+c+d+e+f.atom",
        ),
        *("/sources/1.atom", "/sources/x.atom", "/sources/99999999999999999999.atom"),
        *("/search.atom", "/search.atom?q=", "/search.atom?q=%20", "/search.atom?q=%00"),
        "/search.atom?q=x&before=y",
    ],
)
def test_an_unknown_feed_is_not_found(make_entry, client, address):
    make_entry(tags=["a"])
    make_entry(tags=["b"])

    assert client.get(address).status_code == 404
    assert client.get(address.replace("atom", "json")).status_code == 404


def test_the_feed_of_a_source_without_live_entries_is_not_found(make_sourced, client):
    entry = make_sourced(url="https://elsewhere.example/feed")
    address = f"/sources/{entry.source_id}.atom"
    assert client.get(address).status_code == 200

    Entry.objects.all().set_status(Entry.Status.DRAFT)

    assert client.get(address).status_code == 404


@pytest.mark.parametrize(
    ("asked", "right"),
    [
        ("/tags/b+a.atom", "/tags/a+b.atom"),
        ("/tags/A+B.json", "/tags/a+b.json"),
        ("/tags/a+a.atom", "/tags/a.atom"),
        ("/search.atom?q=a++b", "/search.atom?q=a+b"),
        ("/search.json?q=%E2%80%9Ca%20b&x=1", "/search.json?q=%22a+b%22"),
    ],
)
def test_a_list_has_one_feed_however_it_is_asked_for(make_entry, client, asked, right):
    make_entry(tags=["a", "b"])

    assert client.get(asked).headers["Location"] == right


@pytest.mark.parametrize(
    ("address", "feed"),
    [
        ("/", EVERYTHING),
        ("/archive/", EVERYTHING),
        ("/notes/", "/atom/notes/"),
        ("/tags/a/", "/tags/a.atom"),
        ("/tags/b+a/", "/tags/a+b.atom"),
        ("/sources/{source}/", "/sources/{source}.atom"),
        ("/search/?q=entry", "/search.atom?q=entry"),
        ("/search/?q=“tag:a”+entry&sort=date", "/search.atom?q=%22tag%3Aa%22+entry"),
    ],
)
def test_each_page_of_a_list_names_its_feeds_and_those_of_everything(
    make_entry, client, address, feed
):
    source = Source.objects.create(url="https://a.example/feed", title="A & “B”")
    make_entry(source=source, kind="note", tags=["a", "b"])

    document = html5lib.parse(
        client.get(address.format(source=source.pk)).content, namespaceHTMLElements=False
    )

    feed = feed.format(source=source.pk)
    named = {
        link.get("href"): (link.get("type"), link.get("title"))
        for link in document.iter("link")
        if link.get("rel") == "alternate"
    }
    for atom in {feed, EVERYTHING}:
        json_feed = re.sub(r"(^/|\.)atom(?=[/?]|$)", r"\1json", atom)
        assert named[atom][0] == "application/atom+xml"
        assert named[json_feed][0] == "application/feed+json"
        title = parse_back(client.get(atom).content).feed.title
        assert named[atom][1] == title + (": everything" if atom == EVERYTHING else "")
        assert json.loads(client.get(json_feed).content)["title"] == title
    assert len(named) == (2 if feed == EVERYTHING else 4)


@pytest.mark.parametrize("address", [EVERYTHING, "/json/everything/", "/search.json?q=entry"])
def test_a_feed_may_be_kept_for_minutes_and_goes_out_compressed(make_entry, client, address):
    for _ in range(3):
        make_entry()

    response = client.get(address, headers={"accept-encoding": "gzip"})
    again = client.get(
        address, headers={"accept-encoding": "gzip", "if-none-match": response["ETag"]}
    )

    assert response["Cache-Control"] == again["Cache-Control"] == "public, max-age=300"
    assert response["Content-Encoding"] == "gzip"
    assert again.status_code == 304


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


def test_another_name_of_a_tag_redirects_to_its_feed(make_entry, client):
    make_entry(tags=["Free Threading"])

    response = client.get("/tags/FREE THREADING.atom")

    assert response.headers["Location"] == "/tags/free-threading.atom"


@pytest.mark.parametrize(
    ("address", "queries"),
    [
        (EVERYTHING, 10),
        ("/json/everything/", 10),
        ("/atom/notes/", 10),
        ("/tags/python.atom", 12),
        ("/tags/other+python.json", 12),
        ("/sources/{source}.atom", 11),
        ("/search.atom?q=entry", 11),
    ],
)
def test_a_feed_costs_as_many_queries_for_fifty_entries_as_for_one(
    make_entries, client, django_assert_num_queries, address, queries
):
    source = Source.objects.create(url="https://source.example/feed")
    stated = {"source": source, "kind": "note"}

    def add(numbers):
        entries = make_entries(
            (
                {"tags": ["python", "other", f"t{n}"], "published": NOON - timedelta(days=n)}
                for n in numbers
            ),
            **stated,
        )
        Enclosure.objects.bulk_create(
            Enclosure(entry=entry, href="https://example.org/a.mp3") for entry in entries
        )
        # They were below all the others: those above would take places in the window.
        stated_below = stated | {
            "tags": ["python", "other"],
            "published": NOON - timedelta(days=99),
        }
        below = make_entries(len(numbers), **stated_below)
        Entry.objects.filter(pk__in=[entry.pk for entry in below]).delete()

    def serve():
        document = client.get(address.format(source=source.pk)).content.decode()
        return len(re.findall("Entry [0-9]+", document))

    add(range(1))
    with django_assert_num_queries(queries):
        assert serve()
    add(range(1, 50))

    with django_assert_num_queries(queries):
        assert serve() >= 50
