"""A feed that is read piece by piece gives the same entries as one that is read whole."""

from pathlib import Path

import pytest
from django.conf import settings

from entries.importing.parsing.parser import parse_feed, parse_piece
from entries.importing.parsing.splitting import Document, closing_tags, split_document
from tests.importing.atom import entry, feed

ATOM = b'<feed xmlns="http://www.w3.org/2005/Atom"><title>t</title>'
RSS = b'<rss version="2.0"><channel><title>t</title>'


def read(data: bytes) -> list[dict]:
    return [dict(item) for item in parse_piece(data).entries]


def pieces_of_one(document: Document) -> list[bytes]:
    return [b"".join([document.head, one, document.tail]) for one in document.entries]


FEEDS = {
    "atom": ATOM + b"<entry><id>1</id></entry>\n<entry><id>2</id></entry></feed>",
    "rss": RSS + b"<item><guid>1</guid></item><item><guid>2</guid></item></channel></rss>",
    "rss 1.0": b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
    b'xmlns="http://purl.org/rss/1.0/"><channel><title>t</title><items><rdf:Seq>'
    b'<rdf:li rdf:resource="1"/></rdf:Seq></items></channel><item rdf:about="1"><title>1</title>'
    b'</item><item rdf:about="2"><title>2</title></item></rdf:RDF>',
    "prefixed": b'<a:feed xmlns:a="http://www.w3.org/2005/Atom"><a:title>t</a:title>'
    b"<a:entry><a:id>1</a:id></a:entry><a:entry><a:id>2</a:id></a:entry></a:feed>",
    "attributes": ATOM + b'<entry xml:lang="de" xml:base="https://a.example/"\n>'
    b"<id>1</id></entry ><entry\txml:lang='fr'><id>2</id></entry></feed>",
    "CDATA": RSS + b"<item><description><![CDATA[<item></item></channel><item>]]></description>"
    b"</item><item><guid>2</guid></item></channel></rss>",
    "comment in an entry": ATOM + b"<entry><!-- </entry><entry> --><id>1</id></entry>"
    b"<entry><id>2</id></entry></feed>",
    "comment in the head": b"<?xml version='1.0'?><!-- an <entry> or an <item> -->"
    + ATOM
    + b"<entry><id>1</id></entry><entry><id>2</id></entry></feed>",
    "CDATA in the head": RSS + b"<description><![CDATA[<item>]]></description>"
    b"<item><guid>1</guid></item><item><guid>2</guid></item></channel></rss>",
    "comment between": ATOM + b"<entry><id>1</id></entry><!-- and <entry> --> <!-- -->"
    b"<entry><id>2</id></entry></feed>",
    "comment after the last": ATOM + b"<entry><id>1</id></entry><entry><id>2</id></entry>"
    b"<!-- a cache's --></feed><!-- and another's -->",
    "a > in an attribute": ATOM + b"<entry xml:base='https://a.example/?>/'><id>1</id></entry>"
    b"<entry a='/>'><id>2</id></entry></feed>",
    "an instruction in an entry": RSS + b"<item><guid>1</guid><?php </item><item> ?></item>"
    b"<item><guid>2</guid></item></channel></rss>",
    "two prefixes of one namespace": b'<a:feed xmlns:a="http://www.w3.org/2005/Atom" '
    b'xmlns="http://www.w3.org/2005/Atom"><title>t</title>'
    b"<a:entry><a:id>1</a:id></a:entry><entry><id>2</id></entry></a:feed>",
    "an item of another namespace in an entry": RSS + b'<item xmlns:x="urn:x"><guid>1</guid>'
    b'<x:item/></item><item xmlns:x="urn:x"><x:item>x</x:item><guid>2</guid></item>'
    b"</channel></rss>",
    "longer names": RSS + b"<itemid>x</itemid><items/><item><guid>1</guid><itemx>y</itemx></item>"
    b"<item><guid>2</guid></item></channel></rss>",
}
UNSPLIT = {
    "text between": RSS + b"<item><guid>1</guid></item><ttl>9</ttl><item><guid>2</guid></item>"
    b"</channel></rss>",
    "an empty entry": ATOM + b"<entry/><entry><id>2</id></entry></feed>",
    "entries in an entry": ATOM + b"<entry><entry><id>1</id></entry></entry></feed>",
    "no entry": ATOM + b"</feed>",
}


@pytest.mark.parametrize("name", FEEDS)
def test_pieces_give_the_same_entries_as_the_whole(name):
    document = split_document(FEEDS[name])

    assert document is not None
    assert not document.broken_off
    assert len(document.entries) == 2
    pieces = [one for piece in pieces_of_one(document) for one in read(piece)]
    assert pieces == read(FEEDS[name])


@pytest.mark.parametrize("name", UNSPLIT)
def test_a_document_that_can_not_be_cut_safely_is_read_whole(name):
    assert split_document(UNSPLIT[name]) is None

    guids = [item.guid for item in parse_feed(UNSPLIT[name]).entries]
    assert guids == [item.get("id", "") for item in read(UNSPLIT[name])]


def test_the_sample_is_the_same_in_pieces():
    data = (Path(settings.BASE_DIR) / "entries" / "sample" / "sample.atom").read_bytes()

    document = split_document(data)

    pieces = [one for piece in pieces_of_one(document) for one in read(piece)]
    assert pieces == read(data)


def test_a_document_type_with_entities_serves_every_piece():
    data = b'<!DOCTYPE feed [<!ENTITY who "Ada">]>' + feed(
        *[entry(n, title=f"{n} by WHO") for n in range(450)]
    ).split(b"\n", 1)[1].replace(b"WHO", b"&who;")

    titles = [item.title for item in parse_feed(data).entries]

    assert len(titles) == 450
    assert len({title.split(" by ")[1] for title in titles}) == 1


@pytest.mark.parametrize("number", [199, 200, 201, 450])
def test_entries_come_in_order_across_pieces(number):
    titles = [item.title for item in parse_feed(feed(*map(entry, range(number)))).entries]

    assert titles == [f"Post {n}" for n in range(number)]


WHOLE = feed(*map(entry, range(5)))


@pytest.mark.parametrize(
    ("end", "kept"),
    [
        (WHOLE.index(b"</feed>"), 5),
        (WHOLE.index(b"</feed>") - 3, 4),
        (WHOLE.index(b"Post 3"), 3),
        (WHOLE.index(b"<entry>") + 3, 0),
        (WHOLE.index(b"<content", WHOLE.index(b"Post 1")), 1),
    ],
)
def test_the_entries_before_the_break_of_a_document_are_read(end, kept):
    parsed = parse_feed(WHOLE[:end])

    assert [item.title for item in parsed.entries] == [f"Post {n}" for n in range(kept)]
    assert parsed.feed.title == "A blog of examples"
    assert parsed.feed.warnings


def test_open_elements_are_closed():
    head = b"<?xml version='1.0'?><!-- <no> --><rss a='b'><channel><br/><title>t</title><image>"

    # The unclosed image contains no entries.
    assert closing_tags(head) == b"</channel></rss>"


@pytest.mark.parametrize("piece", [b"<![CDATA[", b"<!--"])
def test_a_break_in_a_text_that_quotes_entries_loses_only_that_entry(piece):
    data = RSS + b"<item><title>1</title></item><item><title>2</title>%s <item>x</item>" % piece

    assert [item.title for item in parse_feed(data).entries] == ["1"]


def test_entities_that_grow_without_bounds_are_not_unfolded():
    layers = [b'<!ENTITY e0 "%s">' % (b"x" * 1_000)]
    layers += [b'<!ENTITY e%d "%s">' % (n, b"&e%d;" % (n - 1) * 10) for n in range(1, 9)]
    body = RSS + b"<item><title>&e8;</title></item></channel></rss>"

    document = split_document(b"<!DOCTYPE rss [%s]>" % b"".join(layers) + body)

    assert document is not None
    assert len(document.entries) == 1
