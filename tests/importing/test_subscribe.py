"""Subscribing to a feed by its URL, or by that of a page that links to it."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from entries.importing.parsing.feed_links import FeedLink, feeds_named_by
from entries.models import Entry, Source

from .atom import entry, feed

PAGE = "https://blog.example/about/"


def link(href, type_="application/atom+xml", rest="", rel="alternate"):
    return f'<link rel="{rel}" type="{type_}" href="{href}" {rest}>'


def found(html):
    return [feed.url for feed in feeds_named_by(html.encode(), PAGE)]


@pytest.fixture
def serve(httpserver):
    def serve(path, body, status=200, **headers):
        httpserver.expect_request(path).respond_with_data(body, status, headers)
        return httpserver.url_for(path)

    return serve


def add(url):
    out = StringIO()
    call_command("add_source", url, stdout=out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("html", "feeds"),
    [
        (link("/feed"), ["https://blog.example/feed"]),
        (link("feed.xml", "application/rss+xml"), ["https://blog.example/about/feed.xml"]),
        (link("//other.example/f"), ["https://other.example/f"]),
        (link("/feed.json", "application/feed+json"), ["https://blog.example/feed.json"]),
        (link("/f?a=1&amp;b=2"), ["https://blog.example/f?a=1&b=2"]),
        (link("/f", "Application/RSS+XML; charset=utf-8"), ["https://blog.example/f"]),
        (link("/f", rel="ALTERNATE nofollow"), ["https://blog.example/f"]),
        ("<LINK TYPE=application/rss+xml HREF=/f REL=alternate />", ["https://blog.example/f"]),
        ("<base href='https://cdn.example/x/'>" + link("f"), ["https://cdn.example/x/f"]),
        (link("/a") + link("/b") + link("/a"), [f"https://blog.example/{x}" for x in "ab"]),
        (link("/f", rel="stylesheet") + link("/f", "text/html"), []),
        ("<!-- " + link("/f") + " -->", []),
        ("<![if !IE]><![foo[ x ]]><![" + link("/f"), []),
        ("<![if !IE]><![foo[ x ]]>" + link("/f"), ["https://blog.example/f"]),
        (link("javascript:alert(1)") + link("file:///etc/passwd") + link("http://[::1"), []),
        ("", []),
        ("<link rel=alternate type=application/rss+xml><a href='/feed'>Feed</a>", []),
    ],
)
def test_the_feeds_that_a_page_names_are_found(html, feeds):
    assert found(html) == feeds


def test_a_feed_is_found_with_its_title():
    html = link("/f", rest='title="Posts &amp; more"').encode()

    assert feeds_named_by(html, PAGE) == [FeedLink("https://blog.example/f", "Posts & more")]


def test_a_feed_becomes_a_source_whose_entries_come_with_the_next_sync(serve, db):
    url = serve("/feed", feed(entry(1)))

    said = add(url)

    source = Source.objects.get()
    assert (source.url, source.title) == (url, "A blog of examples")
    assert "A blog of examples is a source now" in said
    assert not Entry.objects.exists()
    assert source in Source.objects.due()


def test_the_feed_of_a_page_becomes_a_source_and_the_others_are_named(serve, db):
    url = serve("/feed", feed())
    page = serve("/", "<!doctype html>" + link("/feed") + link("/comments", rest="title=Comments"))

    said = add(page)

    assert Source.objects.get().url == url
    assert f"links to another feed: {page}comments (Comments)" in said


def test_a_feed_of_a_page_that_does_not_work_is_passed_over(serve, db):
    serve("/broken", "nothing here", 404)
    url = serve("/feed", feed())

    add(serve("/", "<!doctype html>" + link("/broken") + link("/feed")))

    assert Source.objects.get().url == url


@pytest.mark.parametrize("given", ["feed", ""])
def test_a_source_that_is_known_is_said_to_be_so(serve, db, given):
    Source.objects.create(url=serve("/feed", feed()), title="Mine")
    site = serve("/", "<!doctype html>" + link("/feed"))

    said = add(site + given)

    assert "Mine is a source already" in said
    assert Source.objects.count() == 1


def test_the_new_address_of_a_feed_that_has_moved_is_the_one_that_is_kept(serve, db):
    new = serve("/new", feed())

    add(serve("/feed", "", 301, Location="/new"))

    assert Source.objects.get().url == new


@pytest.mark.parametrize(
    ("body", "status", "reason"),
    [
        ("<!doctype html><p>No feed.", 200, "HTML page, not a feed"),
        ("", 404, "not found"),
        ("<!doctype html>" + link("/nowhere"), 200, "HTTP status"),
        ("just text", 200, "no Atom, RSS or JSON feed"),
        ("", 200, "empty"),
    ],
)
def test_what_has_no_feed_is_answered_with_a_sentence(serve, db, body, status, reason):
    url = serve("/page", body, status)

    with pytest.raises(CommandError, match=reason):
        call_command("add_source", url)

    assert not Source.objects.exists()


def test_a_page_can_lead_to_no_inside_address(serve, db):
    url = serve("/page", "<!doctype html>" + link("http://169.254.169.254/feed"))

    with pytest.raises(CommandError, match="not on the public internet"):
        call_command("add_source", url)


def test_a_path_is_no_source(db, tmp_path):
    with pytest.raises(CommandError, match="no http address"):
        call_command("add_source", str(tmp_path))


def test_an_address_without_a_scheme_is_asked_by_https(tls_server, db):
    server = tls_server("localhost")

    add(f"localhost:{server.port}/feed")

    assert Source.objects.get().url == f"https://localhost:{server.port}/feed"


def test_an_address_without_a_scheme_is_asked_by_http_where_https_fails(serve, db):
    url = serve("/feed", feed())

    said = add(f" {url.removeprefix('http://')}\n")

    assert Source.objects.get().url == url
    assert "is a source now" in said


def test_an_address_without_a_scheme_that_fails_is_told_of_by_https(serve, db):
    host = serve("/feed", "", 404).removeprefix("http://")

    with pytest.raises(CommandError, match=f"https://{host}: .*TLS"):
        add(host)


def test_a_source_that_came_as_a_file_is_asked_once_it_is_added(serve, db):
    url = serve("/feed", feed())
    Source.objects.create(url=url, status=Source.Status.FILE)

    said = add(url)

    assert "from now on" in said
    assert [source.url for source in Source.objects.due()] == [url]
