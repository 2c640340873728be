"""The time of a source's next fetch, and changes of its URL: one test a rule."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from werkzeug import Response

from entries.importing.importer import Options, import_feed
from entries.models import Entry, ImportRun, Source
from tests.importing.atom import entry, feed

# A Wednesday.
NOW = datetime(2024, 5, 15, 12, 0, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)

RSS = """<?xml version="1.0"?>
<rss version="2.0" xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"><channel>
<title>A channel</title><link>https://blog.example/</link><description>Of examples</description>
%s
<item><guid>https://blog.example/1</guid><title>One</title>
<description>&lt;p>One.&lt;/p>&lt;ttl>9&lt;/ttl></description></item>
</channel></rss>"""


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to(NOW, tick=False)
    return time_machine


class Server:
    """A server with a status, a body and headers for each path."""

    def __init__(self, httpserver):
        self.answers = {}
        self.requests = []
        self.url = httpserver.url_for("/feed")
        self.url_for = httpserver.url_for
        httpserver.expect_request("/", method="GET").respond_with_handler(self.answer)
        for path in ("/feed", "/new", "/newer"):
            httpserver.expect_request(path).respond_with_handler(self.answer)

    def set(self, body=b"", status=200, path="/feed", **headers):
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        self.answers[path] = (body, status, headers)

    def answer(self, request):
        self.requests.append(request)
        body, status, headers = self.answers[request.path]
        return Response(body, status, headers)


@pytest.fixture
def server(httpserver):
    server = Server(httpserver)
    server.set(feed(entry(1)))
    return server


@pytest.fixture
def source(db, server):
    return Source.objects.create(url=server.url)


def ask(source):
    """Import a source as the next run does. Returns the time until its next fetch."""
    fresh = Source.objects.get(pk=source.pk)
    ask.report = import_feed(fresh)
    source.refresh_from_db()
    return source.next_check_at and source.next_check_at - datetime.now(UTC)


def test_validators_go_back_as_they_came(server, source):
    server.set(feed(), ETag='W/"ä, \\"b"', Last_Modified="Sometime, in may")
    ask(source)

    server.set(status=304)
    ask(source)

    headers = server.requests[1].headers
    assert headers["If-None-Match"] == 'W/"ä, \\"b"'
    assert headers["If-Modified-Since"] == "Sometime, in may"
    assert ask.report.status == "not_modified"
    assert source.status == Source.Status.OK


def test_a_feed_that_was_not_read_to_its_end_is_asked_for_whole_again(server, source):
    server.set(feed(entry(1), entry(2)), ETag='"one"')
    import_feed(source, Options(limit=1))

    ask(source)

    assert "If-None-Match" not in server.requests[1].headers
    assert Entry.objects.count() == 2


def test_a_source_is_usually_asked_every_hour(source):
    assert ask(source) == HOUR


@pytest.mark.parametrize(
    ("value", "wait"),
    [
        ("max-age=7200", 2 * HOUR),
        ("public, MAX-AGE = 7200, must-revalidate", 2 * HOUR),
        ("max-age=60", 15 * MINUTE),
        ("max-age=31536000", 24 * HOUR),
        ("max-age=999999999999", 24 * HOUR),
        ("max-age=0", HOUR),
        ("no-cache, no-store", HOUR),
        ("s-maxage=7200", HOUR),
        ("max-age=soon", HOUR),
    ],
)
def test_max_age_is_honoured_between_15_minutes_and_24_hours(server, source, value, wait):
    server.set(feed(), Cache_Control=value)

    assert ask(source) == wait


def test_max_age_counts_from_when_the_answer_was_made(server, source):
    server.set(feed(), Cache_Control="max-age=7200", Age="3600")

    assert ask(source) == HOUR


@pytest.mark.parametrize(
    ("expires", "wait"),
    [
        (format_datetime(NOW + 3 * HOUR, usegmt=True), 3 * HOUR),
        (format_datetime(NOW + 5 * MINUTE, usegmt=True), 15 * MINUTE),
        (format_datetime(NOW + 30 * DAY, usegmt=True), 24 * HOUR),
        (format_datetime(NOW - DAY, usegmt=True), HOUR),
        ("0", HOUR),
        ("-1", HOUR),
    ],
)
def test_expires_is_honoured_between_15_minutes_and_24_hours(server, source, expires, wait):
    server.set(feed(), Expires=expires, Date=format_datetime(NOW, usegmt=True))

    assert ask(source) == wait


def test_max_age_counts_more_than_expires(server, source):
    server.set(
        feed(),
        Cache_Control="max-age=7200",
        Expires=format_datetime(NOW + 9 * HOUR, usegmt=True),
    )

    assert ask(source) == 2 * HOUR


def test_a_304_says_anew_how_long_it_is_good(server, source):
    server.set(feed(), ETag='"one"', Cache_Control="max-age=7200")
    ask(source)
    server.set(status=304, Cache_Control="max-age=10800")

    assert ask(source) == 3 * HOUR


@pytest.mark.parametrize(
    ("stated", "wait"),
    [
        ("<ttl>180</ttl>", 3 * HOUR),
        ("<ttl>5</ttl>", 15 * MINUTE),
        ("<ttl>99999999</ttl>", 24 * HOUR),
        ("<ttl>often</ttl>", HOUR),
        ("<!-- <ttl>180</ttl> -->", HOUR),
        ("<sy:updatePeriod> daily </sy:updatePeriod>", 24 * HOUR),
        (
            "<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>4</sy:updateFrequency>",
            6 * HOUR,
        ),
        ("<sy:updatePeriod>hourly</sy:updatePeriod>", HOUR),
        (
            "<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>9</sy:updateFrequency>",
            15 * MINUTE,
        ),
        ("<sy:updatePeriod>weekly</sy:updatePeriod>", 24 * HOUR),
        ("<sy:updateFrequency>0</sy:updateFrequency>", HOUR),
        (
            "<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>0</sy:updateFrequency>",
            24 * HOUR,
        ),
        ("<ttl>120</ttl><sy:updatePeriod>hourly</sy:updatePeriod>", 2 * HOUR),
    ],
)
def test_the_rhythm_that_the_feed_states_is_honoured(server, source, stated, wait):
    server.set((RSS % stated).encode())

    assert ask(source) == wait


def test_the_longest_stated_wait_is_honoured(server, source):
    server.set((RSS % "<ttl>180</ttl>").encode(), Cache_Control="max-age=3600")

    assert ask(source) == 3 * HOUR


def test_the_rhythm_is_remembered_when_the_feed_is_not_modified(server, source):
    server.set((RSS % "<ttl>180</ttl>").encode(), ETag='"one"')
    ask(source)
    server.set(status=304)

    assert ask(source) == 3 * HOUR


def test_skip_hours_are_honoured(server, source):
    hours = "".join(f"<hour>{hour}</hour>" for hour in (13, 14, 15))
    server.set((RSS % f"<skipHours>{hours}</skipHours>").encode())

    assert ask(source) == 4 * HOUR


def test_the_24th_hour_is_midnight(server, source, clock):
    clock.move_to(NOW.replace(hour=23, minute=30), tick=False)
    server.set((RSS % "<skipHours><hour>24</hour></skipHours>").encode())

    assert ask(source) == 90 * MINUTE


def test_skip_days_are_honoured(server, source, clock):
    clock.move_to(NOW.replace(hour=23, minute=30), tick=False)
    server.set((RSS % "<skipDays><day>Thursday</day></skipDays>").encode())

    assert ask(source) == 24 * HOUR


def test_a_skipped_day_that_is_over_within_24_hours_is_waited_for(server, source, clock):
    clock.move_to(NOW.replace(hour=1), tick=False)
    server.set((RSS % "<skipDays><day>Wednesday</day></skipDays>").encode())

    assert ask(source) == 23 * HOUR


def test_a_feed_that_skips_every_hour_is_fetched_once_a_day(server, source):
    hours = "".join(f"<hour>{hour}</hour>" for hour in range(24))
    server.set((RSS % f"<skipHours>{hours}</skipHours>").encode())

    assert ask(source) == 24 * HOUR


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    ("value", "wait"),
    [
        ("7200", 2 * HOUR),
        (format_datetime(NOW + 3 * HOUR, usegmt=True), 3 * HOUR),
        (str(2 * 24 * 3600), 2 * DAY),
        (str(10**11), 7 * DAY),
    ],
)
def test_retry_after_is_honoured(server, source, status, value, wait):
    server.set(status=status, Retry_After=value)

    assert ask(source) == wait
    assert source.status == Source.Status.FAILED


@pytest.mark.parametrize("value", ["0", "soon", format_datetime(NOW - DAY, usegmt=True), ""])
def test_a_retry_after_without_a_wait_gives_the_usual_one_after_a_failure(server, source, value):
    server.set(status=429, Retry_After=value)

    assert 11 * MINUTE < ask(source) < 19 * MINUTE


def test_the_wait_doubles_with_each_failure_up_to_a_day(server, source):
    server.set(status=500)

    waits = [ask(source) for _ in range(12)]

    for wait, usual in zip(waits, [15, 30, 60, 120, 240, 480, 960], strict=False):
        assert usual * 0.75 <= wait / MINUTE <= usual * 1.25
    assert all(18 * HOUR <= wait <= 24 * HOUR for wait in waits[7:])
    assert source.failures == 12


def test_sources_that_fail_together_are_not_fetched_together(server, db):
    server.set(status=500)
    sources = [Source.objects.create(url=f"{server.url}?{number}") for number in range(8)]

    assert len({ask(source) for source in sources}) > 1


def test_one_good_answer_makes_up_for_all_failures(server, source):
    server.set(status=500)
    ask(source)
    ask(source)
    server.set(feed())

    assert ask(source) == HOUR
    assert (source.failures, source.last_error, source.status) == (0, "", Source.Status.OK)


def test_a_304_that_nobody_has_asked_for_is_no_answer(server, source):
    server.set(status=304)

    ask(source)

    assert source.status == Source.Status.FAILED


@pytest.mark.parametrize("status", [301, 308])
def test_a_new_address_is_taken_over_after_seven_days(server, source, clock, status):
    old, new = server.url, server.url_for("/new")
    server.set(status=status, Location="/new")
    server.set(feed(entry(1)), path="/new")

    ask(source)
    assert (source.url, source.moved_to) == (old, new)
    clock.move_to(NOW + 6 * DAY, tick=False)
    ask(source)
    assert source.url == old
    clock.move_to(NOW + 7 * DAY, tick=False)
    ask(source)

    assert (source.url, source.moved_to) == (new, "")
    assert any("Its URL is now" in warning for warning in ask.report.warnings)
    assert Entry.objects.count() == 1


def test_a_new_address_is_taken_over_also_when_nothing_is_modified(server, source, clock):
    server.set(status=301, Location="/new")
    server.set(feed(entry(1)), path="/new", ETag='"one"')
    ask(source)
    server.set(status=304, path="/new")
    clock.move_to(NOW + 8 * DAY, tick=False)

    ask(source)

    assert source.url == server.url_for("/new")


@pytest.mark.parametrize("status", [302, 303, 307])
def test_a_redirect_for_today_changes_no_address(server, source, clock, status):
    server.set(status=status, Location="/new")
    server.set(feed(entry(1)), path="/new")

    ask(source)
    clock.move_to(NOW + 8 * DAY, tick=False)
    ask(source)

    assert (source.url, source.moved_to) == (server.url, "")


def test_only_what_permanent_redirects_have_led_to_is_taken_over(server, source, clock):
    server.set(status=301, Location="/new")
    server.set(status=302, Location="/newer", path="/new")
    server.set(feed(entry(1)), path="/newer")

    ask(source)
    clock.move_to(NOW + 8 * DAY, tick=False)
    ask(source)

    assert source.url == server.url_for("/new")


def test_a_redirect_to_what_is_no_feed_starts_the_days_anew(server, source, clock):
    old = server.url
    server.set(status=301, Location="/new")
    server.set(feed(entry(1)), path="/new")
    ask(source)
    server.set(b"<!doctype html><title>Parked</title>", path="/new")
    clock.move_to(NOW + 6 * DAY, tick=False)
    ask(source)
    assert source.status == Source.Status.FAILED
    server.set(feed(entry(1)), path="/new")

    clock.move_to(NOW + 8 * DAY, tick=False)
    ask(source)

    assert source.url == old


def test_a_redirect_to_what_is_no_feed_is_never_taken_over(server, source, clock):
    ask(source)
    server.set(status=301, Location="/new")
    server.set(b"<!doctype html><title>Parked</title>", path="/new")

    for day in range(10):
        clock.move_to(NOW + day * DAY, tick=False)
        ask(source)

    assert (source.url, source.moved_to) == (server.url, "")


def test_a_redirect_to_another_feed_is_never_taken_over(server, source, clock):
    ask(source)
    other = feed(entry(7)).replace(b"A blog of examples", b"Other").replace(b"blog.", b"other.")
    server.set(status=301, Location="/new")
    server.set(other, path="/new")

    for day in range(10):
        clock.move_to(NOW + day * DAY, tick=False)
        ask(source)

    assert (source.url, source.title) == (server.url, "A blog of examples")
    assert any("another feed" in warning for warning in ask.report.warnings)


def test_an_address_that_is_a_source_already_is_not_taken_over(server, source, clock):
    Source.objects.create(url=server.url_for("/new"))
    server.set(status=301, Location="/new")
    server.set(feed(entry(1)), path="/new")
    ask(source)
    clock.move_to(NOW + 8 * DAY, tick=False)

    ask(source)

    assert source.url == server.url
    assert any("already" in warning for warning in ask.report.warnings)


def test_a_source_that_is_gone_is_not_fetched_again(server, source):
    server.set(status=410)

    assert ask(source) is None
    assert source.status == Source.Status.GONE
    assert source not in Source.objects.due()


def test_a_gone_source_names_the_feed_that_its_page_names(server, source):
    link = b'<link rel="alternate" type="application/atom+xml" href="/newer">'
    server.set(b"<!doctype html><head>" + link, status=410)

    ask(source)

    assert f"its site names another feed: {server.url_for('/newer')}" in source.last_error


def test_a_gone_source_names_the_feed_that_its_site_names(server, source):
    head = f'<link rel="alternate" href="{server.url_for("/")}"/>'
    server.set(
        feed(entry(1)).replace(
            b'<link rel="alternate" href="https://blog.example/"/>', head.encode()
        )
    )
    ask(source)
    page = '<head><link rel="alternate" type="application/rss+xml" href="%s"></head>'
    server.set((page % "feed" + page % "new").encode(), path="/")
    server.set(status=410)

    ask(source)

    assert f"its site names another feed: {server.url_for('/new')}" in source.last_error


def test_a_gone_source_without_a_successor_just_says_so(server, source):
    server.set(status=410)

    ask(source)

    assert source.last_error == "the feed is gone for good: HTTP status 410"
    assert ImportRun.objects.get().error == source.last_error


def test_checking_a_source_overwrites_nothing_that_an_editor_has_set(server, source):
    loaded = Source.objects.get(pk=source.pk)
    Source.objects.filter(pk=source.pk).update(new_entries=Source.NewEntries.DRAFT)

    import_feed(loaded)

    source.refresh_from_db()
    assert source.new_entries == Source.NewEntries.DRAFT
