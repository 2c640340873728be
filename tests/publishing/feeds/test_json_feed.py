"""JSON Feed 1.1: always valid, and with the same entries as Atom."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from entries.importing.fetching.fetched import Fetched
from entries.importing.importer import import_document
from entries.models import Enclosure, Source, Tag
from entries.publishing.feeds import json_feed
from entries.publishing.feeds.feed import PAGE_SIZE
from tests.atom import statements
from tests.documents import HEAD, document_of
from tests.hostile import ENTRY_ROWS, make_hostile_entries
from tests.jsonfeed import findings

from .round_trip import fields_of_entries, forget_everything, make_one_of_each

NOON = datetime(2024, 3, 9, 12, 0, tzinfo=UTC)
EVERYTHING = "/json/everything/"
UNSAID = ("author_email",)  # fields that the format has no word for
VALID = {
    "version": "https://jsonfeed.org/version/1.1",
    "title": "T",
    "feed_url": "http://testserver/f",
    "items": [{"id": "1", "content_html": "<p>x</p>", "date_published": "2024-03-09T12:00:00Z"}],
}


@pytest.fixture
def read_json(client):
    """Get a JSON Feed from the site and validate it."""

    def get(address):
        response = client.get(address)
        assert response.status_code == 200
        assert response["Content-Type"] == "application/feed+json"
        assert findings(response.content, f"http://testserver{address}") == []
        return json.loads(response.content)

    return get


def only_item(feed):
    (item,) = feed["items"]
    return item


@pytest.mark.parametrize(
    "wrong",
    [
        {"version": "1.1"},
        {"title": None},
        {"items": None},
        {"feed_url": "http://testserver/other"},
        {"next_url": "http://testserver/f"},
        {"next_url": ""},
        {"icon": "/favicon.ico"},
        {"authors": []},
        {"authors": [{}]},
        {"language": "e n"},
        {"author": {"name": "N"}},
        {"expired": "no"},
        {"_extension": "no object"},
        {"items": [{"id": "1"}]},
        {"items": [{"content_text": ""}]},
        {"items": [{"id": 1, "content_text": ""}]},
        {"items": [{"id": "1", "content_text": ""}] * 2},
        {"items": [{"id": "1", "content_html": "<p>x</b>"}]},
        {"items": [{"id": "1", "content_text": "", "url": "javascript:x"}]},
        {"items": [{"id": "1", "content_text": "", "date_published": "2024-03-09"}]},
        {"items": [{"id": "1", "content_text": "", "date_modified": "2024-02-31T12:00:00Z"}]},
        {"items": [{"id": "1", "content_text": "", "tags": [""]}]},
        {"items": [{"id": "1", "content_text": "", "attachments": [{"url": "http://x/"}]}]},
        {"items": [{"id": "1", "content_text": "a\x08"}]},
    ],
)
def test_the_judge_knows_right_from_wrong(wrong):
    document = {name: value for name, value in (VALID | wrong).items() if value is not None}

    assert findings(json.dumps(VALID).encode(), "http://testserver/f") == []
    assert findings(json.dumps(document).encode(), "http://testserver/f") != []


def test_a_feed_says_whose_it_is(make_entry, read_json, settings):
    settings.SITE_TITLE = "A stead"
    make_entry(tags=["a"])

    feed = read_json("/tags/a.json")

    assert feed["title"] == "A stead: a"
    assert feed["home_page_url"] == "http://testserver/tags/a/"
    assert feed["feed_url"] == "http://testserver/tags/a.json"
    assert feed["language"] == "en-us"
    assert feed["authors"] == [{"name": "A stead", "url": "http://testserver/"}]
    assert feed["favicon"] == "http://testserver/favicon.ico"


def test_an_item_states_all_that_there_is_to_state(make_entry, read_json):
    entry = make_entry(
        kind="link",
        title="Tom & Jerry “x”",
        slug="tom",
        content="<p>Text &amp; more.</p>",
        summary="In short.",
        link_url="https://example.org/?a=1&b=2",
        author_name="Ana",
        author_uri="https://ana.example/",
        people=[["author", "", "", "bob@example.org"], ["contributor", "C", "", ""]],
        language="pt-BR",
        updated=NOON + timedelta(hours=1),
        canonical_url="https://elsewhere.example/post",
        tags=["C++", "b"],
    )
    entry.enclosures.create(href="https://a.example/a b.mp3", type="audio/mpeg", length=0)
    entry.enclosures.create(href="https://a.example/b.ogg", type="?", title="B", length=12)
    entry.enclosures.create(href="https://a.example/c")
    picture = {"type": "image/png", "role": Enclosure.Role.MEDIA}
    entry.enclosures.create(href="https://a.example/1.png", **picture)

    item = only_item(read_json(EVERYTHING))

    assert ' href="https://example.org/?a=1&amp;b=2">Tom &amp; Jerry “x”</a>' in item.pop(
        "content_html"
    )
    assert item == {
        "id": entry.atom_id,
        "url": "http://testserver/2024/Mar/9/tom/",
        "external_url": "https://example.org/?a=1&b=2",
        "title": "Tom & Jerry “x”",
        "summary": "In short.",
        "image": "https://a.example/1.png",
        "date_published": "2024-03-09T12:00:00+00:00",
        "date_modified": "2024-03-09T13:00:00+00:00",
        "authors": [
            {"name": "Ana", "url": "https://ana.example/"},
            {"url": "mailto:bob@example.org"},
        ],
        "tags": ["C++", "b"],
        "language": "pt-BR",
        "attachments": [
            {
                "url": "https://a.example/a%20b.mp3",
                "mime_type": "audio/mpeg",
                "size_in_bytes": 0,
            },
            {
                "url": "https://a.example/b.ogg",
                "mime_type": "audio/ogg",
                "title": "B",
                "size_in_bytes": 12,
            },
            {"url": "https://a.example/c", "mime_type": "application/octet-stream"},
        ],
        "_post": {"kind": "link"},
        "_original": {"url": "https://elsewhere.example/post"},
    }


def test_an_item_of_somebody_elses_feed_says_where_it_is_from(make_sourced, read_json):
    make_sourced(
        url="https://elsewhere.example/feed",
        title="Elsewhere",
        site_url="https://elsewhere.example/",
        author_uri="https://elsewhere.example/me",
    )

    item = only_item(read_json(EVERYTHING))

    assert item["_original"] == {
        "url": "https://elsewhere.example/post",
        "title": "Elsewhere",
        "home_page_url": "https://elsewhere.example/",
        "feed_url": "https://elsewhere.example/feed",
    }
    assert item["authors"] == [{"name": "Elsewhere", "url": "https://elsewhere.example/me"}]


def test_an_item_that_has_moved_in_is_the_sites_own(make_sourced, read_json):
    make_sourced(Source.Canonical.SELF, url="https://elsewhere.example/feed", title="Elsewhere")

    item = only_item(read_json(EVERYTHING))

    assert item["_original"] == {"url": "https://elsewhere.example/post"}
    assert "authors" not in item


@pytest.mark.parametrize(
    "url", ["file:///home/somebody/feed.xml", "https://me:secret@elsewhere.example/feed"]
)
def test_where_a_feed_is_read_from_in_private_is_told_to_nobody(make_sourced, client, url):
    make_sourced(url=url, title="Elsewhere")

    for address in (EVERYTHING, "/atom/everything/"):
        document = client.get(address).content.decode()
        assert "somebody" not in document
        assert "secret" not in document


def test_the_pages_of_a_feed_hold_every_entry_once(make_entries, read_json):
    dates = ({"published": NOON + timedelta(hours=n // 7)} for n in range(2 * PAGE_SIZE + 10))
    wanted = [entry.atom_id for entry in make_entries(dates, kind="note", tags=["a"])]

    for address in ("/json/notes/", "/tags/a.json", "/search.json?q=kind%3Anote"):
        read = []
        following = address
        while following:
            feed = read_json(following)
            assert feed["feed_url"] == f"http://testserver{address}"
            read.append([item["id"] for item in feed["items"]])
            following = feed.get("next_url", "").removeprefix("http://testserver")

        assert [len(ids) for ids in read] == [PAGE_SIZE, PAGE_SIZE, 10]
        assert sorted(id_ for ids in read for id_ in ids) == sorted(wanted)


def test_a_json_feed_has_the_entries_of_the_atom_feed(sample, read_json, served):
    for json_path, atom_path in [
        (EVERYTHING, "/atom/everything/"),
        ("/json/links/", "/atom/links/"),
        ("/tags/feeds.json", "/tags/feeds.atom"),
    ]:
        atom = statements(served(atom_path))
        items = {item["id"]: item for item in read_json(json_path)["items"]}

        assert list(items) == list(atom)
        for id_, stated in atom.items():
            assert items[id_].get("title", "") == stated["title"]
            assert datetime.fromisoformat(items[id_]["date_published"]) == stated["published"]
            assert items[id_].get("tags", []) == stated["categories"]
            assert items[id_]["_original"]["url"] == stated["original"]


def test_feeds_are_valid_whatever_stands_in_the_fields(make_entry, read_json):
    entries = make_hostile_entries(make_entry)

    read = []
    following = EVERYTHING
    while following:
        feed = read_json(following)
        read += [item["id"] for item in feed["items"]]
        following = feed.get("next_url", "").removeprefix("http://testserver")

    assert sorted(read) == sorted(entry.atom_id for entry in entries)
    for source in Source.objects.order_by("pk")[:20]:
        read_json(reverse("entries:json_source", args=[source.pk]))
    for tag in Tag.objects.all():
        read_json(reverse("entries:json_tag", args=[tag.slug]))


@given(rows=st.lists(ENTRY_ROWS, max_size=3, unique_by=lambda row: row.atom_id))
def test_no_text_makes_a_feed_invalid(rows):
    document = document_of(rows, json_feed)

    assert findings(document.encode(), HEAD.first) == []
    assert len(json.loads(document)["items"]) == len(rows)


def test_our_own_json_feed_is_taken_apart_again_without_loss(make_entry, sample, client):
    make_one_of_each(make_entry)
    before = fields_of_entries(UNSAID)
    document = client.get(EVERYTHING).content
    forget_everything()

    import_document(Fetched("ours.json", document))

    after = fields_of_entries(UNSAID)
    assert after.keys() == before.keys()
    for atom_id in before:
        assert after[atom_id] == before[atom_id]


def test_our_own_json_feed_brings_nothing_new_to_the_site_it_is_from(sample, client):
    before = fields_of_entries(UNSAID)

    report = import_document(Fetched("ours.json", client.get(EVERYTHING).content))

    assert report.counts["created"] == report.counts["updated"] == 0
    assert fields_of_entries(UNSAID) == before
