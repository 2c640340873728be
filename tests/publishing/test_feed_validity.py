"""Every feed is valid by RFC 4287, whatever came in."""

import json
import re
from contextlib import suppress
from io import StringIO
from urllib.parse import quote, urlsplit
from xml.sax.xmlreader import AttributesImpl

import pytest
from django.utils.xmlutils import SimplerXMLGenerator
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from entries.characters import strip_controls
from entries.importing.document import Fetched
from entries.importing.errors import FeedError
from entries.importing.importer import import_document
from entries.models import Entry, Source, Tag
from entries.publishing.elements import ElementWriter
from entries.publishing.taxonomy import TAGS_AT_ONCE
from tests import jsonfeed
from tests.atom import findings, hrefs, pages_from, parse_back, schema, statements
from tests.documents import document_of
from tests.hostile import ENTRY_ROWS, make_hostile_entries, storable
from tests.importing.files import NAMES, feed_file

KINDS = [f"/atom/{kind}s/" for kind in Entry.Kind.values]
EVERYTHING = "/atom/everything/"
SITE = "https://blog.example"


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


FORMATS = {
    "atom": ("application/atom+xml; charset=utf-8", findings),
    "json": ("application/feed+json", jsonfeed.findings),
}


def judge(client, address):
    """The feed at an address, which is the list's in Atom, once in each format."""
    for format, (content_type, find) in FORMATS.items():
        path = re.sub(r"(^/|\.)atom(?=[/?]|$)", rf"\1{format}", address)
        response = client.get(path)
        assert (response.status_code, response["Content-Type"]) == (200, content_type)
        assert find(response.content, f"http://testserver{path}") == []
        yield response.content


def test_every_feed_of_every_list_is_valid(sample, client):
    tags = [tag.slug for tag in Tag.objects.all()]
    together = [
        "+".join(sorted(entry.tags.slugs()))
        for entry in Entry.objects.all()
        if 2 <= entry.tags.count() <= TAGS_AT_ONCE
    ]
    words = ["the", "the+-kind%3Alink", "kind%3Alink", "tag%3Afeeds+-kind%3Anote", "from%3A2001"]
    lists = [
        *(EVERYTHING, *KINDS),
        *(f"/tags/{quote(slug, safe='+')}.atom" for slug in [*tags, *together]),
        *(f"/sources/{source.pk}.atom" for source in Source.objects.all()),
        *(f"/search.atom?q={query}" for query in words),
    ]
    assert together

    for address in lists:
        atom, json_feed = judge(client, address)
        stated = statements(atom)
        assert stated, address
        assert [item["id"] for item in json.loads(json_feed)["items"]] == list(stated)


def test_a_feed_without_entries_is_valid(db, client):
    for address in (EVERYTHING, *KINDS, "/search.atom?q=nothing"):
        atom, json_feed = judge(client, address)

        assert parse_back(atom).entries == json.loads(json_feed)["items"] == []


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


@settings(deadline=None)
@given(rows=st.lists(ENTRY_ROWS, max_size=3, unique_by=lambda row: row.atom_id))
def test_no_text_makes_a_feed_invalid(rows):
    document = document_of(rows).encode()

    assert findings(document, f"http://testserver{EVERYTHING}") == []
    assert len(parse_back(document).entries) == len(rows)


CLEAN = st.text().map(strip_controls)


@given(text=CLEAN, attributes=st.dictionaries(st.sampled_from("abc"), CLEAN))
def test_elements_are_written_as_djangos_generator_writes_them(text, attributes):
    out = StringIO()
    djangos, ours = SimplerXMLGenerator(out, "utf-8"), ElementWriter()
    for handler in (djangos, ours):
        handler.startElement("outer", AttributesImpl(attributes))
        handler.addQuickElement("inner", text, attributes)
        handler.addQuickElement("empty", "", attributes)
        handler.addQuickElement("nothing")
        handler.endElement("outer")

    assert etree.canonicalize(ours.text()) == etree.canonicalize(out.getvalue())


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


def test_what_was_imported_from_any_feed_goes_out_valid(db, client):
    for name in NAMES:
        with suppress(FeedError):
            import_document(Fetched(name, feed_file(name), url=f"{SITE}/{name}"))
    atom_ids = set(Entry.objects.live().values_list("atom_id", flat=True))
    sources = Source.objects.filter(entries__in=Entry.objects.live()).distinct()
    assert sources.count() > 20

    for source in sources:
        assert all(judge(client, f"/sources/{source.pk}.atom"))
    pages = [*all_pages(client, "/json/everything/")]

    assert {item["id"] for page in pages for item in json.loads(page)["items"]} == atom_ids


def all_pages(client, address):
    while address:
        document = client.get(address).content
        assert jsonfeed.findings(document, f"http://testserver{address}") == []
        yield document
        address = json.loads(document).get("next_url", "").removeprefix("http://testserver")
