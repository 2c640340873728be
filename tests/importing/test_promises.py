"""The promises that an import keeps, one test for each."""

import html5lib
import pytest

from entries.importing.importer import Options, import_feed
from entries.models import Entry, ImportLine, Sighting, Source, UpstreamChange

from .atom import FEED, SITE, address, entry, feed

SIBLING = f"{SITE}/everything.atom"


def test_an_id_is_for_ever(read):
    as_tag = address(1) + "#atom-tag"
    read(feed(entry(1, id=as_tag)))
    post = Entry.objects.get()
    post.slug, post.title = "another", "Another"
    post.save()

    read(feed(entry(1, id=address(1) + "#atom-everything", title="Post one")), url=SIBLING)
    read(feed(entry(1, id=as_tag, title="Post one, revised")))
    read(feed(entry(1, id="tag:blog.example,2024:1", link=address(1))))

    post = Entry.objects.get()
    assert post.atom_id == as_tag
    assert post.slug == "another"


@pytest.mark.parametrize(
    "id_",
    [
        "HTTPS://Blog.Example:443/2024/%7Epost?b=2&a=1#Frag",
        "http://blog.example",
        "tag:blog.example,2024:Über-uns",
        "urn:uuid:0A1B2C3D-0000-0000-0000-00000000000F",
        "yt:video:dQw4w9WgXcQ",
    ],
)
def test_an_id_is_kept_letter_for_letter(read_entry, id_):
    assert read_entry(id=id_).atom_id == id_


@pytest.mark.parametrize("id_", ["https://blog.example/a/../b", "https://blog.example/b#"])
def test_an_id_is_not_rewritten_by_a_base(read, id_):
    read(feed(entry(1, id=id_)).replace(b"<entry>", b'<entry xml:base="https://b.example/">'))

    assert Entry.objects.get().atom_id == id_


def test_an_edit_is_never_lost(read):
    read(feed(entry(1, "<p>First.</p>")))
    post = Entry.objects.get()
    post.title = "A better title"
    post.save()

    report = read(feed(entry(1, "<p>First, revised.</p>", title="Upstream's new title")))

    post.refresh_from_db()
    assert report.entries[0].action == "conflict"
    assert post.title == "A better title"
    assert post.content == "<p>First, revised.</p>"
    change = UpstreamChange.objects.get()
    assert (change.field, change.base, change.theirs) == (
        "title",
        "Post 1",
        "Upstream's new title",
    )


@pytest.mark.parametrize("how", ["deleted", "rejected"])
def test_dead_stays_dead(read, how):
    read(feed(entry(1)))
    if how == "deleted":
        Entry.objects.get().delete()
    else:
        Entry.objects.all().set_status(Entry.Status.REJECTED)

    reports = [
        read(feed(entry(1))),
        read(feed(entry(1, title="Revised"))),
        read(feed(entry(1, id=address(1) + "#atom-everything")), url=SIBLING),
        read(feed(entry(1, id="tag:blog.example,2024:moved"))),
        read(feed(entry(1, id="tag:blog.example,2024:moved"))),
    ]

    assert [report.entries[0].action for report in reports] == ["skipped"] * 5
    assert all(how in report.entries[0].reasons[0] for report in reports)
    assert not Entry.objects.live().exists()
    assert Entry.objects.count() == (0 if how == "deleted" else 1)


BAD_POSTS = {
    "nothing": "<entry></entry>",
    "markup": entry(2, "<svg><p><style><table><a href='javascript:x'><td><b><p>" * 50),
    "deep": entry(2, "<div>" * 5_000 + "deep" + "</div>" * 5_000),
    "link": entry(2, link="http://[not-an-address/"),
    "image": entry(2, '<p><img src="http://[::1"><a href="//[">x</a></p>'),
    "id": entry(2, id="\N{REPLACEMENT CHARACTER}" * 3_000),
    "slug": entry(2, link=f"{SITE}/{'x' * 500}/", title="x" * 10_000),
    "date": entry(2, published="0000-99-99T99:99:99Z", updated="99999999999999999999"),
    "categories": entry(2, categories="|".join(["x" * 1_000, "#", "+", "\u200b", "/", ","])),
    "enclosure": entry(
        2, extra='<link rel="enclosure" href="http://[" length="many" type="%s"/>' % ("t" * 999)
    ),
    "language": entry(2, extra=f'<summary xml:lang="{"x" * 99}">s</summary>', html=""),
    "base": entry(2, extra='<content xml:base="http://[" type="html">&lt;a href="/x">x</content>'),
}


@pytest.mark.parametrize("bad", BAD_POSTS)
def test_one_bad_post_spoils_one_post(read, bad):
    report = read(feed(entry(1), BAD_POSTS[bad], entry(3)))

    assert len(report.entries) == 3
    assert report.entries[1].reasons
    titles = set(Entry.objects.values_list("title", flat=True))
    assert {"Post 1", "Post 3"} <= titles


def test_nothing_unsafe_is_stored(read_entry):
    post = read_entry(
        '<p onclick="x()">Good<script>alert(1)</script>'
        '<iframe src="//evil.example" title="A"></iframe>'
        '<a href="java&#9;script:alert(1)">link</a><img src="x" onerror="alert(1)" srcset="y 2x">'
        '<svg><a xlink:href="javascript:alert(1)">svg</a></svg><style>p{}</style></p>',
        link="javascript:alert(1)",
        extra='<link rel="enclosure" href="javascript:alert(1)"/>',
    )

    tree = html5lib.parseFragment(post.content, namespaceHTMLElements=False)
    names = {element.tag for element in tree.iter()} - {"DOCUMENT_FRAGMENT"}
    attributes = {name for element in tree.iter() for name in element.attrib}
    assert names == {"p", "a", "img"}
    assert attributes == {"src", "srcset", "href"}
    assert {link.get("href") for link in tree.iter("a")} == {None, "https://evil.example"}
    assert post.canonical_url == ""
    assert not post.enclosures.exists()


def test_nothing_is_fetched_but_through_the_guard(db, settings, feed_server):
    settings.FETCH_ALLOW_PRIVATE = []

    report = import_feed(Source(url=feed_server.url))

    assert report.status == "failed"
    assert "not one that feeds are fetched from" in report.error
    assert feed_server.requests == []


def test_every_decision_has_a_reason(read):
    read(feed(entry(1), entry(2), entry(3), entry(4)))
    Entry.objects.get(title="Post 2").delete()
    Entry.objects.filter(title="Post 3").set_status(Entry.Status.REJECTED)
    Entry.objects.filter(title="Post 4").update(title="Edited")

    report = read(
        feed(
            entry(1, "<p>New.<script>x</script></p>", id="tag:blog.example,2024:1"),
            entry(2),
            entry(3),
            entry(4, title="Theirs"),
            entry(5, published="1593", updated=None),
            "<entry/>",
        )
    )

    lines = ImportLine.objects.filter(run=Source.objects.get().runs.first())
    told = [(line.action, "; ".join(line.reasons)) for line in lines]
    assert told == [(line.action, "; ".join(line.reasons)) for line in report.entries]
    assert told == [
        (
            "updated",
            "known by its link; taken from upstream: content; cleaning removed 1 × <script>",
        ),
        ("skipped", "it was deleted here, and deleted posts are not imported again"),
        ("skipped", "an editor rejected it, and rejected posts are not imported again"),
        ("conflict", "changed here and upstream, waits for an editor: title"),
        (
            "created",
            "new; dated by: feed; its published date '1593' can't be believed; "
            "it has no date of its own; dated by the feed's date",
        ),
        ("skipped", "it has no id, no link, no title and no text"),
    ]
    new = Sighting.objects.get(entry__title="Post 5")
    assert (new.matched_by, new.dated_by) == ("new", "feed")


def test_a_dry_run_says_all_and_writes_nothing(read, dump):
    read(feed(entry(1), entry(2)))
    Entry.objects.filter(title="Post 2").update(title="Edited")
    changed = feed(entry(1, "<p>Revised.</p>"), entry(2, title="Theirs"), entry(3))
    before = dump()
    runs = Source.objects.get().runs.count()

    would = read(changed, dry_run=True)

    assert dump() == before
    assert Source.objects.get().runs.count() == runs
    assert would.as_dict() == read(changed).as_dict()


def test_a_dry_run_of_a_new_source_leaves_nothing_behind(read):
    report = read(feed(entry(1)), dry_run=True)

    assert report.created == 1
    assert not Source.objects.exists()


def test_new_entries_can_wait_as_drafts(read):
    read(feed(entry(1)), draft=True)
    Source.objects.filter(url=FEED).update(new_entries=Source.NewEntries.DRAFT)
    read(feed(entry(1), entry(2)))
    read(feed(entry(1, title="Revised"), entry(2)))

    assert set(Entry.objects.values_list("title", "status")) == {
        ("Revised", "draft"),
        ("Post 2", "draft"),
    }


def test_a_limit_stops_after_that_many_entries(read):
    report = read(feed(*map(entry, range(1, 6))), limit=2)

    assert [line.title for line in report.entries] == ["Post 1", "Post 2"]


def test_a_source_is_stored_when_its_feed_has_been_read(db, feed_server):
    feed_server.data = b"no feed"
    assert import_feed(Source(url=feed_server.url)).status == "failed"
    assert not Source.objects.exists()

    feed_server.data = feed(entry(1))
    import_feed(Source(url=feed_server.url), Options())

    source = Source.objects.get()
    assert (source.title, source.author_name, source.language, source.feed_id) == (
        "A blog of examples",
        "Ada Fern",
        "en-gb",
        f"{SITE}/",
    )
