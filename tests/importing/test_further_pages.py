"""A feed in pages (RFC 5005), read down to its first post."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from werkzeug import Response

from entries.importing.importer import Options, import_feed
from entries.models import Entry, Source

from .atom import entry, feed


@pytest.fixture(autouse=True)
def no_pause(settings):
    settings.FETCH_PAUSE = 0


class Pages:
    """A server of pages with entries; each page links to another by a relation."""

    def __init__(self, httpserver):
        self.url_for = httpserver.url_for
        self.pages = {}
        self.requests = []
        for number in range(10):
            httpserver.expect_request(f"/{number}").respond_with_handler(self.answer)

    def set(self, number, *numbers, leads_to=None, rel="next", title=None):
        head = f'<link rel="{rel}" href="{leads_to}"/>' if leads_to is not None else ""
        data = feed(*(entry(n) for n in numbers), head=head)
        if title:
            data = data.replace(b"A blog of examples", title.encode())
        self.pages[f"/{number}"] = data

    def answer(self, request):
        self.requests.append(request.path)
        if request.headers.get("If-None-Match"):
            return Response(status=304)
        data = self.pages.get(request.path)
        return Response(data or "", 200 if data else 500, {"ETag": '"same"'})


@pytest.fixture
def pages(httpserver):
    return Pages(httpserver)


@pytest.fixture
def source(pages, db):
    return Source.objects.create(url=pages.url_for("/0"))


def read_all(source, **options):
    source.refresh_from_db()
    report = import_feed(source, Options(all_pages=True, **options))
    source.refresh_from_db()
    return report


@pytest.mark.parametrize("rel", ["next", "prev-archive"])
def test_pages_are_followed_to_the_first_post(pages, source, rel):
    pages.set(0, 9, 8, leads_to=1, rel=rel)
    pages.set(1, 7, 6, leads_to="/2", rel=rel)
    pages.set(2, 5)

    report = read_all(source)

    assert (report.created, report.status) == (5, "imported")
    assert pages.requests == ["/0", "/1", "/2"]
    assert Entry.objects.count() == 5


def test_the_archive_goes_before_the_pages(pages, source):
    pages.set(0, 9, leads_to=1, rel="prev-archive")
    pages.pages["/0"] = pages.pages["/0"].replace(
        b'<link rel="prev', b'<link rel="next" href="5"/><link rel="prev'
    )
    pages.set(1, 8)

    read_all(source)

    assert pages.requests == ["/0", "/1"]


def test_pages_of_rss_are_followed_too(pages, source):
    item = "<item><guid>https://blog.example/%s</guid><title>%s</title></item>"
    for number in range(3):
        link = f'<atom:link rel="next" href="{number + 1}"/>' if number < 2 else ""
        pages.pages[f"/{number}"] = (
            '<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel>'
            f"<title>A channel</title>{link}{item % (number, number)}</channel></rss>"
        ).encode()

    report = read_all(source)

    assert report.created == 3


def test_without_the_option_only_the_feed_itself_is_read(pages, source):
    pages.set(0, 9, leads_to=1)

    import_feed(source)

    assert pages.requests == ["/0"]


@pytest.mark.parametrize("target", [0, 1, 2])
def test_a_loop_is_left(pages, source, target):
    pages.set(0, 9, leads_to=1)
    pages.set(1, 8, leads_to=2)
    pages.set(2, 7, leads_to=target)

    report = read_all(source)

    assert (report.created, report.status) == (3, "imported")
    assert pages.requests == ["/0", "/1", "/2"]


def test_a_server_that_gives_the_same_page_under_every_address_is_left(pages, source):
    for number in range(9):
        pages.set(number, 9, leads_to=f"/{number + 1}")

    report = read_all(source)

    assert (report.created, pages.requests) == (1, ["/0", "/1"])


def test_reading_goes_on_where_it_was_stopped(pages, source):
    pages.set(0, 9, leads_to=1)
    pages.set(1, 8, leads_to=2)
    pages.set(3, 6)

    report = read_all(source)

    assert report.status == "failed"
    assert "its page" in report.error
    assert "the next run goes on here" in report.error
    assert Entry.objects.count() == 2
    assert source.status == Source.Status.OK
    pages.set(2, 7, leads_to=3)
    pages.requests.clear()

    report = read_all(source)

    assert (report.created, report.status) == (2, "imported")
    assert pages.requests == ["/0", "/2", "/3"]
    assert source.next_page == ""


def test_where_the_old_place_is_no_more_the_next_run_begins_anew(pages, source):
    pages.set(0, 9, leads_to=1)
    pages.set(1, 8, leads_to=2)
    read_all(source)
    assert read_all(source).status == "failed"
    pages.set(1, 8, leads_to=3)
    pages.set(3, 7)

    report = read_all(source)

    assert (report.created, report.status) == (1, "imported")


def test_all_pages_are_read_although_the_first_is_not_modified(pages, source):
    pages.set(0, 9, leads_to=1)
    pages.set(1, 8)
    import_feed(source)

    report = read_all(source)

    assert report.created == 1


def test_a_page_does_not_speak_for_its_feed(pages, source):
    pages.set(0, 9, leads_to=1)
    pages.set(1, 8, title="Page 2")

    read_all(source)

    assert source.title == "A blog of examples"


@pytest.mark.parametrize(
    "target", ["http://169.254.169.254/", "file:///etc/passwd", "javascript:1"]
)
def test_a_page_can_lead_to_no_inside_address(pages, source, target):
    pages.set(0, 9, leads_to=target)

    report = read_all(source)

    assert report.status == "failed"
    assert Entry.objects.count() == 1


def test_a_dry_run_reads_all_pages_and_writes_nothing(pages, source, dump):
    pages.set(0, 9, leads_to=1)
    pages.set(1, 8)
    before = dump()

    report = read_all(source, dry_run=True)

    assert report.created == 2
    assert dump() == before


def test_there_is_a_pause_before_each_page(pages, source, settings, monkeypatch):
    settings.FETCH_PAUSE = 3
    pauses = []
    monkeypatch.setattr("time.sleep", pauses.append)
    pages.set(0, 9, leads_to=1)
    pages.set(1, 8, leads_to=2)
    pages.set(2, 7)

    read_all(source)

    assert pauses == [3, 3]


def test_the_command_reads_all_pages(pages, source):
    pages.set(0, 9, leads_to=1)
    pages.set(1, 8)
    out = StringIO()

    call_command("import_feed", "--all-pages", source.url, stdout=out)

    assert "2 created" in out.getvalue()


@pytest.mark.parametrize("arguments", [["feed.atom"], ["-"], ["http://a.example/", "--limit", "3"]])
def test_all_pages_goes_with_addresses_alone(arguments, db):
    with pytest.raises(CommandError, match="--all-pages can be used with URLs only") as caught:
        call_command("import_feed", "--all-pages", *arguments)

    assert caught.value.returncode == 2
