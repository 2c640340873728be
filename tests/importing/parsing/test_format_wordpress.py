"""WordPress's export files."""

from datetime import UTC, datetime

import pytest

from entries.importing.parsing.formats.wordpress_text import as_html
from entries.importing.parsing.piecewise import MAX_PIECE_ENTRIES
from entries.models import Entry, Sighting, Source
from tests.importing.files import feed_file

URL = "https://blog.example/feed"


@pytest.fixture
def export(read):
    """Import the export, and return the report."""
    return lambda name="wordpress.xml": read(feed_file(name), url=URL)


def test_posts_and_pages_come_live_and_drafts_stay_drafts(export):
    export()

    assert dict(Entry.objects.values_list("title", "status")) == {
        "Post 1": "live",
        "Post 2": "live",
        "Post 3": "draft",
        "Post 9": "live",
        "Post 10": "draft",
    }


def test_other_items_than_posts_are_left_out_with_a_reason(export):
    report = export()

    skipped = {line.title: line.reasons for line in report.entries if line.action == "skipped"}
    assert skipped == {
        "Post 4": ["its status in WordPress is private"],
        "Post 5": ["its status in WordPress is trash"],
        "A paper": ["it is an attachment, and goes with its post"],
        "Post 7": ["it is an attachment of no post in the export"],
        "Post 8": ["it is a nav_menu_item, neither a post nor a page"],
    }
    assert any("comments are not imported" in warning for warning in report.warnings)


def test_a_post_is_read_with_all_that_it_has(export):
    export()

    post = Entry.objects.get(title="Post 1")
    assert post.atom_id == "https://blog.example/?p=1"
    assert (post.content, post.summary) == ("<p>Text of post 1.</p>", "In short.")
    assert (post.slug, post.author_name) == ("post-1", "Ada Fern")
    assert list(post.tags.names()) == ["News", "Python"]
    assert post.published == datetime(2024, 3, 9, 12, 0, tzinfo=UTC)
    assert list(post.enclosures.values_list("href", "title")) == [
        ("https://blog.example/files/paper.pdf", "A paper")
    ]
    assert Entry.objects.get(title="Post 2").author_name == "Bo Gorse"


def test_what_was_private_in_the_export_is_not_kept(export):
    export()

    for sighting in Sighting.objects.all():
        assert "private.example" not in sighting.received_text
        assert "secret" not in sighting.received_text
    assert not Entry.objects.exclude(author_email="").exists()


def test_a_draft_without_a_date_in_utc_is_dated_in_the_blogs_zone(export):
    Source.objects.create(url=URL, time_zone="Europe/Vienna")

    export()

    post = Entry.objects.get(title="Post 3")
    assert post.published == datetime(2024, 7, 9, 12, 0, tzinfo=UTC)


def test_a_scheduled_post_waits_until_it_is_due(read):
    year = datetime.now(UTC).year + 2
    read(feed_file("wordpress.xml").replace(b"2124", str(year).encode()), url=URL)

    assert not Entry.objects.live().filter(title="Post 9").exists()
    assert Entry.objects.get(title="Post 9", status="live").published.year == year


def test_the_first_version_of_the_format_is_read(export):
    export("wordpress-1.0.xml")

    post = Entry.objects.get()
    assert (post.author_name, list(post.tags.names())) == ("ada", ["News"])


def test_text_without_paragraphs_gets_them(export):
    export("wordpress-text.xml")

    assert Entry.objects.get(title="Post 1").content == (
        "<p>First line<br>\nsecond line</p>\n"
        "<p>Second paragraph with <em>emphasis</em></p>\n"
        "<h2>Heading</h2>\n"
        "<ul>\n<li>one</li>\n</ul>\n"
        "<pre>a\n\n  b</pre>\n"
        "<p>Last</p>"
    )


def test_captions_are_figures_and_what_is_shown_is_not_attached(export):
    export("wordpress-text.xml")

    post = Entry.objects.get(title="Post 2")
    assert post.content == (
        "<p>Before</p>\n"
        '<figure><a href="https://blog.example/p.jpg"><img '
        'src="https://blog.example/files/p-300x200.jpg" alt="A wren" width="300"></a>'
        "<figcaption>A wren &amp; its <b>nest</b></figcaption></figure>\n"
        "<p>After</p>\n<p>the fold</p>"
    )
    assert not post.enclosures.exists()


def test_blocks_stand_without_their_comments(export):
    export("wordpress-text.xml")

    assert Entry.objects.get(title="Post 3").content == (
        '<p>A block.</p>\n<figure><img src="https://blog.example/i.png" alt=""></figure>'
    )


def test_players_are_links(export):
    export("wordpress-text.xml")

    assert Entry.objects.get(title="Post 4").content == (
        '<p><a href="https://video.example/1?a=1&amp;b=2">https://video.example/1?a=1&amp;b=2</a>'
        '</p>\n<p><a href="https://files.example/a.mp3">https://files.example/a.mp3</a></p>\n'
        '<figure><img src="https://blog.example/o.png"><figcaption>Old style</figcaption></figure>'
    )


def test_an_attachment_finds_its_post_in_another_piece(read):
    head, item, tail = parts(feed_file("wordpress.xml"))
    posts = [item.replace(b"p=1<", b"p=%d<" % n, 1) for n in range(1000, 1000 + MAX_PIECE_ENTRIES)]
    attachment = feed_file("wordpress.xml").split(b"<item>")[6].split(b"</item>")[0]

    report = read(
        head + item + b"".join(posts) + b"<item>" + attachment + b"</item>" + tail, url=URL
    )

    assert report.counts["skipped"] == 1
    assert Entry.objects.get(atom_id="https://blog.example/?p=1").enclosures.count() == 1


def parts(document):
    start, end = document.index(b"<item>"), document.index(b"</item>") + len(b"</item>")
    return document[:start], document[start:end], document[document.rindex(b"</item>") + 7 :]


@pytest.mark.parametrize(
    "text",
    [
        "[caption]" * 20_000,
        "[caption" * 20_000,
        "<pre>" * 20_000,
        "<p" * 20_000,
        "<!-- wp:" * 20_000,
        "<!--more" * 20_000,
        "[audio src=" * 20_000,
        "\n" * 100_000,
        " \n" * 50_000,
        "[embed]" * 20_000,
    ],
)
def test_conversion_takes_linear_time(text):
    start = datetime.now(UTC)

    as_html(text)

    assert (datetime.now(UTC) - start).total_seconds() < 2


def test_names_exported_as_html_are_read_as_text(read):
    read(feed_file("wordpress-names.xml"))

    post = Entry.objects.get()
    assert list(post.tags.names()) == ["Tech & Science", "C < C++"]
    assert post.author_name == "Fern & Oak"
    assert post.enclosures.get().title == "Fern & Oak"
