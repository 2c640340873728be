"""The fields of imported entries, and the effect of a second import."""

import json
import zlib
from pathlib import Path

import pytest
from django.conf import settings as site

from entries.importing.fetching.fetched import read_path
from entries.importing.importer import import_document, import_feed
from entries.models import Entry, ImportLine, ImportRun, Sighting, Source, Tag, TaggedEntry

from .atom import SITE, address, entry, feed

SAMPLE = Path(site.BASE_DIR) / "entries" / "sample" / "sample.atom"


@pytest.fixture
def sample(db):
    return lambda: import_document(read_path(str(SAMPLE)))


def test_the_sample_has_every_kind_with_each_field_in_its_place(sample):
    report = sample()

    entries = list(Entry.objects.all())
    assert report.created == len(entries) >= 24
    assert {post.kind for post in entries} == set(Entry.Kind.values)
    for post in entries:
        assert (post.kind == "link") == bool(post.link_url)
        assert (post.kind == "quotation") == bool(post.quoted_source)
        assert (post.kind == "note") >= (post.title == "")
        assert post.author_name == "Tamsin Arkle"
        assert post.language == "en-gb"
        assert post.atom_id == post.canonical_url
        assert post.canonical_url.removesuffix("#atom-everything").endswith(post.get_absolute_url())
        assert "<p></p>" not in post.content
        assert "<p>Tags:" not in post.content
        assert ">Via " not in post.content
    assert any(post.via_url and post.via_title for post in entries)
    assert any(post.quoted_context for post in entries)
    assert any(not post.quoted_url for post in entries if post.kind == "quotation")
    assert any('class="pl-' in post.content for post in entries)


def test_the_sample_read_again_writes_no_row_but_the_runs(sample, dump):
    first = sample()
    before = dump()

    again = sample()

    assert (again.created, again.updated) == (0, 0)
    assert again.unchanged == first.created
    assert dump() == before
    assert ImportRun.objects.count() == 2


def test_a_feed_that_is_fetched_again_changes_only_what_the_source_knows_of_fetching(
    feed_server, dump
):
    feed_server.data = feed(entry(1), entry(2))
    source = Source(url=feed_server.url)
    import_feed(source)
    before = dump("Source")

    report = import_feed(source)

    assert report.unchanged == 2
    assert dump("Source") == before
    fetching = {"etag", "last_modified", "checked_at", "failures", "last_error", "status"}
    old, new = vars(source), vars(Source.objects.get())
    assert {key for key in old if old[key] != new[key] and key != "_state"} <= fetching


def test_a_feed_that_is_not_modified_is_not_read(feed_server, dump):
    feed_server.data, feed_server.etag = feed(entry(1)), '"v1"'
    source = Source(url=feed_server.url)
    import_feed(source)
    assert source.etag == '"v1"'
    before = dump("Source")

    report = import_feed(source)

    assert report.status == "not_modified"
    assert dump("Source") == before
    assert [run.status for run in source.runs.all()] == ["not_modified", "imported"]


def test_a_new_post_in_a_feed_leaves_the_others_unwritten(read, dump):
    read(feed(entry(1)))
    before = dump()["Sighting"]

    grown = feed(entry(2), entry(1)).replace(
        b"<updated>2024-03-09T12:00:00Z</updated>", b"<updated>2024-04-09T12:00:00Z</updated>", 1
    )
    report = read(grown)

    assert [line.action for line in report.entries] == ["created", "unchanged"]
    assert dump()["Sighting"][:1] == before
    assert ImportLine.objects.filter(run=ImportRun.objects.first()).count() == 1


def test_a_failure_is_written_down_with_its_source(db, feed_server):
    feed_server.data = feed(entry(1))
    source = Source(url=feed_server.url)
    import_feed(source)
    feed_server.status = 500

    import_feed(source)
    report = import_feed(source)

    source.refresh_from_db()
    assert (source.status, source.failures) == ("failed", 2)
    assert "HTTP status 500" in source.last_error
    assert source.last_error in report.error
    assert source.runs.first().error == source.last_error
    feed_server.status = 200
    import_feed(source)
    source.refresh_from_db()
    assert (source.status, source.failures, source.last_error) == ("ok", 0, "")


def test_the_bytes_of_an_entry_are_kept_as_received(read):
    one = entry(1, "<p onclick=x>“Raw” <script>y</script>&mdash;", title="A\u00a0 title")
    read(feed(one, entry(2)))

    sighting = Sighting.objects.get(guid=address(1))

    assert sighting.received_text == one
    assert b"Ada Fern" in zlib.decompress(sighting.envelope.before)
    assert zlib.decompress(sighting.envelope.after) == b"</feed>"


@pytest.mark.parametrize(
    ("link", "path"),
    [
        (f"{SITE}/2024/Mar/2/kumar-aditya/", "/2024/Mar/2/kumar-aditya/"),
        (f"{SITE}/2024/Mar/2/kumar-aditya/#atom-tag", "/2024/Mar/2/kumar-aditya/"),
        (f"{SITE}/2024/03/02/Some_Post.html", "/2024/Mar/2/Some_Post/"),
        (f"{SITE}/2024/mar/1/midnight/", "/2024/Mar/1/midnight/"),
        (f"{SITE}/2024/Mar/3/dateline/", "/2024/Mar/3/dateline/"),
        (f"{SITE}/2019/Mar/2/moved/", "/2024/Mar/2/moved/"),
        (f"{SITE}/2024/Foo/99/odd/", "/2024/Mar/2/odd/"),
        (f"{SITE}/blog/a-post", "/2024/Mar/2/a-post/"),
        (f"{SITE}/caf%C3%A9/", "/2024/Mar/2/caf%C3%A9/"),
        (f"{SITE}/?p=17", "/2024/Mar/2/a-title-of-ours/"),
        (f"{SITE}/archive/17/", "/2024/Mar/2/a-title-of-ours/"),
        (f"{SITE}/index.html", "/2024/Mar/2/a-title-of-ours/"),
        (f"{SITE}/a%2Fb%20c/", "/2024/Mar/2/a-title-of-ours/"),
        (f"{SITE}/{'x' * 300}/", "/2024/Mar/2/a-title-of-ours/"),
    ],
)
def test_a_permalink_has_the_path_of_its_origin_where_that_has_day_and_slug(read_entry, link, path):
    post = read_entry(link=link, title="A title of ours", published="2024-03-02T00:20:00Z")

    assert post.get_absolute_url() == path


def test_a_day_without_a_path_is_that_of_the_sites_time_zone(read_entry, settings):
    settings.TIME_ZONE = "Pacific/Auckland"

    post = read_entry(link=f"{SITE}/late", published="2024-03-09T12:00:00Z")

    assert post.get_absolute_url() == "/2024/Mar/10/late/"


@pytest.mark.parametrize("posts", [[1, 2, 3], [3, 2, 1]])
def test_posts_that_wish_for_one_address_get_one_each(read, posts):
    one_day = {"published": "2024-03-02T00:00:00Z"}
    read(feed(entry(9, link=f"{SITE}/x-2", **one_day)))

    read(feed(*[entry(n, link=f"{SITE}/{n}/x", **one_day) for n in posts]))

    slugs = sorted(Entry.objects.values_list("slug", flat=True))
    assert slugs == ["x", "x-2", "x-3", "x-4"]


def test_numbered_slugs_are_no_longer_than_a_slug_may_be(read):
    longest = "x" * 200
    one_day = {"published": "2024-03-02T00:00:00Z"}

    read(feed(*[entry(n, link=f"{SITE}/{n}/{longest}", **one_day) for n in (1, 2)]))

    assert {len(post.slug) for post in Entry.objects.all()} == {200}
    assert Entry.objects.values("slug").distinct().count() == 2


def test_a_title_of_10000_characters_is_kept(read_entry):
    post = read_entry(title="word " * 2_000)

    assert post.title == ("word " * 2_000).strip()
    assert len(post.slug) <= 200


@pytest.mark.parametrize(
    "rubbish", ["\x00", "\x07", "\x0b", "\x1b[31m", "\x7f", "\ufffe", "\uffff", "\U0001ffff"]
)
def test_characters_that_xml_can_not_hold_are_taken_out(read, rubbish):
    text = f"a{rubbish}b"
    document = feed(
        entry(1, f"<p>{text}</p>", title=text, categories=text, id=f"tag:x,2024:{text}"),
        author=text,
    )

    read(document)

    post = Entry.objects.get()
    clean = text.replace(rubbish[0], "")
    assert post.title == post.author_name == post.tags.get().name == clean
    assert post.content == f"<p>{clean}</p>"
    assert rubbish[0] not in post.atom_id


@pytest.mark.parametrize("reference", ["&#0;", "&#xD800;", "&#xDFFF;", "&#xFFFE;", "&#x1;"])
@pytest.mark.parametrize("field", ["id", "title", "link", "category", "author", "lang", "text"])
def test_references_to_characters_that_xml_can_not_hold_spoil_nothing(read, reference, field):
    fields = {
        "id": f"<id>tag:x,2024:{reference}</id>",
        "title": f"<title>T{reference}</title>",
        "link": f'<link href="{SITE}/{reference}"/>',
        "category": f'<title>T</title><category term="c{reference}"/>',
        "author": f"<title>T</title><author><name>n{reference}</name>"
        f"<uri>{SITE}/{reference}</uri></author>",
        "lang": f'<summary xml:lang="x{reference}">s</summary>',
        "text": f'<content xml:base="{SITE}/{reference}" type="html">'
        f'&lt;p>t{reference}&lt;a href="x">x&lt;/a>&lt;/p></content>',
    }
    head = f"<subtitle>s{reference}</subtitle><icon>{SITE}/{reference}</icon>"
    report = read(feed(entry(2), "<entry>" + fields[field] + "</entry>", entry(3), head=head))

    assert report.created == 3
    json.dumps(report.as_dict(), ensure_ascii=False).encode()


def test_windows_1252_in_disguise_is_read_as_it_was_meant(read_entry):
    assert read_entry(title="It\x92s \x93so\x94").title == "It’s “so”"


def test_categories_keep_their_order_and_fold_to_one_tag(read):
    read(feed(entry(1, categories="zebra|Python|ant"), entry(2, categories="python|PYTHON|Ant")))

    first, second = Entry.objects.order_by("title")
    assert list(first.tags.names()) == ["zebra", "Python", "ant"]
    taggings = TaggedEntry.objects.order_by("content_object__title", "pk")
    terms = taggings.values_list("content_object", "tag__name", "term")
    assert list(terms) == [
        (first.pk, "zebra", ""),
        (first.pk, "Python", ""),
        (first.pk, "ant", ""),
        (second.pk, "Python", "python"),
        (second.pk, "ant", "Ant"),
    ]
    assert Tag.objects.get(name="Python").live_count == 2


def test_a_category_of_more_than_255_characters_is_cut_with_a_reason(read):
    report = read(feed(entry(1, categories="x" * 300 + "|y")))

    assert [len(name) for name in Entry.objects.get().tags.names()] == [255, 1]
    assert any("was cut" in reason for reason in report.entries[0].reasons)
    assert read(feed(entry(1, categories="x" * 300 + "|y"))).unchanged == 1


def test_categories_that_fold_to_longer_names_fit(read):
    read(feed(entry(1, categories="ß" * 255 + "|" + "ŉ" * 255)))

    assert all(len(name.folded) <= 255 for tag in Tag.objects.all() for name in tag.names.all())


def test_enclosures_are_kept_in_order(read_entry):
    post = read_entry(
        extra='<link rel="enclosure" href="/b.mp3" type="audio/mpeg" length="12"/>'
        '<link rel="enclosure" href="https://files.example/a.ogg" length="-1"/>'
        '<link rel="enclosure" href="" type="x"/>'
    )

    assert list(post.enclosures.values_list("href", "type", "length")) == [
        (f"{SITE}/b.mp3", "audio/mpeg", 12),
        ("https://files.example/a.ogg", "", None),
    ]


def test_an_entry_says_its_language_itself_or_has_its_feeds(read):
    german = '<content xml:lang="de" type="html">&lt;p>Text&lt;/p></content>'
    read(feed(entry(1), entry(2, "", extra=german)))

    assert dict(Entry.objects.values_list("title", "language")) == {
        "Post 1": "en-gb",
        "Post 2": "de",
    }


@pytest.mark.parametrize(
    ("people", "name"),
    [
        ("", "Ada Fern"),
        ("<author><name>First</name></author><author><name>Second</name></author>", "First"),
        ("<author><email>a@b.example</email></author>", "a@b.example"),
        ("<author><name> </name></author>", "Ada Fern"),
        ("<source><author><name>Origin</name></author></source>", "Origin"),
    ],
)
def test_an_author_is_the_first_that_is_named(read_entry, people, name):
    assert read_entry(extra=people).author_name == name


@pytest.mark.parametrize(
    "html",
    [
        '<a href="../x">l</a>',
        '<a href="/2024/Mar/x">l</a>',
        '<a href="//blog.example/2024/Mar/x">l</a>',
    ],
)
def test_relative_addresses_start_from_the_base_of_the_text(read, html):
    escaped = html.replace("<", "&lt;")
    content = f'<content xml:base="{SITE}/2024/Mar/2/" type="html">{escaped}</content>'

    read(feed(entry(1, "", extra=content)))

    assert Entry.objects.get().content == f'<p><a href="{SITE}/2024/Mar/x">l</a></p>'


def test_plain_text_becomes_paragraphs(read):
    content = '<content type="text">One &lt;b> &amp;amp;\n\nTwo\nthree</content>'

    read(feed(entry(1, "", extra=content)))

    assert Entry.objects.get().content == "<p>One &lt;b&gt; &amp;amp;</p>\n<p>Two<br>\nthree</p>"


def test_xhtml_is_read(read):
    div = '<div xmlns="http://www.w3.org/1999/xhtml"><p>One<br/>two</p></div>'

    read(feed(entry(1, "", extra=f'<content type="xhtml">{div}</content>')))

    assert "<p>One<br>two</p>" in Entry.objects.get().content


FORMATS = {
    "rss 2.0": b"""<rss version="2.0"><channel><title>t</title><link>https://blog.example/</link>
      <item><guid isPermaLink="false">17</guid><link>https://blog.example/a</link><title>One</title>
      <description>&lt;p&gt;Text&lt;/p&gt;</description><category>x</category>
      <pubDate>Sat, 09 Mar 2024 12:00:00 GMT</pubDate></item></channel></rss>""",
    "rss 1.0": b"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
      xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">
      <channel rdf:about="https://blog.example/"><title>t</title><link>https://blog.example/</link>
      <items><rdf:Seq><rdf:li resource="https://blog.example/a"/></rdf:Seq></items></channel>
      <item rdf:about="https://blog.example/a"><title>One</title><link>https://blog.example/a</link>
      <description>&lt;p&gt;Text&lt;/p&gt;</description><dc:subject>x</dc:subject>
      <dc:date>2024-03-09T12:00:00Z</dc:date></item></rdf:RDF>""",
    "rss 0.91": b"""<rss version="0.91"><channel><title>t</title><link>https://blog.example/</link>
      <item><title>One</title><link>https://blog.example/a</link>
      <description>&lt;p&gt;Text&lt;/p&gt;</description></item></channel></rss>""",
    "atom 0.3": b"""<feed version="0.3" xmlns="http://purl.org/atom/ns#"><title>t</title>
      <entry><title>One</title><id>https://blog.example/a</id>
      <link rel="alternate" type="text/html" href="https://blog.example/a"/>
      <issued>2024-03-09T12:00:00Z</issued><modified>2024-03-09T12:00:00Z</modified>
      <content type="text/html" mode="escaped">&lt;p&gt;Text&lt;/p&gt;</content></entry></feed>""",
}


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_is_read(read, form):
    read(FORMATS[form])

    post = Entry.objects.get()
    assert (post.title, post.content) == ("One", "<p>Text</p>")
    assert post.canonical_url == f"{SITE}/a"
    if form != "rss 0.91":
        assert f"{post.published:%Y-%m-%d %H:%M}" == "2024-03-09 12:00"
    assert read(FORMATS[form]).unchanged == 1


def test_an_undisturbed_address_survives_a_revised_link(read):
    read(feed(entry(1)))

    read(feed(entry(1, link=f"{SITE}/2024/Mar/2/new-slug/")))

    post = Entry.objects.get()
    assert post.canonical_url == f"{SITE}/2024/Mar/2/new-slug/"
    assert address(1).endswith(post.get_absolute_url())
