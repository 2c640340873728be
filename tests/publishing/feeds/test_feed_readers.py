"""Feed readers built on feedparser read our feeds without loss."""

from datetime import UTC, datetime, timedelta

import feedparser
import pytest

from entries.importing.fetching.fetched import Fetched
from entries.importing.importer import import_document
from entries.models import Entry, SiteIdentity, Source
from tests.atom import findings, parse_back
from tests.importing.files import feed_file

NOON = datetime(2024, 3, 9, 12, 0, tzinfo=UTC)
EVERYTHING = "/atom/everything/"


def as_readers_read(document):
    """Parse with feedparser's defaults: it sanitises HTML and resolves relative URLs."""
    return feedparser.parse(document).entries


@pytest.mark.parametrize("summary", ["In short.", ""])
@pytest.mark.parametrize("title", ["The title", ""])
@pytest.mark.parametrize("kind", Entry.Kind.values)
def test_pictures_with_words_leave_title_summary_and_content_alone(
    make_entry, served, kind, title, summary
):
    entry = make_entry(
        kind=kind, title=title, summary=summary, content="<p>The text.</p>", quoted_source="Ada"
    )
    for role in ("media", "enclosure", "thumbnail"):
        entry.enclosures.create(
            href=f"https://example.org/{role}.png", type="image/png", title="A heron", role=role
        )

    (item,) = as_readers_read(served(EVERYTHING))

    assert item.title == title or (not title and "heron" not in item.title)
    assert len(item.content) == 1
    # Where there is no summary, feedparser answers with the content.
    assert item.summary == (summary or item.content[0].value)
    assert "The text." in item.content[0].value
    assert "heron" not in item.content[0].value
    assert [file.href for file in item.enclosures] == ["https://example.org/enclosure.png"]
    assert [file["url"] for file in item.media_content] == ["https://example.org/media.png"]


def test_an_entry_from_another_feed_is_not_mistaken_for_it(make_sourced, served):
    make_sourced(
        url="https://elsewhere.example/feed",
        title="Elsewhere",
        subtitle="Far away",
        rights="CC BY",
        author_name="Elsa",
    )

    (item,) = as_readers_read(served(EVERYTHING))

    assert item.title.startswith("Entry ")
    assert item.summary == item.content[0].value
    assert "rights" not in item
    assert item.source.title == "Elsewhere"


def sources(document):
    return [item.source for item in parse_back(document).entries]


def test_the_feed_that_an_entry_is_from_says_when_it_changed(make_sourced, served):
    make_sourced(url="https://elsewhere.example/feed", title="E", feed_updated=NOON)

    document = served(EVERYTHING)

    assert findings(document, f"http://testserver{EVERYTHING}") == []
    assert sources(document)[0].updated == "2024-03-09T12:00:00+00:00"


def test_a_feed_of_which_no_date_is_known_has_changed_with_the_entry(make_sourced, served):
    entry = make_sourced(url="file:///srv/feed.xml")
    other = make_sourced(url="https://elsewhere.example/feed")
    other.origin = {"title": "The first feed"}
    other.save()

    document = served(EVERYTHING)

    assert findings(document, f"http://testserver{EVERYTHING}") == []
    assert {source.updated for source in sources(document)} == {entry.updated.isoformat()}
    assert all(source.id and source.title for source in sources(document))


@pytest.mark.django_db
def test_what_a_feed_says_of_its_change_is_kept_while_it_brings_nothing_new():
    first = feed_file("atom-1.0.atom")
    import_document(Fetched("f", first, url="https://blog.example/feed"))
    stated = Source.objects.get().feed_updated
    assert stated == NOON
    later = first.replace(b"<updated>2024-03-09", b"<updated>2024-03-10", 1)
    report = import_document(Fetched("f", later, url="https://blog.example/feed"))

    assert report.counts == {"unchanged": 1}
    assert Source.objects.get().feed_updated == stated

    news = later.replace(b"Text of post 1.", b"Another text.")
    import_document(Fetched("f", news, url="https://blog.example/feed"))

    assert Source.objects.get().feed_updated == NOON + timedelta(days=1)


@pytest.mark.django_db
def test_the_newest_change_of_its_entries_stands_for_a_date_that_a_feed_lacks():
    import_document(Fetched("f", feed_file("rss-2.0.xml"), url="https://blog.example/feed"))

    newest = Entry.objects.order_by("-updated").first()
    assert Source.objects.get().feed_updated == newest.updated


FEEDS = [EVERYTHING, "/atom/notes/", "/tags/a.atom", "/tags/a+b.atom", "/sources/{}.atom"]


@pytest.mark.parametrize("feed", [*FEEDS, "/search.atom?q=entry"])
def test_a_feed_keeps_its_id_when_the_site_moves(make_entry, client, settings, feed):
    source = Source.objects.create(url="https://elsewhere.example/feed")
    make_entry(kind="note", source=source, tags=["a", "b"])
    feed = feed.format(source.pk)
    json_feed = feed.replace(".atom", ".json").replace("/atom/", "/json/")
    before = parse_back(client.get(feed).content).feed.id

    settings.SITE_URL = "https://moved.example"
    document = client.get(feed).content

    assert findings(document, f"https://moved.example{feed}") == []
    assert parse_back(document).feed.id == before
    assert client.get(json_feed).json()["_atom"] == {"id": before}


def test_each_feed_has_an_id_of_its_own(make_entry, served):
    source = Source.objects.create(url="https://elsewhere.example/feed")
    make_entry(kind="note", source=source, tags=["a", "b"])

    ids = {parse_back(served(feed.format(source.pk))).feed.id for feed in FEEDS}

    assert len(ids) == len(FEEDS)


def test_the_ids_of_feeds_that_had_their_addresses_for_ids_stay_those(make_entry, served, settings):
    make_entry()
    SiteIdentity.objects.update(feed_ids="https://before.example")

    settings.SITE_URL = "https://moved.example"

    assert parse_back(served(EVERYTHING)).feed.id == f"https://before.example{EVERYTHING}"


def test_a_new_site_mints_what_the_ids_of_its_feeds_begin_with(db):
    assert SiteIdentity.objects.get().feed_ids.startswith("tag:testserver,")
