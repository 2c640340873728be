"""Finding the source that a document belongs to."""

import pytest
from django.core.management import call_command

from entries.importing.fetching.fetched import read_path
from entries.importing.importer import import_document
from entries.importing.subscribe import subscribe
from entries.models import Entry, Source, UpstreamChange

from .atom import entry, feed
from .files import feed_file

EXPORT = feed_file("wordpress.xml")


@pytest.fixture
def read_file(db, tmp_path):
    """Import a file of this name, and return the report."""

    def read_file(name, data, url=""):
        path = tmp_path / name
        path.write_bytes(data)
        return import_document(read_path(str(path), url))

    return read_file


def test_exports_of_one_blog_are_one_source_whatever_their_files_are_called(read_file):
    read_file("blog.wordpress.2024-03-09.xml", EXPORT)
    kept = Entry.objects.get(title="Post 2")
    kept.content = "<p>Ours.</p>"
    kept.save()
    corrected = EXPORT.replace(b"Text of post", b"Corrected text of post")

    report = read_file("blog.wordpress.2024-04-01.xml", corrected)

    assert Source.objects.count() == 1
    assert Entry.objects.get(title="Post 1").content == "<p>Corrected text of post 1.</p>"
    assert Entry.objects.get(title="Post 2").content == "<p>Ours.</p>"
    assert report.conflicts == UpstreamChange.objects.count() == 1


def test_exports_of_two_blogs_are_two_sources(read_file):
    read_file("export.xml", EXPORT)

    read_file("export.xml", EXPORT.replace(b"blog.example", b"other.example"))

    assert Source.objects.count() == 2
    assert Entry.objects.count() == 10


def test_of_a_network_each_blog_is_a_source(read_file):
    network = b"<wp:base_site_url>https://network.example</wp:base_site_url><wp:base_blog_url>"
    one = EXPORT.replace(b"<wp:base_blog_url>", network)
    read_file("export.xml", one)

    read_file("export-2.xml", one.replace(b"blog.example", b"other.example"))

    assert Source.objects.count() == 2


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"<wp:base_blog_url>https", b"<wp:base_blog_url>http"),
        (b"<wp:base_blog_url>https://blog", b"<wp:base_blog_url>https://Blog"),
        (b"<wp:base_blog_url>https://blog.example</wp:base_blog_url>", b""),
    ],
    ids=["by http", "in capitals", "by its link"],
)
def test_a_blog_that_is_named_a_little_otherwise_is_the_same(read_file, old, new):
    read_file("export.xml", EXPORT)

    report = read_file("export-2.xml", EXPORT.replace(old, new))

    assert Source.objects.count() == 1
    assert report.created == 0


def test_an_export_that_is_piped_in_needs_no_address(read_file, db):
    from entries.importing.fetching.fetched import Fetched

    report = import_document(Fetched("-", EXPORT))
    read_file("export.xml", EXPORT)

    assert report.created == 5
    assert Source.objects.count() == 1


def test_what_an_export_is_said_to_be_from_counts_first(read_file):
    read_file("export.xml", EXPORT, "https://blog.example/feed/")

    assert Source.objects.get().url == "https://blog.example/feed/"


@pytest.mark.parametrize(
    "page", ["?paged=2", "?format=atom&paged=3", "?paged=2&format=atom", "?page=2", "?PAGED=2"]
)
def test_a_page_of_a_known_feed_is_imported_into_its_source(httpserver, page, capsys, db):
    url = httpserver.url_for("/feed/") + ("?format=atom" if "format" in page else "")
    source = Source.objects.create(url=url, etag='"first"', title="A blog of examples")
    httpserver.expect_request("/feed/", query_string=page[1:]).respond_with_data(
        feed(entry(1)), headers={"ETag": '"second"'}
    )

    call_command("import_feed", httpserver.url_for("/feed/") + page)

    assert Entry.objects.get().source == source == Source.objects.get()
    source.refresh_from_db()
    assert (source.etag, source.checked_at) == ('"first"', None)


def test_the_pages_of_an_unknown_feed_make_one_source(httpserver, capsys, db):
    for number, page in enumerate(["paged=3", "paged=2", ""]):
        httpserver.expect_request("/feed/", query_string=page).respond_with_data(
            feed(entry(number))
        )
        call_command("import_feed", httpserver.url_for(f"/feed/?{page}".rstrip("?")))

    assert Source.objects.get().url == httpserver.url_for("/feed/")
    assert Entry.objects.count() == 3


def test_a_page_that_can_not_be_fetched_is_a_failure_of_that_page(httpserver, capsys, db):
    httpserver.expect_request("/feed/", query_string="paged=2").respond_with_data(status=404)

    with pytest.raises(SystemExit):
        call_command("import_feed", httpserver.url_for("/feed/?paged=2"))

    assert "/feed/?paged=2" in capsys.readouterr().err
    assert not Source.objects.exists()


def test_a_file_may_be_said_to_be_a_page(read_file):
    read_file("feed.xml", feed(entry(1)), "https://blog.example/feed/")

    read_file("feed-2.xml", feed(entry(2)), "https://blog.example/feed/?paged=2")

    assert Source.objects.get().entries.count() == 2


def test_a_number_that_may_be_a_page_is_one_only_of_a_known_feed(read_file):
    read_file("one.xml", feed(entry(1)), "https://blog.example/feed?page=1")
    read_file("two.xml", feed(entry(2)), "https://blog.example/feed?page=2")

    assert Source.objects.count() == 2


def test_subscribing_to_a_page_is_subscribing_to_the_feed(httpserver, db):
    httpserver.expect_request("/feed/").respond_with_data(feed(entry(1)))

    first = subscribe(httpserver.url_for("/feed/?paged=2"))
    second = subscribe(httpserver.url_for("/feed/"))

    assert first.source.url == httpserver.url_for("/feed/")
    assert (first.is_new, second.is_new) == (True, False)
