"""Pages from memory: the bytes that Django would send, and never those of a moment ago."""

import gzip
import io
import os
import re
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta

import brotli
import pytest
import time_machine
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, connection
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from config.finished_pages import FinishedPages
from entries.curating.duplicate_tags import merge_tags
from entries.models import (
    Enclosure,
    Entry,
    SiteIdentity,
    SiteSettings,
    SiteVersion,
    Source,
    Tag,
    TaggedEntry,
    TagName,
    Withdrawal,
)
from entries.publishing.pages import choose_encoding
from tests.models.test_bulk_writes import doors, write

pytestmark = pytest.mark.django_db

BYTES = 10_000_000
PAGES = [
    *("/", "/notes/", "/articles/", "/tags/", "/tags/?by=name", "/tags/a/", "/tags/a+b/"),
    *("/2024/", "/2024/Mar/", "/2024/Mar/9/", "/2024/Mar/9/one/", "/archive/", "/sources/"),
    *("/sources/1/", "/atom/everything/", "/json/everything/", "/tags/a.atom", "/tags/a.json"),
    *("/atom/articles/", "/about/", "/sitemap.xml", "/sitemap-2024-Mar.xml", "/robots.txt"),
    *("/opensearch.xml", "/search/?q=text", "/nowhere/", "/?before=1700000000000000.1"),
]


class Response:
    def __init__(self, status, headers, body):
        self.status = int(status.split()[0])
        self.headers = dict(headers)
        self.body = body


def ask(application, path="/", method="GET", **headers):
    path, _, query = path.partition("?")
    environ = {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "SERVER_NAME": "testserver",
        "SERVER_PORT": "80",
        "HTTP_HOST": "testserver",
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": sys.stderr,
        **{f"HTTP_{name.upper()}": value for name, value in headers.items()},
    }
    started = []
    answered = application(environ, lambda *given: started.append(given))
    body = b"".join(answered)
    if hasattr(answered, "close"):
        answered.close()
    return Response(*started[0][:2], body)


class Counting:
    """Django, and how often it was asked."""

    def __init__(self):
        self.django = WSGIHandler()
        self.asked = 0

    def __call__(self, environ, start_response):
        self.asked += 1
        return self.django(environ, start_response)


@pytest.fixture
def plain():
    return Counting()


@pytest.fixture
def layer():
    return FinishedPages(Counting(), BYTES)


@pytest.fixture
def entry(make_entry):
    return make_entry(slug="one", tags=["a", "b"])


@pytest.fixture(autouse=True)
def open_connection():
    """Requests don't close the connection that the test's transaction is on.

    Django's test client does the same.
    """
    ends = (request_started, request_finished)
    for signal in ends:
        signal.disconnect(close_old_connections)
    yield
    for signal in ends:
        signal.connect(close_old_connections)


def transaction_has_ended():
    """PostgreSQL raises the version at the end, or when constraints are checked; once in each."""
    connection.check_constraints()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL feedstead.raised_by = ''")


def write_has_ended(layer):
    """What the end of a request that writes does."""
    transaction_has_ended()
    layer.versions.expire()


def test_a_page_is_rendered_once(layer, entry):
    first = ask(layer)

    again = ask(layer)

    assert entry.title.encode() in first.body
    assert (again.status, again.headers, again.body) == (200, first.headers, first.body)
    assert layer.application.asked == 1


def test_every_page_is_the_one_that_django_makes(layer, plain, entry):
    Source.objects.create(pk=1, url="https://a.example/feed", title="A")
    for path in PAGES * 2:
        kept, made = ask(layer, path), ask(plain, path)

        assert (path, kept.status, kept.body) == (path, made.status, made.body)
        assert kept.headers == made.headers, path


@pytest.mark.parametrize("encoding", ["gzip", "br"])
def test_a_page_is_compressed_once(layer, entry, encoding):
    whole = ask(layer)

    packed = ask(layer, accept_encoding=encoding)
    again = ask(layer, accept_encoding=encoding)

    unpack = {"gzip": gzip.decompress, "br": brotli.decompress}[encoding]
    assert unpack(packed.body) == whole.body
    assert again.body is packed.body
    assert packed.headers["Content-Encoding"] == encoding
    assert packed.headers["Content-Length"] == str(len(packed.body))
    assert packed.headers["ETag"] == whole.headers["ETag"]
    assert packed.headers["Vary"] == whole.headers["Vary"] == "Accept-Encoding"


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("", ""),
        ("gzip", "gzip"),
        ("gzip, deflate, br, zstd", "br"),
        ("GZIP;Q=1.0", "gzip"),
        ("x-gzip", "gzip"),
        ("br;q=0.5, gzip;q=0.8", "gzip"),
        ("br;q=0, gzip", "gzip"),
        ("gzip;q=0", ""),
        ("*", "br"),
        ("*;q=0", ""),
        ("br;q=0, *", "gzip"),
        ("identity, gzip;q=0.5", ""),
        ("identity;q=0", ""),
        ("deflate, zstd", ""),
        ("gzip;q=much", ""),
        (";;,,;q=1, gzip ;q= 0.001", "gzip"),
    ],
)
def test_the_encoding_is_one_that_the_client_takes(accepted, encoding):
    assert choose_encoding(accepted) == encoding


@pytest.mark.parametrize(
    "conditions",
    [
        {"if_none_match": "{etag}"},
        {"if_none_match": '"other", {etag}'},
        {"if_none_match": "{strong}"},
        {"if_none_match": "*"},
        {"if_none_match": '"other"'},
        {"if_none_match": '"other"', "if_modified_since": "{modified}"},
        {"if_none_match": "nonsense", "if_modified_since": "{modified}"},
        {"if_modified_since": "{modified}"},
        {"if_modified_since": "Wed, 01 Jan 2098 00:00:00 GMT"},
        {"if_modified_since": "Wed, 01 Jan 1998 00:00:00 GMT"},
        {"if_modified_since": "yesterday"},
        {"if_match": "{etag}"},
        {"if_match": '"other"'},
        {"if_unmodified_since": "Wed, 01 Jan 1998 00:00:00 GMT"},
        {"range": "bytes=0-9"},
        {"range": "bytes=0-9", "if_range": "{etag}"},
    ],
)
def test_conditions_are_answered_as_django_answers_them(layer, plain, entry, conditions):
    page = ask(layer)
    words = {
        "etag": page.headers["ETag"],
        "strong": page.headers["ETag"].removeprefix("W/"),
        "modified": page.headers["Last-Modified"],
    }
    given = {name: value.format(**words) for name, value in conditions.items()}

    for method in ("GET", "HEAD"):
        kept, made = ask(layer, method=method, **given), ask(plain, method=method, **given)

        assert kept.status == made.status
        assert kept.body == (made.body if method == "GET" else b"")
        assert kept.headers.items() <= made.headers.items()


def test_a_304_says_what_the_client_is_to_remember(layer, entry):
    page = ask(layer)

    known = ask(layer, if_none_match=page.headers["ETag"])

    assert known.status == 304
    assert known.body == b""
    kept = ("ETag", "Last-Modified", "Cache-Control", "Vary")
    assert known.headers == {name: page.headers[name] for name in kept}


def test_head_has_the_headers_and_no_body(layer, entry):
    page = ask(layer, accept_encoding="gzip")

    for application in (layer, FinishedPages(Counting(), BYTES)):
        head = ask(application, method="HEAD", accept_encoding="gzip")

        assert (head.status, head.headers, head.body) == (200, page.headers, b"")


def test_queries_that_a_page_does_not_know_neither_change_nor_fill_anything(layer, entry):
    page = ask(layer, "/tags/a/")

    for number in range(1_000):
        other = ask(layer, f"/tags/a/?utm_source={number}&x{number}=y")
        assert other.body == page.body

    assert layer.application.asked == 1
    assert len(layer.pages) == 1


def test_a_query_that_a_page_knows_is_another_page(layer, plain, entry):
    for path in [
        "/tags/?q=a",
        "/tags/?q=b",
        "/tags/?by=name&q=",
        "/tags/?q=%C3%A4",
        "/tags/?q=a&q=b",
    ]:
        assert ask(layer, path).body == ask(plain, path).body

    assert ask(layer, "/tags/?x=1&q=a").body == ask(plain, "/tags/?q=a").body
    assert layer.application.asked == 5


def test_a_query_on_the_front_page_may_lead_elsewhere(layer, make_entry):
    make_entry(slug="old", canonical_url="https://old.example/?p=123")
    ask(layer)

    led = ask(layer, "/?p=123")

    assert led.status == 301
    assert led.headers["Location"] == "/2024/Mar/9/old/"
    assert ask(layer, "/?p=124").status == 200
    assert len(layer.pages) == 1


def test_what_is_kept_has_a_bound(make_entry):
    layer = FinishedPages(Counting(), 100_000)
    for number in range(30):
        make_entry(slug=f"e{number}", content="<p>" + "word " * 500 + "</p>")

    for number in range(30):
        ask(layer, f"/2024/Mar/9/e{number}/", accept_encoding="gzip")
        assert layer.pages.bytes <= 100_000
    asked = layer.application.asked

    assert 5 < len(layer.pages) < 20
    ask(layer, "/2024/Mar/9/e29/")
    assert layer.application.asked == asked
    ask(layer, "/2024/Mar/9/e0/")
    assert layer.application.asked == asked + 1


def test_a_page_larger_than_the_bound_is_sent_all_the_same(entry):
    layer = FinishedPages(Counting(), 1_000)

    assert entry.title.encode() in ask(layer).body
    assert len(layer.pages) == 0


def test_who_has_signed_in_passes_by(layer, entry, admin_client):
    session = f"{settings.SESSION_COOKIE_NAME}={admin_client.cookies['sessionid'].value}"
    entry.status = "draft"
    entry.save()
    write_has_ended(layer)

    assert ask(layer, "/2024/Mar/9/one/").status == 404
    assert entry.title.encode() in ask(layer, "/2024/Mar/9/one/", cookie=session).body
    assert ask(layer, "/2024/Mar/9/one/").status == 404
    assert ask(layer, "/2024/Mar/9/one/", cookie="theme=dark").status == 404
    assert len(layer.pages) == 0


def test_other_cookies_do_not_count(layer, entry):
    page = ask(layer, cookie="_ga=1; theme=dark")

    assert ask(layer).body == page.body
    assert layer.application.asked == 1


def test_hosts_are_the_same_in_either_case_and_none_of_ours_is_refused(layer, entry):
    ask(layer)

    assert ask(layer, host="TESTSERVER").status == 200
    assert layer.application.asked == 1
    assert ask(layer, host="evil.example").status == 400
    assert ask(layer, host="evil.example").status == 400
    assert len(layer.pages) == 1


@pytest.mark.parametrize(
    "path", ["//", "//tags/", "/tags//a/", "/tags/a", "/tags/\xc3\xa4/", "/tags/\xff/", "/\x00/"]
)
def test_odd_paths_are_answered_as_django_answers_them(layer, plain, entry, path):
    for _ in range(2):
        kept, made = ask(layer, path), ask(plain, path)

        assert (kept.status, kept.body) == (made.status, made.body)
        assert kept.headers.get("Location") == made.headers.get("Location")


@pytest.mark.parametrize("method", ["POST", "PUT", "OPTIONS"])
def test_other_methods_are_not_answered_from_memory(layer, plain, entry, method):
    ask(layer)

    refused = ask(layer, method=method).status

    assert refused == ask(plain, method=method).status
    assert refused in (403, 405)


@pytest.mark.parametrize(
    ("status", "headers"),
    [
        ("404 Not Found", []),
        ("500 Internal Server Error", []),
        ("302 Found", [("Location", "/tags/")]),
        ("200 OK", [("Set-Cookie", "a=b")]),
        ("200 OK", [("Cache-Control", "no-store")]),
        ("200 OK", [("Cache-Control", "max-age=0, private")]),
        ("200 OK", [("Vary", "Accept-Encoding, Cookie")]),
        ("200 OK", [("Content-Encoding", "gzip")]),
    ],
)
def test_what_is_not_for_everybody_is_not_kept(status, headers):
    answers = iter(range(10))

    def application(environ, start_response):
        start_response(status, headers)
        return [str(next(answers)).encode()]

    layer = FinishedPages(application, BYTES)

    assert [ask(layer).body for _ in range(2)] == [b"0", b"1"]
    assert len(layer.pages) == 0


def test_an_error_of_django_is_an_error_for_all_who_wait():
    def application(environ, start_response):
        raise ValueError("broken")

    layer = FinishedPages(application, BYTES)

    for _ in range(2):
        with pytest.raises(ValueError, match="broken"):
            ask(layer)
    assert layer.rendering == {}


@pytest.mark.django_db(transaction=True)
def test_many_who_want_one_cold_page_have_it_rendered_once():
    rendered = []

    def application(environ, start_response):
        rendered.append(environ["PATH_INFO"])
        time.sleep(0.2)
        start_response("200 OK", [("Content-Type", "text/html")])
        return [b"page"]

    layer = FinishedPages(application, BYTES)
    # Threads see no database in memory that another has opened: the version is read before.
    layer.versions.current()
    layer.versions.check_at = float("inf")
    answers = []
    threads = [
        threading.Thread(target=lambda: answers.append(ask(layer, "/tags/").body)) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert rendered == ["/tags/"]
    assert answers == [b"page"] * 8


def test_a_scheduled_post_appears_on_time(layer, make_entry):
    with time_machine.travel(datetime(2025, 3, 1, 12, tzinfo=UTC), tick=False) as clock:
        make_entry(title="Published before")
        make_entry(title="At noon", published=timezone.now() + timedelta(seconds=10))
        write_has_ended(layer)
        before = ask(layer)
        clock.shift(9.9)
        assert ask(layer).body == before.body
        assert layer.application.asked == 1

        clock.shift(0.1)

        assert b"At noon" not in before.body
        assert b"At noon" in ask(layer).body


def test_other_processes_are_believed_after_a_tenth_of_a_second(tmp_path):
    """Two processes on one database; what one writes, the other shows."""
    environment = os.environ | {
        "DATABASE_URL": f"sqlite:///{tmp_path}/two.sqlite3",
        "DJANGO_SETTINGS_MODULE": "tests.stress.settings",
    }

    def run(code):
        return subprocess.Popen(
            [sys.executable, "-c", f"import django; django.setup()\n{code}"],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    run(
        "from django.core.management import call_command; call_command('migrate', verbosity=0)"
    ).wait()
    reader = run(
        "import sys, time\n"
        "from django.core.handlers.wsgi import WSGIHandler\n"
        "from config.finished_pages import FinishedPages, MAX_DELAY_SECONDS\n"
        "from tests.test_finished_pages import ask\n"
        "layer = FinishedPages(WSGIHandler(), 1_000_000)\n"
        "for line in sys.stdin:\n"
        "    time.sleep(MAX_DELAY_SECONDS['sqlite'])\n"
        "    print(line.strip().encode() in ask(layer, '/').body, flush=True)\n"
    )

    def sees(title):
        reader.stdin.write(f"{title}\n")
        reader.stdin.flush()
        return reader.stdout.readline().strip() == "True"

    assert not sees("Written elsewhere")
    run(
        "from entries.models import Entry; Entry.objects.create(title='Written elsewhere', "
        "status='live')"
    ).wait()
    assert sees("Written elsewhere")
    assert sees("Written elsewhere")
    run("from entries.models import Entry; Entry.objects.update(title='Changed')").wait()
    assert sees("Changed")
    assert not sees("Written elsewhere")
    reader.stdin.close()
    assert reader.wait() == 0


more_doors = st.one_of(
    st.tuples(st.just("rename tag"), st.just([]), st.sampled_from(["a", "b", "New"])),
    st.tuples(st.just("describe tag"), st.just([]), st.sampled_from(["", "Words."])),
    st.tuples(st.just("merge tags"), st.just([]), st.just("")),
    st.tuples(st.just("delete tags"), st.just([]), st.just("")),
    st.tuples(st.just("settings"), st.just([]), st.sampled_from(["", "A title"])),
    st.tuples(st.just("about"), st.just([]), st.sampled_from(["", "<p>Words.</p>"])),
    st.tuples(st.just("enclosure"), st.just([]), st.sampled_from(["a.mp3", "b.mp3"])),
    st.tuples(st.just("no enclosures"), st.just([]), st.just("")),
    st.tuples(st.just("source"), st.just([]), st.sampled_from(["A", "B"])),
)


def write_beside(door, value):
    """Change what pages print of something other than an entry's own row."""
    tag, source = Tag.objects.first(), Source.objects.first()
    entry = source.entries.first()
    if door == "rename tag" and tag and not Tag.objects.filter(name=value).exists():
        tag.name = value
        tag.save()
    elif door == "describe tag" and tag:
        tag.description = value
        tag.save()
    elif door == "merge tags" and tag and Tag.objects.count() > 1:
        merge_tags([tag], into=Tag.objects.last())
    elif door == "delete tags":
        Tag.objects.all().delete()
    elif door == "settings":
        SiteSettings.objects.update_or_create(pk=SiteSettings.PK, defaults={"title": value})
    elif door == "about":
        SiteSettings.objects.update_or_create(pk=SiteSettings.PK, defaults={"about": value})
    elif door == "enclosure" and entry:
        Enclosure.objects.create(entry=entry, href=f"https://a.example/{value}")
    elif door == "no enclosures":
        Enclosure.objects.all().delete()
    elif door == "source":
        source.title = value
        source.save()


@pytest.mark.parametrize(
    "change",
    [
        lambda entry: entry.enclosures.create(href="https://a.example/b.mp3"),
        lambda entry: entry.enclosures.update(type="audio/mpeg"),
        lambda entry: entry.enclosures.all().delete(),
        lambda entry: entry.set_tags(["b", "a"]),
        lambda entry: TaggedEntry.objects.filter(tag__name="a").update(term="A"),
        lambda entry: TaggedEntry.objects.filter(tag__name="a").delete(),
        lambda entry: Tag.objects.filter(name="a").update(description="Words."),
        lambda entry: Tag.objects.filter(name="a").delete(),
        lambda entry: TagName.objects.create(folded="c", tag=Tag.objects.get(name="a")),
        lambda entry: Entry.objects.filter(pk=entry.pk).update(title="Another"),
        lambda entry: Entry.objects.filter(pk=entry.pk).delete(),
        lambda entry: Source.objects.update(title="Another"),
        lambda entry: Source.objects.update(canonical="noindex"),
        lambda entry: Withdrawal.objects.create(
            atom_id="x", list="everything:", withdrawn_at=timezone.now()
        ),
        lambda entry: SiteSettings.objects.create(pk=SiteSettings.PK, title="Another"),
        lambda entry: SiteIdentity.objects.update(feed_ids="https://b.example"),
    ],
)
def test_each_table_that_pages_print_raises_the_version(make_entry, change):
    source = Source.objects.create(url="https://a.example/feed")
    entry = make_entry(tags=["a", "b"], source=source)
    entry.enclosures.create(href="https://a.example/a.mp3")
    SiteIdentity.objects.get_or_create(pk=SiteIdentity.PK)
    transaction_has_ended()
    before = SiteVersion.objects.current()

    change(entry)
    transaction_has_ended()

    assert SiteVersion.objects.current() != before


@given(writes=st.lists(st.one_of(doors, more_doors), min_size=1, max_size=4))
def test_no_way_to_write_leaves_a_page_of_before(make_entry, writes):
    Entry.objects.all().delete()
    Tag.objects.all().delete()
    layer, plain = FinishedPages(Counting(), BYTES), Counting()
    source = Source.objects.get_or_create(pk=1, url="https://a.example/feed")[0]
    for number in range(2):
        make_entry(tags=["a", "b"], slug=f"e-{number}-{timezone.now():%H%M%S%f}", source=source)
    paths = ["/", "/tags/", "/tags/a/", "/atom/everything/", "/sources/", "/about/", "/2024/Mar/"]
    for door, places, values in writes:
        for path in paths:
            ask(layer, path)
        if isinstance(values, str) and door != "accept":
            write_beside(door, values)
        else:
            write(door, places, values)
        write_has_ended(layer)

        for path in paths:
            kept, made = ask(layer, path), ask(plain, path)
            assert (path, kept.status, kept.body) == (path, made.status, made.body), door


def test_what_no_page_shows_leaves_the_pages_where_they_are(layer, entry):
    source = Source.objects.create(url="https://a.example/feed")
    write_has_ended(layer)
    before = SiteVersion.objects.current()

    source.etag, source.checked_at = "new", timezone.now()
    source.save()
    draft = type(entry).objects.create(title="Draft")
    draft.title = "Still one"
    draft.save()
    write_has_ended(layer)

    assert SiteVersion.objects.current() == before


def test_a_page_that_is_the_same_in_a_new_version_keeps_its_compressed_bytes(layer, entry):
    packed = ask(layer, "/robots.txt", accept_encoding="gzip")
    assert "Content-Encoding" not in packed.headers
    packed = ask(layer, "/2024/Mar/9/one/", accept_encoding="gzip")
    Source.objects.create(url="https://a.example/feed")
    SiteSettings.objects.create(pk=SiteSettings.PK)
    write_has_ended(layer)

    again = ask(layer, "/2024/Mar/9/one/", accept_encoding="gzip")

    assert again.body is packed.body


def test_nothing_is_kept_when_it_is_switched_off(tmp_path):
    made = subprocess.run(
        [sys.executable, "-c", "from config.wsgi import application; print(type(application))"],
        env=os.environ | {"CACHE_PAGES_BYTES": "0", "DJANGO_SETTINGS_MODULE": "tests.settings"},
        capture_output=True,
        text=True,
        check=True,
    )

    assert re.search("WSGIHandler", made.stdout)
