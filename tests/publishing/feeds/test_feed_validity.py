"""Every published feed is valid by RFC 4287, for any input."""

import json
import re
from contextlib import suppress
from io import StringIO
from urllib.parse import quote, urlsplit
from xml.sax.xmlreader import AttributesImpl

import pytest
from django.utils.xmlutils import SimplerXMLGenerator
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from entries.importing.errors import FeedError
from entries.importing.fetching.fetched import Fetched
from entries.importing.importer import import_document
from entries.lib.characters import strip_controls
from entries.models import Entry, Source, Tag
from entries.publishing.feeds.atom_elements import ElementWriter
from entries.publishing.tags.public_tags import MAX_COMBINED_TAGS
from tests import jsonfeed
from tests.atom import ATOM, findings, hrefs, pages_from, parse_back, schema, statements
from tests.documents import document_of
from tests.feedvalidator import LANG, MEDIA, THREADS, faults
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


RIGHT = (
    '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:thr="http://purl.org/syndication/thread/1.0"'
    ' xmlns:at="http://purl.org/atompub/tombstones/1.0" xml:lang="pt-BR"><title>T</title>'
    '<at:deleted-entry ref="tag:x,2024:0" when="2024-03-09T12:00:00Z"/><entry><title>E</title>'
    "<author><name>N</name><email>n@x.example</email><uri>https://x.example/</uri></author>"
    '<link rel="enclosure" type="audio/mpeg" length="1" href="https://x.example/a"/>'
    '<category term="one"/><category term="two"/><thr:in-reply-to ref="tag:x,2024:2"/>'
    "<source><id>tag:x,2024:3</id><title>S</title><updated>2024-03-09T12:00:00Z</updated></source>"
    '<content type="html">&lt;p&gt;A &lt;a href="https://x.example/"&gt;link&lt;/a&gt;</content>'
    "</entry></feed>"
)


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("pt-BR", "pt_BR"),
        ("pt-BR", "portuguese"),
        ("<title>E</title>", "<title> </title>"),
        (' when="2024-03-09T12:00:00Z"', ""),
        ("n@x.example", "n@x.example?subject=x"),
        ("n@x.example", "mailto:n@x.example"),
        ("n@x.example", "n at x"),
        ("https://x.example/<", "x.example<"),
        ("audio/mpeg", "audio"),
        ("audio/mpeg", "image/*"),
        ('length="1"', 'length="many"'),
        ('rel="enclosure"', 'rel="made-up"'),
        ("https://x.example/a", "https://x.example/ a"),
        ("https://x.example/a", "https://x..example/a"),
        ("https://x.example/a", "https://x.example/a?b[]=1"),
        ("https://x.example/a", "https://x.example/100%"),
        ("https://x.example/a", "https://x.example/#a#b"),
        ('term="two"', 'term="one"'),
        ('term="two"', 'term=" "'),
        (' ref="tag:x,2024:2"', ""),
        ("<updated>2024-03-09T12:00:00Z</updated></source>", "</source>"),
        ("<id>tag:x,2024:3</id>", ""),
        ('href="https://x.example/"', 'href="/page"'),
        ('href="https://x.example/"', 'href="#note"'),
        ("&lt;p&gt;", '&lt;p style="x"&gt;'),
        ("&lt;p&gt;", '&lt;p data-x="x"&gt;'),
        ("&lt;p&gt;", "&lt;script&gt;&lt;/script&gt;"),
    ],
)
def test_the_rules_of_the_validator_know_right_from_wrong(right, wrong):
    assert right in RIGHT

    assert [*faults(etree.fromstring(RIGHT))] == []
    assert len([*faults(etree.fromstring(RIGHT.replace(right, wrong)))]) >= 1


def test_what_is_not_quite_valid_is_put_right_or_left_out(db, client):
    import_document(Fetched("f", feed_file("odd-values.atom"), url=f"{SITE}/feed"))

    (document, _) = judge(client, EVERYTHING)

    second, first = etree.fromstring(document).findall(f"{ATOM}entry")
    if first.findtext(f"{ATOM}title") != "Post 1":
        first, second = second, first
    assert (first.get(LANG), second.get(LANG)) == (None, "de-AT")
    assert hrefs(first, "via") == [
        "https://blog.example/post?tags%5B%5D=a&discount=100%25#top%23bottom"
    ]
    enclosures = first.findall(f"{ATOM}link[@rel='enclosure']")
    assert [dict(link.attrib) for link in enclosures] == [
        {"rel": "enclosure", "href": "https://files.example/%5Ba%5D.mp3", "hreflang": "en-GB"},
        {"rel": "enclosure", "href": "https://files.example/b.png", "length": "12"},
    ]
    assert [category.get("term") for category in first.findall(f"{ATOM}category")] == ["one"]
    replies = [dict(reply.attrib) for reply in first.findall(f"{THREADS}in-reply-to")]
    answered = "https://other.example/a%20post"
    assert replies == [
        {"ref": answered, "href": answered},
        {"ref": "tag:other.example,2024:2", "href": "https://other.example/2"},
    ]
    assert first.find(f"{MEDIA}content/{MEDIA}title").text == "A heron"
    assert second.find(f"{ATOM}author/{ATOM}email") is None


def test_addresses_in_the_text_of_ones_own_post_are_whole_in_feeds(make_entry, served, client):
    content = (
        '<p><a href="/about/">About</a>, <a href="#fn">1</a>, <a href="//x.example/">x</a>,'
        ' <a href="mailto:a@x.example">mail</a> <img src="a.png" alt="A"></p>'
        '\n<blockquote cite="../q?a=1&amp;b=2"><p id="fn">Note.</p></blockquote>'
        '<pre><code>&lt;a href="b.html"&gt;</code></pre>'
    )
    entry = make_entry(kind="article", content=content)
    page = f"http://testserver{entry.get_absolute_url()}"

    document = served(EVERYTHING)

    assert findings(document, f"http://testserver{EVERYTHING}") == []
    (item,) = parse_back(document).entries
    assert re.findall('(?:href|src|cite)="(.*?)"', item.content[0].value) == [
        "http://testserver/about/",
        f"{page}#fn",
        "http://x.example/",
        "mailto:a@x.example",
        f"{page}a.png",
        page.rsplit("/", 2)[0] + "/q?a=1&amp;b=2",
        "b.html",
    ]
    assert 'href="#fn"' in client.get(entry.get_absolute_url()).content.decode()


FORMATS = {
    "atom": ("application/atom+xml; charset=utf-8", findings),
    "json": ("application/feed+json", jsonfeed.findings),
}


def judge(client, address):
    """The feed of a list, given by its Atom URL, in each format."""
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
        if 2 <= entry.tags.count() <= MAX_COMBINED_TAGS
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
