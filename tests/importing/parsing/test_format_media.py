"""Mastodon, YouTube, podcasts and the Media RSS of others."""

import pytest
from django.core.management import call_command
from lxml import etree

from entries.importing.parsing.formats.pictures import picture_key
from entries.models import Enclosure, Entry
from tests.atom import ATOM, findings
from tests.importing.files import feed_file

MEDIA = "{http://search.yahoo.com/mrss/}"


@pytest.fixture
def attached(read):
    """Import a file. Returns its first entry's enclosures as (href, type, title, role)."""

    def attached(name):
        read(feed_file(name))
        post = Entry.objects.order_by("title").first()
        return list(post.enclosures.values_list("href", "type", "title", "role"))

    return attached


def test_a_post_on_mastodon_is_a_note_with_described_pictures(attached, client):
    pictures = attached("mastodon.rss")

    post = Entry.objects.get()
    assert (post.kind, post.title) == ("note", "")
    assert post.content.startswith("<p>Two birds.")
    assert pictures == [
        ("https://files.example/1.jpg", "image/jpeg", "A wren on a fence", "media"),
        ("https://files.example/2.png", "image/png", "A heron & its fish", "media"),
    ]
    page = client.get(post.get_absolute_url()).content.decode()
    assert '<img class="u-photo" src="https://files.example/1.jpg" alt="A wren on a fence"' in page


def test_pictures_go_out_as_they_came_in(attached, client):
    attached("mastodon.rss")

    document = client.get("/atom/everything/").content

    assert findings(document, "http://testserver/atom/everything/") == []
    entry = etree.fromstring(document).find(f"{ATOM}entry")
    content = entry.findall(f"{MEDIA}content")
    assert dict(content[0].attrib) == {
        "url": "https://files.example/1.jpg",
        "medium": "image",
        "type": "image/jpeg",
        "fileSize": "51200",
    }
    assert content[1].findtext(f"{MEDIA}title") == "A heron & its fish"


def test_a_film_on_youtube_has_its_description_as_text_and_its_picture(attached, client):
    pictures = attached("youtube.atom")

    post = Entry.objects.get()
    assert post.title == "A film"
    assert post.content == ("<p>First line<br>\nsecond line: a &lt; b</p>\n<p>Second paragraph</p>")
    assert post.canonical_url == "https://www.youtube.com/watch?v=dQw4w9WgXcQ"
    thumbnail = "https://i4.ytimg.com/vi/dQw4w9WgXcQ/hqdefault.jpg"
    assert pictures == [(thumbnail, "", "", "thumbnail")]
    page = client.get(post.get_absolute_url()).content.decode()
    picture = f'<img class="u-featured" src="{thumbnail}" alt="A film"'
    assert f'<a href="{post.canonical_url}">{picture}' in page


def test_an_episode_has_its_notes_its_file_and_its_picture(attached):
    files = attached("podcast.rss")

    post = Entry.objects.get()
    assert post.content.startswith("<p>Show notes with <a")
    assert post.summary == "In short."
    assert (post.author_name, post.people) == (
        "Ada Fern",
        [["author", "Ada Fern and friends", "", ""]],
    )
    assert list(post.tags.names()) == ["one", "two"]
    assert files == [
        ("https://files.example/1.mp3?from=feed", "audio/mpeg", "", "enclosure"),
        ("https://files.example/1.jpg", "", "", "thumbnail"),
    ]
    assert post.enclosures.first().length == 34_216_300


def test_a_description_is_preferred_to_the_same_words_without_their_links(read):
    read(feed_file("podcast-summary.rss"))

    assert '<a href="https://linked.example/">' in Entry.objects.get().content


def test_of_one_picture_in_several_sizes_the_widest_counts_and_none_stands_twice(attached):
    assert attached("media.rss") == [
        ("https://files.example/c.jpg", "image/jpeg", "", "enclosure"),
        ("https://files.example/a.jpg?width=700", "image/*", "", "media"),
        ("https://files.example/d.mp4", "video/mp4", "The film", "media"),
    ]


def test_a_thumbnail_is_an_attribute_or_a_text(read):
    read(feed_file("media-thumbnail.rss"))

    assert set(Enclosure.objects.values_list("href", "role")) == {
        ("https://files.example/t.jpg", "thumbnail"),
        ("https://files.example/u.jpg", "thumbnail"),
    }


def test_wordpress_coms_avatars_and_pictures_of_the_text_are_left_out(read):
    read(feed_file("media-wordpress-com.rss"))

    shown = {post.title: post.enclosures for post in Entry.objects.all()}
    addresses = {title: list(rows.values_list("href", flat=True)) for title, rows in shown.items()}
    assert addresses == {
        "Shown in the text": [],
        "Beside the text": [
            "https://blog.example/files/hill-1024x768.jpg",
            "https://blog.example/show.php?id=1",
            "https://blog.example/show.php?id=2",
        ],
        "Titled as the author": [],
    }


def test_a_picture_that_most_entries_name_belongs_to_none(read):
    read(feed_file("media-of-all.atom"))

    assert list(Enclosure.objects.values_list("href", flat=True)) == [
        "https://code.example/two.png"
    ]


def test_a_picture_that_most_entries_name_stays_out_when_they_are_cleaned_anew(read):
    read(feed_file("media-of-all.atom"))

    call_command("reclean")

    assert list(Enclosure.objects.values_list("href", flat=True)) == [
        "https://code.example/two.png"
    ]


def test_the_description_of_a_medium_is_that_of_the_entry_only_where_that_has_none(read):
    read(feed_file("media-description.rss"))

    texts = {post.title: (post.content, post.summary) for post in Entry.objects.all()}
    said = "<p>What the <b>post</b> says.</p>"
    assert texts == {
        "Before": (said, ""),
        "Behind": (said, ""),
        "Beside a full text": (said, "In short."),
        "Instead": ("<p>A man in a boat.</p>", ""),
    }


def test_an_entry_with_only_media_is_a_post_and_is_recognised_again(read):
    first = read(feed_file("media-alone.rss"))
    again = read(feed_file("media-alone.rss"))

    assert (first.created, first.skipped) == (5, 1)
    assert (again.created, again.unchanged) == (0, 5)
    assert list(Enclosure.objects.order_by("pk").values_list("href", flat=True)) == [
        "https://blog.example/one.mp3",
        "https://blog.example/two.mp3",
        "https://blog.example/hill.jpg",
    ]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("http://a.example/b.jpg", "https://a.example/b.jpg", True),
        ("https://a.example/b.jpg?w=300", "https://a.example/b.jpg?w=1024&h=5", True),
        ("https://a.example/b-300x200.jpg", "https://a.example/b.jpg", True),
        ("https://i2.wp.com/a.example/b.jpg?fit=1%2C2&ssl=1", "http://a.example/b.jpg", True),
        ("https://a.example/show?id=1&w=300", "https://a.example/show?id=1", True),
        ("https://a.example/show?id=1", "https://a.example/show?id=2", False),
        ("https://a.example/b.mp4?x=1", "https://a.example/b.mp4?x=2", False),
        ("https://a.example/b-300.jpg", "https://a.example/b.jpg", False),
        ("https://a.example/b.jpg", "https://c.example/b.jpg", False),
        ("http://[", "http://[", True),
    ],
)
def test_one_picture_is_told_from_another_by_its_address(one, other, same):
    assert (picture_key(one) == picture_key(other)) is same
