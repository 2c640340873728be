"""Every feed is valid by RFC 4287, whatever came in."""

from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from entries.models import Entry
from entries.publishing.feeds import atom_document, kind_head
from tests.atom import findings, hrefs, pages_from, parse_back, schema, statements
from tests.hostile import ENTRY_ROWS, make_hostile_entries, storable

KINDS = [f"/atom/{kind}s/" for kind in Entry.Kind.values]
EVERYTHING = "/atom/everything/"


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
def test_every_feed_of_the_sample_is_valid(sample, served, address):
    document = served(address)

    assert findings(document, f"http://testserver{address}") == []
    assert statements(document)


def test_a_feed_without_entries_is_valid(db, served):
    for address in (EVERYTHING, *KINDS):
        document = served(address)

        assert findings(document, f"http://testserver{address}") == []
        assert parse_back(document).entries == []


def test_feeds_are_valid_whatever_stands_in_the_fields(make_entry, served):
    entries = make_hostile_entries(make_entry)

    documents = {
        address: document
        for feed in (EVERYTHING, *KINDS)
        for document in pages_from(served, feed, "next")
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


@given(rows=st.lists(ENTRY_ROWS, max_size=3, unique_by=lambda row: row.atom_id))
def test_no_text_makes_a_feed_invalid(rows):
    document = atom_document(kind_head(), rows).encode()

    assert findings(document, f"http://testserver{EVERYTHING}") == []
    assert len(parse_back(document).entries) == len(rows)


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
def test_an_id_stands_in_the_feed_letter_for_letter(make_entry, served, atom_id):
    make_entry(atom_id=atom_id)

    document = served(EVERYTHING)

    assert findings(document, f"http://testserver{EVERYTHING}") == []
    assert list(statements(document)) == [atom_id]


def test_what_is_no_id_is_given_one_that_stays(make_entry, served, settings):
    for atom_id in ("no iri", "urn:x:\x01", "urn:x:\x02", "urn:x:\ufffe", "a<b>c", "", "日本"):
        make_entry(atom_id=storable(atom_id), title=repr(atom_id))

    document = served(EVERYTHING)
    settings.SITE_URL = "https://moved.example"
    moved = served(EVERYTHING)

    assert findings(document, f"http://testserver{EVERYTHING}") == []
    assert len(statements(document)) == 7
    assert list(statements(document)) == list(statements(moved))
