"""RSS in all its versions, and RDF, with the extensions that feeds use."""

from datetime import UTC, datetime

import pytest

from entries.models import Entry, Source
from tests.importing.files import feed_file

NOON = datetime(2024, 3, 9, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize("version", ["0.91", "0.92", "0.93", "0.94", "2.0"])
def test_every_version_of_rss_is_read(read, version):
    read(feed_file(f"rss-{version}.xml"), url="https://blog.example/feed")

    post = Entry.objects.get()
    assert (post.title, post.content) == ("Post 1", "<p>Text of post 1.</p>")
    assert post.canonical_url == "https://blog.example/2024/Mar/09/post-1/"
    assert list(post.tags.names()) == ([] if version == "0.91" else ["one"])
    assert post.enclosures.count() == (0 if version == "0.91" else 1)
    assert post.author_name == ("Ada Fern" if version >= "0.93" else "")


def test_rss_0_90_has_titles_and_links(read):
    read(feed_file("rss-0.90.rdf"))

    post = Entry.objects.get()
    assert (post.title, post.canonical_url) == ("Post 1", "https://blog.example/post-1")


def test_entities_of_netscapes_doctype_are_read(read):
    report = read(feed_file("rss-0.91-netscape.xml"))

    post = Entry.objects.get()
    assert (post.title, post.content) == ("Café", "<p>Text&nbsp;here.</p>")
    assert "not well-formed" in report.warnings[0]


def test_rss_1_0_is_read_with_dublin_core_and_content(read):
    read(feed_file("rss-1.0.rdf"))

    post = Entry.objects.get()
    assert (post.content, post.summary) == ("<p>At <em>length</em>.</p>", "In short.")
    assert (post.author_name, post.rights, post.language) == ("Ada Fern", "CC BY", "de")
    assert [person[:2] for person in post.people] == [
        ["author", "Bo Gorse"],
        ["contributor", "Cy Holm"],
    ]
    assert list(post.tags.names()) == ["one", "two"]
    assert post.published == NOON
    assert post.atom_id == "https://blog.example/post-1"


def test_dublin_core_and_content_are_read_in_rss_2_0(read):
    read(feed_file("rss-2.0-extensions.xml"))

    post = Entry.objects.get()
    assert (post.content, post.summary) == ("<p>At <em>length</em>.</p>", "In short.")
    assert (post.author_name, post.published) == ("Ada Fern", NOON)
    assert list(post.tags.names()) == ["two", "one"]
    assert post.category_details == {"one": ["https://terms.example/", ""]}


def test_an_item_that_was_copied_names_its_first_feed(read):
    read(feed_file("rss-source.xml"))

    assert Entry.objects.get().origin == {
        "title": "The first blog",
        "url": "https://first.example/feed",
    }


def test_name_and_mail_are_told_apart(read):
    read(feed_file("rss-authors.xml"))

    people = Entry.objects.order_by("title").values_list("author_name", "author_email")
    assert list(people) == [
        ("Ada Fern", "ada@fern.photography"),
        ("Bo Gorse", "bo@gorse.museum"),
        ("cy@holm.example", "cy@holm.example"),
        ("Di Iris", ""),
    ]


def test_an_email_address_is_found_with_any_scheme_subject_or_name(read):
    read(feed_file("rss-mail.xml"))

    people = Entry.objects.order_by("title").values_list("author_name", "author_email")
    assert list(people) == [
        *[("Joe", "joe@c.example")] * 3,
        ("joe at c dot example", ""),
        ("Joe", "joe@c.example"),
        ("joe@c.example, the gardener", ""),
        ("joe@c.example", "joe@c.example"),
        ("Ed Itor", "ed@c.example"),
    ]
    source = Source.objects.get()
    assert (source.author_name, source.author_email) == ("Ed Itor", "ed@c.example")


def test_a_guid_is_a_link_unless_it_is_no_permalink(read):
    read(feed_file("rss-guids.xml"))

    address = "https://blog.example/2024/Mar/09/post-{}/".format
    posts = {post.title: post for post in Entry.objects.all()}
    assert posts["Post 1"].canonical_url == posts["Post 1"].atom_id == address(1)
    assert posts["Post 2"].canonical_url == address(2)
    assert posts["Post 2"].atom_id.startswith("tag:testserver,")
    assert posts["Post 3"].canonical_url == address(3)


def test_a_time_without_a_zone_is_in_the_sources_zone(read):
    Source.objects.create(url="https://blog.example/feed", time_zone="Europe/Vienna")

    read(feed_file("rss-zoneless.xml"), url="https://blog.example/feed")

    hours = Entry.objects.order_by("title").values_list("published__hour", flat=True)
    # In summer two hours ahead of UTC, in winter one; a stated zone is kept.
    assert list(hours) == [10, 11, 10, 12, 12]


def test_a_time_without_a_zone_is_utc_where_the_source_has_none(read):
    read(feed_file("rss-zoneless.xml"))

    assert set(Entry.objects.values_list("published__hour", flat=True)) == {12}
