"""The feeds that go out: valid whatever came in, and without loss."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings as site_settings
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from lxml import etree

from entries.importing.document import Fetched
from entries.importing.importer import import_document
from entries.models import Entry, ImportRun, Sighting, Source, Tag
from entries.publishing.feeds import PAGE_SIZE
from tests.atom import ATOM, findings, hrefs, parse_back, schema, statements
from tests.hostile import make_hostile_entries, storable

SAMPLE = Path(site_settings.BASE_DIR, "entries", "sample", "sample.atom").read_bytes()
NOON = datetime(2024, 3, 9, 12, 0, tzinfo=UTC)
KINDS = [f"/atom/{kind}s/" for kind in Entry.Kind.values]
EVERYTHING = "/atom/everything/"


@pytest.fixture(autouse=True)
def fresh_cache():
    cache.clear()


@pytest.fixture
def sample(db):
    """The site with the bundled feed imported."""
    return import_document(Fetched("sample.atom", SAMPLE))


@pytest.fixture
def make_sourced(make_entry):
    """Build a live entry that a source of these fields leads."""

    def make(canonical=Source.Canonical.SOURCE, **fields):
        entry = make_entry(canonical_url="https://elsewhere.example/post")
        source = Source.objects.create(canonical=canonical, **fields)
        Sighting.objects.create(
            source=source, entry=entry, leads=True, matched_by="new", dated_by="x", base={}, raw=""
        )
        return entry

    return make


def served(client, address):
    response = client.get(address)
    assert response.status_code == 200
    assert response["Content-Type"] == "application/atom+xml; charset=utf-8"
    return response.content


def only_entry(document):
    (entry,) = etree.fromstring(document).findall(f"{ATOM}entry")
    return entry


def pages_from(client, address, rel):
    """The documents of a paged feed from this one on, in one direction."""
    documents = []
    while address:
        documents.append(served(client, address))
        following = hrefs(etree.fromstring(documents[-1]), rel)
        address = following[0].removeprefix("http://testserver") if following else None
    return documents


def fields_of_entries():
    """Every field that a feed can carry, by id."""
    names = [
        *("kind", "title", "slug", "day", "published", "updated", "content", "summary"),
        *("author_name", "author_uri", "author_email", "language", "link_url", "via_url"),
        *("via_title", "quoted_source", "quoted_url", "quoted_context", "tags_line"),
    ]
    return {
        entry.atom_id: {name: getattr(entry, name) for name in names}
        | {"tags": list(entry.taggings.order_by("pk").values_list("tag__name", "term"))}
        | {"enclosures": list(entry.enclosures.values_list("href", "type", "length"))}
        for entry in Entry.objects.all()
    }


def forget_everything():
    ImportRun.objects.all().delete()
    Entry.objects.all().delete()
    Sighting.objects.all().delete()
    Source.objects.all().delete()
    Tag.objects.all().delete()


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("<id>tag:x,2024:1</id>", ""),
        ("<id>tag:x,2024:1</id>", "<id>not absolute</id>"),
        ("<title>T</title>", "<title>T</title><title>T</title>"),
        ("<title>T</title>", '<title type="markdown">T</title>'),
        ("2024-03-09T12:00:00Z", "2024-03-09 12:00"),
        ("2024-03-09T12:00:00Z", "2024-03-09T12:00:00"),
        ("2024-03-09T12:00:00Z", "2024-02-31T12:00:00Z"),
        ('rel="self"', 'rel="self" href2="x"'),
        ("http://testserver/f", "/f"),
        ("<name>N</name>", "<name> </name>"),
        ("<name>N</name>", "<name>N</name><email>nobody</email>"),
        ("<author>", '<author xml:lang="e n">'),
        ("</feed>", "<updated>2024-03-09T12:00:00Z</updated></feed>"),
        ("</feed>", "<entry/></feed>"),
        ("</feed>", "<enclosure/></feed>"),
    ],
)
def test_the_schema_knows_right_from_wrong(right, wrong):
    document = (
        '<feed xmlns="http://www.w3.org/2005/Atom"><id>tag:x,2024:1</id><title>T</title>'
        "<updated>2024-03-09T12:00:00Z</updated><author><name>N</name></author>"
        '<link rel="self" href="http://testserver/f"/></feed>'
    )

    assert schema().validate(etree.fromstring(document))
    assert not schema().validate(etree.fromstring(document.replace(right, wrong)))


@pytest.mark.parametrize("address", [EVERYTHING, *KINDS, "/tags/feeds.atom"])
def test_every_feed_of_the_sample_is_valid(sample, client, address):
    document = served(client, address)

    assert findings(document, f"http://testserver{address}") == []
    assert statements(document)


def test_a_feed_without_entries_is_valid(db, client):
    for address in (EVERYTHING, *KINDS):
        document = served(client, address)

        assert findings(document, f"http://testserver{address}") == []
        assert parse_back(document).entries == []


def test_feeds_are_valid_whatever_stands_in_the_fields(make_entry, client):
    entries = make_hostile_entries(make_entry)

    documents = {
        address: document
        for feed in (EVERYTHING, *KINDS)
        for document in pages_from(client, feed, "next")
        for address in hrefs(etree.fromstring(document), "self")
    }

    for address, document in documents.items():
        assert findings(document, address) == []
    for feed in (EVERYTHING, *KINDS):
        read = [
            item.id
            for address, document in documents.items()
            if urlsplit(address).path == feed
            for item in parse_back(document).entries
        ]
        kind = feed.removeprefix("/atom/").removesuffix("s/")
        wanted = [e.atom_id for e in entries if feed == EVERYTHING or e.kind == kind]
        assert sorted(read) == sorted(wanted)


@pytest.mark.parametrize(
    "atom_id",
    [
        "https://Example.org:80/a/../B/?q=%7e&x=1#atom-everything",
        "http://user@example.org//double//slashes/",
        "tag:example.org,2003-12-13:/archives/ä&(ö)",
        "urn:uuid:1225C695-CFB8-4EBB-AAAA-80DA344EFA6A",
        "HTTPS://EXAMPLE.ORG/SHOUTED",
        "x-my.own+scheme:'quoted'&amp;]]&#60;",
    ],
)
def test_an_id_stands_in_the_feed_letter_for_letter(make_entry, client, atom_id):
    make_entry(atom_id=atom_id)

    document = served(client, EVERYTHING)

    assert findings(document, f"http://testserver{EVERYTHING}") == []
    assert list(statements(document)) == [atom_id]


def test_what_is_no_id_is_given_one_that_stays(make_entry, client, settings):
    for atom_id in ("no iri", "urn:x:\x01", "urn:x:\x02", "urn:x:\ufffe", "a<b>c", "", "日本"):
        make_entry(atom_id=storable(atom_id), title=repr(atom_id))

    document = served(client, EVERYTHING)
    settings.SITE_URL = "https://moved.example"
    moved = served(client, EVERYTHING)

    assert findings(document, f"http://testserver{EVERYTHING}") == []
    assert len(statements(document)) == 7
    assert list(statements(document)) == list(statements(moved))


def test_the_sample_comes_out_as_it_went_in(sample, client):
    regenerated = statements(served(client, EVERYTHING))
    original = statements(SAMPLE)

    assert regenerated.keys() == original.keys()
    for atom_id in original:
        assert regenerated[atom_id] == original[atom_id]


def test_our_own_feed_brings_nothing_new_to_the_site_it_is_from(sample, client):
    before = fields_of_entries()

    report = import_document(Fetched("ours", served(client, EVERYTHING)))

    assert report.counts["created"] == report.counts["updated"] == 0
    assert report.counts["unchanged"] == len(before)
    assert fields_of_entries() == before


def test_our_own_feed_is_taken_apart_again_without_loss(sample, client):
    before = fields_of_entries()
    document = served(client, EVERYTHING)
    forget_everything()

    report = import_document(Fetched("ours", document))

    assert report.counts["created"] == len(before)
    after = fields_of_entries()
    for atom_id in before:
        assert after[atom_id] == before[atom_id]


def test_fields_that_an_editor_wrote_are_taken_apart_without_loss(make_entry, client):
    common = {"language": "pt-BR", "author_name": "Ana & José <a@b>", "tags": ["c++", "a, b", "<"]}
    make_entry(
        kind="link",
        title="1 < 2 && \"x\" > 'y' — “z”",
        content="<p>One.</p>\n<pre>a\n  b &lt;c&gt;</pre>",
        summary="In short & plain: <none>.",
        link_url="https://example.org/?a=1&b=2",
        via_url="https://example.org/?via=1&x",
        via_title="Tom & Jerry",
        **common,
    )
    make_entry(
        kind="quotation",
        title="",
        content="<p>One.</p>\n<ul><li>two</li></ul>",
        quoted_source="Q & A",
        quoted_url="https://example.org/?q&a",
        quoted_context="at “home” & away",
        **common,
    )
    make_entry(kind="quotation", title="T", quoted_source="Without address", **common)
    make_entry(kind="note", title="", content="<p>Just <em>text</em>.</p>", **common)
    article = make_entry(title="An <em>article</em>", summary="S", **common)
    article.enclosures.create(href="https://example.org/a.mp3", type="audio/mpeg", length=12_345)
    article.enclosures.create(href="https://example.org/b.ogg", type="audio/ogg")
    before = fields_of_entries()
    document = served(client, EVERYTHING)
    forget_everything()

    import_document(Fetched("ours", document))

    after = fields_of_entries()
    for atom_id in before:
        assert after[atom_id] == before[atom_id]


@pytest.mark.parametrize("feed", [EVERYTHING, "/atom/notes/", "/tags/all.atom"])
def test_the_pages_of_a_feed_hold_every_entry_once(make_entry, client, feed):
    wanted = {
        # Several at one moment: the place between them is told by more than the date.
        make_entry(kind="note", tags=["all"], published=NOON + timedelta(hours=i // 7)).atom_id
        for i in range(2 * PAGE_SIZE + 10)
    }

    pages = pages_from(client, feed, "next")
    back = pages_from(client, hrefs(etree.fromstring(pages[-1]), "self")[0][17:], "previous")

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


def test_a_feed_of_one_page_has_no_paging(make_entry, client):
    make_entry()

    root = etree.fromstring(served(client, EVERYTHING))

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
def test_what_is_not_public_is_in_no_feed(make_entry, client, hidden):
    shown = make_entry(kind="note", tags=["python"])
    make_entry(kind="note", tags=["python", "secret"], **hidden)

    for address in (EVERYTHING, "/atom/notes/", "/tags/python.atom"):
        assert list(statements(served(client, address))) == [shown.atom_id]
    assert client.get("/tags/secret.atom").status_code == 404


def test_ids_stay_through_edits_new_addresses_imports_and_a_new_domain(sample, client, settings):
    before = set(statements(served(client, EVERYTHING)))
    feed_id = parse_back(served(client, EVERYTHING)).feed.id
    for entry in Entry.objects.all():
        entry.title, entry.slug, entry.content = "New", f"new-{entry.pk}", "<p>New.</p>"
        entry.published += timedelta(days=400)
        entry.move_to_published()
        entry.save()
    import_document(Fetched("sample.atom", SAMPLE))
    Entry.objects.filter(published__gt=datetime.now(UTC)).update(published=NOON)
    settings.SITE_URL = "https://moved.example"

    document = served(client, EVERYTHING)

    assert set(statements(document)) == before
    assert findings(document, f"https://moved.example{EVERYTHING}") == []
    assert feed_id == f"http://testserver{EVERYTHING}"


def test_an_entry_of_somebody_elses_feed_says_where_it_is_from(make_sourced, client):
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

    document = served(client, EVERYTHING)

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


def test_an_entry_that_has_moved_in_names_no_other_feed(make_sourced, client):
    make_sourced(Source.Canonical.SELF, url="https://elsewhere.example/feed", title="Elsewhere")

    entry = only_entry(served(client, EVERYTHING))

    assert entry.find(f"{ATOM}source") is None
    assert hrefs(entry, "via") == ["https://elsewhere.example/post"]


def test_where_a_file_was_read_from_is_nobodys_business(make_sourced, client):
    make_sourced(url="file:///home/somebody/feed.xml", feed_id="file:///home/somebody/feed.xml")

    document = served(client, EVERYTHING)

    assert findings(document, f"http://testserver{EVERYTHING}") == []
    assert b"file:" not in document
    assert b"somebody" not in document


def test_enclosures_go_out_with_type_and_length(make_entry, client):
    entry = make_entry()
    entry.enclosures.create(href="https://example.org/a b.mp3", type="audio/mpeg", length=0)
    entry.enclosures.create(href="https://example.org/b", type="no type")

    first, second = parse_back(served(client, EVERYTHING)).entries[0].enclosures

    assert first == {
        "href": "https://example.org/a%20b.mp3",
        "type": "audio/mpeg",
        "length": "0",
    }
    assert second.href == "https://example.org/b"
    assert second.type != "no type"


def test_a_category_is_spelled_as_the_entrys_feed_spells_it(make_entry, client):
    make_entry(tags=["Python", "GIL"], published=NOON - timedelta(days=1))
    later = make_entry(tags=["gil", "PYTHON"])

    stated = statements(served(client, EVERYTHING))[later.atom_id]

    assert stated["categories"] == ["gil", "PYTHON"]
    assert " ".join(stated["words"]).endswith("Tags: gil , PYTHON")


def test_an_entry_without_a_tags_line_goes_out_without(make_entry, client):
    make_entry(tags=["python"], tags_line=False, content="<p>Text.</p>")

    (stated,) = statements(served(client, EVERYTHING)).values()

    assert stated["words"] == ["Text."]
    assert stated["categories"] == ["python"]


def test_a_feed_changes_when_its_newest_change_says(make_entry, client):
    make_entry(updated=NOON + timedelta(days=3))
    make_entry(updated=NOON + timedelta(days=1), published=NOON + timedelta(hours=1))

    parsed = parse_back(served(client, EVERYTHING))

    assert parsed.feed.updated == "2024-03-12T12:00:00+00:00"


def test_another_name_of_a_tag_redirects_to_its_feed(make_entry, client):
    make_entry(tags=["Free Threading"])

    response = client.get("/tags/FREE THREADING.atom")

    assert response.headers["Location"] == "/tags/free-threading.atom"


@pytest.mark.parametrize("address", [EVERYTHING, "/atom/notes/", "/tags/python.atom"])
def test_a_feed_costs_as_many_queries_for_fifty_entries_as_for_one(
    make_entry, client, django_assert_num_queries, address
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
        served(client, address)
    for number in range(1, 50):
        add(number)

    with django_assert_num_queries(len(one)):
        document = served(client, address)

    assert len(statements(document)) == 50
