"""Pages have microformats2, which other sites read (https://microformats.org/wiki/h-entry)."""

from datetime import UTC, datetime, timedelta

import mf2py
import pytest

from entries.models import SiteSettings, Source
from tests.hostile import make_hostile_entries

NOON = datetime(2024, 3, 9, 12, 0, tzinfo=UTC)
SITE = "http://testserver"
LISTS = {
    "/": "Test stead",
    "/articles/": "Articles",
    "/tags/python/": "Python",
    "/2024/Mar/": "March 2024",
    "/2024/Mar/9/": "9 March 2024",
}


@pytest.fixture
def read(client):
    """Parse the top-level microformats of a page, as another site would."""

    def get(address):
        response = client.get(address)
        assert response.status_code == 200
        return mf2py.parse(doc=response.content.decode(), url=SITE + address)["items"]

    return get


@pytest.fixture
def read_entry(read):
    """Parse the only h-entry of an entry's page, and return its properties."""

    def get(entry):
        (item,) = read(entry.get_absolute_url())
        assert item["type"] == ["h-entry"]
        return item["properties"]

    return get


@pytest.fixture
def author(db):
    SiteSettings.objects.create(
        pk=SiteSettings.PK, author_name="Ada", author_link="https://ada.example/"
    )


def card(name, *url):
    """An h-card as the value of a property."""
    properties = {"name": [name]} | ({"url": list(url)} if url else {})
    return {"type": ["h-card"], "properties": properties, "value": name, "lang": "en-us"}


@pytest.mark.parametrize("address", LISTS)
def test_a_list_is_a_feed_of_entries(make_entry, read, author, address):
    make_entry(title="Second", tags=["Python"], slug="second", published=NOON)
    make_entry(title="First", tags=["Python"], slug="first", published=NOON - timedelta(hours=1))

    (feed,) = read(address)

    assert feed["type"] == ["h-feed"]
    assert feed["properties"] == {
        "name": [LISTS[address]],
        "url": [SITE + address],
        "author": [card("Ada", "https://ada.example/")],
    }
    assert [entry["type"] for entry in feed["children"]] == [["h-entry"]] * 2
    assert [entry["properties"]["name"] for entry in feed["children"]] == [["Second"], ["First"]]
    first = feed["children"][1]["properties"]
    assert first["url"] == first["uid"] == [f"{SITE}/2024/Mar/9/first/"]
    assert first["published"] == ["2024-03-09T11:00:00+0000"]
    assert first["category"] == ["Python"]
    assert first["content"][0]["html"].startswith("<p>Text")
    assert "author" not in first


def test_a_list_names_the_author_of_what_somebody_else_has_written(make_entry, read, author):
    source = Source.objects.create(
        url="https://s.example/feed", title="The Source", site_url="https://s.example/"
    )
    make_entry(source=source, published=NOON)
    make_entry(source=source, author_name="Bob", published=NOON - timedelta(hours=1))

    (feed,) = read("/")

    assert [entry["properties"]["author"] for entry in feed["children"]] == [
        [card("The Source", "https://s.example/")],
        [card("Bob")],
    ]


def test_the_list_of_a_source_is_its_authors(make_entry, read, author):
    source = Source.objects.create(
        url="https://s.example/feed", title="The Source", author_name="Bob"
    )
    make_entry(source=source)

    (feed,) = read(f"/sources/{source.pk}/")

    assert feed["properties"]["name"] == ["The Source"]
    assert feed["properties"]["author"] == [card("Bob")]


def test_what_a_search_finds_is_a_feed(make_entry, read):
    make_entry(slug="post", title="Fish & chips", content="<p>Eaten.</p>", tags=["Food"])

    (feed,) = read("/search/?q=fish")

    (found,) = feed["children"]
    assert (feed["type"], found["type"]) == (["h-feed"], ["h-entry"])
    assert found["properties"] == {
        "name": ["Fish & chips"],
        "url": [f"{SITE}/2024/Mar/9/post/"],
        "summary": ["Eaten."],
        "published": ["2024-03-09T12:00:00+0000"],
        "category": ["Food"],
    }


def test_a_list_has_the_opening_of_what_is_long_as_a_summary(make_entry, read):
    make_entry(content="<p>words and more</p>" * 400)

    (feed,) = read("/")

    (entry,) = feed["children"]
    assert "content" not in entry["properties"]
    assert entry["properties"]["summary"][0].startswith("words and more")


def test_an_article_says_what_it_is(make_entry, read_entry, author):
    entry = make_entry(
        slug="post",
        title="Fish & chips",
        content="<p>All &amp; all.</p>",
        tags=["Food", "The sea"],
        updated=NOON + timedelta(days=2),
        in_reply_to=[{"href": "https://asked.example/"}],
    )
    entry.enclosures.create(href="https://a.example/a.mp3", type="audio/mpeg")
    entry.enclosures.create(href="https://a.example/a.jpg", type="image/jpeg", role="media")

    said = read_entry(entry)

    assert said["name"] == ["Fish & chips"]
    assert said["url"] == said["uid"] == [f"{SITE}/2024/Mar/9/post/"]
    assert said["published"] == ["2024-03-09T12:00:00+0000"]
    assert said["updated"] == ["2024-03-11T12:00:00+0000"]
    assert said["content"][0]["value"] == "All & all."
    assert said["category"] == ["Food", "The sea"]
    assert said["author"] == [card("Ada", "https://ada.example/")]
    assert said["in-reply-to"] == ["https://asked.example/"]
    assert said["audio"] == ["https://a.example/a.mp3"]
    assert said["photo"] == [{"value": "https://a.example/a.jpg", "alt": ""}]


def test_an_entry_names_all_who_wrote_it(make_entry, read_entry, author):
    entry = make_entry(
        author_name="Bob",
        author_uri="https://bob.example/",
        people=[
            ["author", "Eve", "mailto:eve@example.org", ""],
            ["contributor", "Sam", "", ""],
        ],
    )

    said = read_entry(entry)

    assert said["author"] == [
        card("Bob", "https://bob.example/"),
        card("Eve", "mailto:eve@example.org"),
    ]
    assert said["contributor"] == [card("Sam")]


def test_a_link_is_a_bookmark(make_entry, read, read_entry):
    entry = make_entry(kind="link", title="A page", link_url="https://linked.example/")

    (feed,) = read("/links/")

    for said in (read_entry(entry), feed["children"][0]["properties"]):
        assert said["name"] == ["A page"]
        assert said["bookmark-of"] == ["https://linked.example/"]


def test_a_quotation_quotes(make_entry, read, read_entry):
    entry = make_entry(
        kind="quotation",
        title="",
        content="<p>Simple.</p>",
        quoted_source="Rich",
        quoted_url="https://talk.example/",
        quoted_context="in a talk",
    )

    (feed,) = read("/quotations/")

    for said in (read_entry(entry), feed["children"][0]["properties"]):
        (quoted,) = said["quotation-of"]
        assert quoted["type"] == ["h-cite"]
        assert quoted["properties"] == {"author": ["Rich"], "url": ["https://talk.example/"]}
        assert said["content"][0]["value"] == "Simple."
        assert "name" not in said


def test_a_note_has_no_name(make_entry, read, read_entry):
    entry = make_entry(kind="note", title="", content="<p>Short.</p>")

    (feed,) = read("/notes/")

    for said in (read_entry(entry), feed["children"][0]["properties"]):
        assert "name" not in said
        assert said["content"][0]["value"] == "Short."


@pytest.mark.parametrize(
    ("policy", "known_as"),
    [
        (Source.Canonical.SOURCE, "canonical"),
        (Source.Canonical.NOINDEX, "canonical"),
        (Source.Canonical.SELF, "syndication"),
    ],
)
def test_the_original_is_another_copy_only_where_ours_stands_for_it(
    make_sourced, read_entry, policy, known_as
):
    entry = make_sourced(policy, url="https://elsewhere.example/feed", title="Elsewhere")

    said = read_entry(entry)

    assert said[known_as] == ["https://elsewhere.example/post"]
    assert not {"canonical", "syndication"} - {known_as} & said.keys()


def test_what_is_hostile_is_no_other_property(make_entry, read, read_entry):
    known = {
        *("name", "url", "uid", "published", "updated", "content", "author", "contributor"),
        *("category", "in-reply-to", "bookmark-of", "quotation-of", "canonical"),
        *("photo", "featured", "audio", "video"),
    }
    for entry in make_hostile_entries(make_entry):
        said = read_entry(entry)
        assert said.keys() <= known
        assert said["url"] == [SITE + entry.get_absolute_url()]
        assert len(said["author"]) == 1

    (feed,) = read("/")
    assert len(feed["children"]) == 20


def test_the_pages_name_the_authors_other_addresses(db, client):
    SiteSettings.objects.create(pk=SiteSettings.PK, me="https://social.example/@ada")

    found = mf2py.parse(doc=client.get("/").content.decode(), url=f"{SITE}/")

    assert found["rels"]["me"] == ["https://social.example/@ada"]
