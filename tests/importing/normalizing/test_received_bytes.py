"""The bytes of every entry are kept, and parsing them again gives the imported values."""

import json
import zlib

import pytest

from entries.curating.reclean import reclean
from entries.importing.errors import ParseError
from entries.importing.fetching.fetched import Fetched
from entries.importing.importer import import_document
from entries.importing.normalizing.envelopes import parse_again
from entries.importing.parsing.formats.wordpress_export import without_private_parts
from entries.importing.pruning import delete_unused_envelopes
from entries.models import Entry, FeedEnvelope, Sighting, UpstreamChange
from tests.importing.atom import FEED, SITE, address, entry, feed
from tests.importing.files import NAMES, feed_file


def sightings():
    fields = ("base", "removed", "received_hash", "statement_hash", "dated_by", "received")
    return list(Sighting.objects.order_by("pk").values_list(*fields))


@pytest.mark.parametrize("name", NAMES)
def test_what_is_kept_of_a_feed_parses_to_what_was_imported(read, name):
    try:
        read(feed_file(name))
    except ParseError:
        pytest.skip("no feed")
    before = sightings()

    report = reclean()

    assert (report.changed, report.unreadable) == ([], [])
    assert sightings() == before


@pytest.mark.parametrize("name", ["rss-2.0.xml", "rss-1.0.rdf", "atom-prefixed.atom", "media.rss"])
def test_the_bytes_are_those_of_the_document(read, name):
    read(feed_file(name))

    for sighting in Sighting.objects.all():
        assert zlib.decompress(sighting.received) in feed_file(name)


def test_what_the_header_says_of_the_encoding_is_kept_with_the_bytes(db):
    data = feed(entry(1, "<p>« doué »</p>")).decode().encode("iso-8859-15")
    data = data.replace(b'encoding="utf-8"', b"")
    fetched = Fetched(FEED, data, url=FEED, content_type="text/xml; charset=iso-8859-15")
    import_document(fetched)
    Entry.objects.update(content="<p>dou?</p>")
    for sighting in Sighting.objects.all():
        sighting.base["content"] = "<p>dou?</p>"
        sighting.save()

    reclean()

    assert Entry.objects.get().content == "<p>« doué »</p>"


def test_of_a_document_that_can_not_be_cut_the_parsed_fields_are_kept(read):
    cut_up = feed(entry(1), "<rights>Ada</rights>", entry(2))
    read(cut_up)
    assert {sighting.envelope for sighting in Sighting.objects.all()} == {None}
    assert '"Post 1"' in Sighting.objects.get(guid=address(1)).received_text
    before = sightings()

    assert read(cut_up).unchanged == 2
    assert reclean().changed == []
    assert sightings() == before


def test_one_envelope_serves_all_that_came_in_like_documents(read):
    read(feed(*map(entry, range(1, 4))))
    read(feed(*map(entry, range(1, 4))))
    read(feed(entry(4), entry(1)))

    assert FeedEnvelope.objects.count() == 1
    envelope = FeedEnvelope.objects.get()
    assert envelope.sightings.count() == 4
    assert SITE.encode() in zlib.decompress(envelope.before)


def test_an_envelope_that_nothing_came_in_any_more_goes(read):
    read(feed(entry(1)))
    read(feed(entry(1, "<p>New.</p>"), author="Bo Gorse"))
    assert FeedEnvelope.objects.count() == 2

    delete_unused_envelopes()

    assert FeedEnvelope.objects.get() == Sighting.objects.get().envelope


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"<entry>", b"<entry >\n  "),
        (b'<link rel="alternate" href="%s"' % address(1).encode(), None),
        (b"</content>", b"</content><!-- 0.2 s -->"),
        (b"&lt;p&gt;", b"<![CDATA[<p>]]>"),
    ],
    ids=["white space", "order of attributes", "comment", "CDATA"],
)
def test_the_same_in_other_bytes_changes_nothing(read, old, new):
    document = feed(entry(1))
    read(document)
    before = list(Entry.objects.values_list())
    new = new or b'<link href="%s" rel="alternate"' % address(1).encode()
    assert old in document

    report = read(document.replace(old, new))

    assert report.unchanged == 1
    assert list(Entry.objects.values_list()) == before
    assert read(document.replace(old, new)).entries[0].reasons == []


def test_a_better_parser_reads_what_an_older_one_has_missed(read):
    extra = '<link rel="enclosure" href="https://files.example/a.mp3" length="7"/>'
    read(feed(entry(1, "<p>Text.</p>", extra, updated="2024-03-20T12:00:00Z")))
    post, sighting = Entry.objects.get(), Sighting.objects.get()
    post.enclosures.all().delete()
    post.title, post.updated, post.rights = "P?st", post.published, "Ours"
    post.save()
    missed = {"title": "P?st", "enclosures": [], "updated": sighting.base["published"]}
    sighting.base |= missed
    sighting.save()

    report = reclean()

    post.refresh_from_db()
    assert report.changed == [("P?st", ["enclosures", "title", "updated"])]
    assert (post.title, post.updated.day, post.rights) == ("Post 1", 20, "Ours")
    assert post.enclosures.get().href == "https://files.example/a.mp3"
    assert reclean().changed == []


def test_what_can_not_be_read_any_more_stays_as_it_is(read):
    read(feed(entry(1), entry(2)))
    Sighting.objects.filter(guid=address(1)).update(received=zlib.compress(b"<entry"))
    before = list(Entry.objects.order_by("pk").values_list())

    report = reclean()

    assert report.unreadable == [f"{address(1)} in A blog of examples"]
    assert list(Entry.objects.order_by("pk").values_list()) == before


def test_other_rules_of_cleaning_count_with_the_next_import(read):
    read(feed(entry(1), entry(2)))
    for sighting in Sighting.objects.all():
        sighting.base["content"] = "<p onclick=x()>As cleaned before.</p>"
        sighting.save()
    Entry.objects.update(content="<p onclick=x()>As cleaned before.</p>")
    edited = Entry.objects.get(title="Post 2")
    edited.content = "<p>Ours.</p>"
    edited.save()
    assert read(feed(entry(1), entry(2))).unchanged == 2

    for sighting in Sighting.objects.all():
        sighting.received_hash = "0:" + sighting.received_hash.partition(":")[2]
        sighting.save()
    report = read(feed(entry(1), entry(2)))

    assert (report.updated, report.unchanged) == (1, 1)
    texts = dict(Entry.objects.values_list("title", "content"))
    assert texts == {"Post 1": "<p>Text of post 1.</p>", "Post 2": "<p>Ours.</p>"}
    # Upstream has not changed.
    assert not UpstreamChange.objects.exists()


def test_nothing_private_of_an_export_is_kept(read):
    read(feed_file("wordpress.xml"))

    kept = [zlib.decompress(sighting.received) for sighting in Sighting.objects.all()]
    for envelope in FeedEnvelope.objects.all():
        kept += [zlib.decompress(envelope.before), zlib.decompress(envelope.after)]
    assert kept
    for data in kept:
        assert b"private.example" not in data
        assert b"secret" not in data
        assert b"wp:comment" not in data


@pytest.mark.parametrize(
    ("data", "kept"),
    [
        (b"a<wp:comment>x</wp:comment>b", b"ab"),
        (b"a<wp:comment><![CDATA[</wp:comment>]]>x</wp:comment>b", b"ab"),
        (
            b"a<![CDATA[<wp:comment>]]>b<wp:postmeta>x</wp:postmeta>c",
            b"a<![CDATA[<wp:comment>]]>bc",
        ),
        (b"a<wp:comment>x", b"a"),
        (b"<wp:post_password></wp:post_password>", b""),
        (
            b"<wp:post_password><![CDATA[x]]></wp:post_password>",
            b"<wp:post_password>hidden</wp:post_password>",
        ),
    ],
)
def test_private_parts_go_and_no_others(data, kept):
    assert without_private_parts(data) == kept


@pytest.mark.parametrize(
    "unit", [b"<wp:comment>", b"<![CDATA[", b"</wp:comment>", b"<wp:comment><"]
)
def test_a_megabyte_of_private_parts_is_read_once(unit):
    assert len(without_private_parts(unit * (1_000_000 // len(unit)))) <= 1_000_000


def test_what_an_earlier_version_kept_of_a_json_feed_is_read(read):
    read(feed(entry(1), "<rights>Ada</rights>", entry(2)))
    sighting = Sighting.objects.get(guid=address(1))
    stored = json.loads(sighting.received_text)
    stored["entry"] = {
        "id": address(1),
        "external_url": "https://target.example/",
        "kind": "link",
        "title_detail": {"type": "text/plain", "value": "A link"},
    }
    sighting.received = zlib.compress(json.dumps(stored).encode())

    data = parse_again([sighting])[sighting.pk]

    assert (data.guid, data.title) == (address(1), "A link")
    assert (data.kind, data.target) == ("link", "https://target.example/")
