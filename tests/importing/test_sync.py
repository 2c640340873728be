"""Many sources in one run: hosts, failures, and two runs at the same time."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from datetime import timedelta
from io import BytesIO, StringIO, TextIOWrapper
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone
from pytest_httpserver import HTTPServer
from werkzeug import Response

from entries.importing.lease import Lease
from entries.models import Entry, ImportRun, Source
from tests.importing.reading.test_worker import many_tags

from .atom import entry, feed

ROOT = Path(__file__).parents[2]


class Feeds:
    """A server with a feed at every number; `special` replaces the response of some."""

    def __init__(self, httpserver):
        self.url_for = httpserver.url_for
        self.special = {}
        self.requests = []
        self.wait = 0.0
        for number in range(12):
            httpserver.expect_request(f"/{number}").respond_with_handler(self.answer)

    def answer(self, request):
        self.requests.append(request.path)
        time.sleep(self.wait)
        if request.path in self.special:
            return self.special[request.path]
        if request.headers.get("If-None-Match") == '"same"':
            return Response(status=304)
        number = int(request.path[1:])
        return Response(feed(entry(number)), headers={"ETag": '"same"'})

    def add(self, *numbers):
        return [Source.objects.create(url=self.url_for(f"/{number}")) for number in numbers]


@pytest.fixture
def feeds(httpserver, db):
    return Feeds(httpserver)


def run_sync(*arguments):
    """Returns the report and the exit status."""
    out = StringIO()
    try:
        call_command("sync_feeds", "--json", *arguments, stdout=out, stderr=StringIO())
    except SystemExit as stop:
        return json.loads(out.getvalue()), stop.code
    return json.loads(out.getvalue()), 0


def test_all_that_are_due_are_imported(feeds):
    feeds.add(1, 2, 3)

    report, status = run_sync()

    assert (report["created"], len(report["sources"]), status) == (3, 3, 0)
    assert Entry.objects.count() == 3


def test_who_is_not_due_or_gone_or_no_address_is_not_asked(feeds):
    later, gone, waiting = feeds.add(1, 2, 3)
    Source.objects.filter(pk=later.pk).update(next_check_at=timezone.now() + timedelta(hours=1))
    Source.objects.filter(pk=gone.pk).update(status=Source.Status.GONE)
    Source.objects.create(url="file:///etc/passwd")

    report, _ = run_sync()

    assert [source["source"] for source in report["sources"]] == [waiting.url]
    assert feeds.requests == ["/3"]


@pytest.mark.parametrize("way", ["a path", "standard input"])
def test_what_came_as_a_file_is_not_due_until_its_address_was_read(
    feeds, tmp_path, monkeypatch, way
):
    url = feeds.url_for("/1")
    stated = feed(entry(1), self_url=url)
    path = tmp_path / "feed.atom"
    path.write_bytes(stated)
    monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO(stated)))

    call_command("import_feed", str(path) if way == "a path" else "-", stdout=StringIO())
    report, _ = run_sync()

    assert (report["sources"], feeds.requests) == ([], [])
    assert (Source.objects.get().url, Source.objects.get().status) == (url, Source.Status.FILE)
    run_sync("--source", url)
    assert Source.objects.get().status == Source.Status.OK


def test_a_file_of_a_feed_that_is_asked_leaves_it_to_be_asked(feeds, tmp_path):
    (source,) = feeds.add(1)
    path = tmp_path / "feed.atom"
    path.write_bytes(feed(entry(2), self_url=source.url))

    call_command("import_feed", str(path), stdout=StringIO())

    assert [due.url for due in Source.objects.due()] == [source.url]


def test_a_source_that_was_imported_is_not_due(feeds):
    feeds.add(1)
    run_sync()

    report, status = run_sync()

    assert (report["sources"], status) == ([], 0)
    assert feeds.requests == ["/1"]


def test_a_source_that_is_named_is_imported_due_or_not(feeds):
    one, _ = feeds.add(1, 2)
    run_sync()

    report, _ = run_sync("--source", one.url)

    assert [source["status"] for source in report["sources"]] == ["not_modified"]
    assert sorted(feeds.requests) == ["/1", "/1", "/2"]


def test_a_source_that_takes_over_its_new_address_is_reported_once(feeds):
    (one,) = feeds.add(1)
    feeds.special = {"/1": Response("", 301, {"Location": "/2"})}
    week_ago = timezone.now() - timedelta(days=8)
    moved = {"moved_to": feeds.url_for("/2"), "moved_since": week_ago}
    Source.objects.filter(pk=one.pk).update(**moved)

    report, status = run_sync("--source", one.url)

    assert [source["source"] for source in report["sources"]] == [one.url]
    assert status == 0
    assert Source.objects.get().url == feeds.url_for("/2")


def test_an_address_that_is_no_source_is_said_to_be_that(db):
    with pytest.raises(CommandError, match="is not a source") as caught:
        call_command("sync_feeds", "--source", "https://unknown.example/feed")

    assert caught.value.returncode == 2


def test_a_broken_source_does_not_stop_the_run(feeds):
    broken = [
        Response("<html>no feed</html>"),
        Response("", 500),
        Response(b"\x00\xff" * 100),
        Response("", 302, {"Location": "http://169.254.169.254/"}),
        Response("", 302, {"Location": "/0"}),
        Response(b" " * 1_000_001),
        Response(b"\x1f\x8b broken", headers={"Content-Encoding": "gzip"}),
    ]
    feeds.special = {f"/{number}": answer for number, answer in enumerate(broken)}
    feeds.special["/4"] = Response("", 302, {"Location": "/4"})
    feeds.add(*range(10))
    Source.objects.create(url="http://unknown.invalid/feed")

    report, status = run_sync()

    failed = {source["source"] for source in report["sources"] if source["status"] == "failed"}
    assert (status, report["failed"], report["created"]) == (1, 8, 3)
    assert failed == {source.url for source in Source.objects.filter(status="failed")}
    assert all(source["error"] for source in report["sources"] if source["source"] in failed)


def test_an_error_of_our_own_does_not_stop_the_run_and_is_not_hushed(feeds, caplog):
    bad, _ = feeds.add(1, 2)
    # A state that none of our code writes or expects.
    Source.objects.filter(pk=bad.pk).update(rhythm=["no", "mapping"], etag='"same"')

    report, status = run_sync()

    assert (status, report["created"]) == (1, 1)
    bad.refresh_from_db()
    assert "an error of this program's own" in bad.last_error
    assert "Traceback" in caplog.text


def test_a_feed_that_runs_wild_does_not_stop_the_run(feeds, monkeypatch, settings):
    settings.FETCH_MAX_BYTES = 10_000_000
    monkeypatch.setattr("entries.importing.reading.reading.MIN_CPU_SECONDS", 1)
    monkeypatch.setattr("entries.importing.reading.reading.CPU_SECONDS_PER_MB", 0)
    slow = feed(*(entry(number, many_tags()) for number in range(40)))
    feeds.special = {"/1": Response(slow)}
    wild, _ = feeds.add(1, 2)

    report, status = run_sync()

    assert (status, report["created"]) == (1, 1)
    wild.refresh_from_db()
    assert "more than 1 seconds of computing time" in wild.last_error
    assert ImportRun.objects.filter(status="running").count() == 0


def test_a_run_that_breaks_off_prints_its_report(feeds, caplog):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE entries_importline RENAME TO away")

    report, status = run_sync()

    assert (report["sources"], status) == ([], 1)
    # Within a test's transaction, PostgreSQL refuses further queries, so the cause is not told.
    assert "Traceback" in caplog.text or connection.vendor == "postgresql"


def test_after_too_many_requests_the_host_is_left_alone(feeds):
    feeds.special = {f"/{n}": Response("", 429, {"Retry-After": "7200"}) for n in (1, 2, 3)}
    feeds.add(1, 2, 3)

    report, _ = run_sync()

    assert len(feeds.requests) == 1
    assert report["failed"] == 3
    soonest = min(Source.objects.values_list("next_check_at", flat=True))
    assert soonest > timezone.now() + timedelta(hours=1.9)


def test_several_hosts_are_asked_at_a_time_and_each_for_one_thing(db):
    busy, most, lock = {"localhost": 0, "127.0.0.1": 0}, [], threading.Lock()

    def answer(request):
        host = request.host.partition(":")[0]
        with lock:
            busy[host] += 1
            most.append(dict(busy))
        time.sleep(0.2)
        with lock:
            busy[host] -= 1
        return Response(feed())

    with HTTPServer(threaded=True) as server:
        server.expect_request("/feed").respond_with_handler(answer)
        for host in busy:
            for number in range(2):
                Source.objects.create(url=f"http://{host}:{server.port}/feed?{number}")

        run_sync("--jobs", "4")

    assert max(sum(moment.values()) for moment in most) == 2
    assert max(max(moment.values()) for moment in most) == 1


def test_a_dry_run_writes_nothing(feeds, dump):
    feeds.add(1, 2)
    before = dump()

    report, status = run_sync("--dry-run")

    assert (report["dry_run"], report["created"], status) == (True, 2, 0)
    assert dump() == before
    assert not ImportRun.objects.exists()


def test_nobody_who_looks_is_told_nothing_and_cron_only_of_failures(feeds, capsys):
    feeds.special = {"/2": Response("", 500)}
    feeds.add(1, 2)

    with pytest.raises(SystemExit):
        call_command("sync_feeds")

    out, err = capsys.readouterr()
    assert out == ""
    assert err.strip().endswith("/2: the server does not give it: HTTP status 500")


def test_a_person_may_be_told_more(feeds):
    feeds.add(1, 2)
    out = StringIO()

    call_command("sync_feeds", verbosity=2, stdout=out)

    assert "A blog of examples: 1 created" in out.getvalue()
    assert "2 sources: 2 read, 0 not modified, 0 failed" in out.getvalue()


@pytest.mark.parametrize("jobs", ["0", "-1"])
def test_jobs_are_one_or_more(jobs, db):
    with pytest.raises(CommandError, match="at least 1"):
        call_command("sync_feeds", "--jobs", jobs)


def test_what_is_not_modified_costs_three_queries_at_the_most(feeds, django_assert_max_num_queries):
    feeds.add(*range(10))
    run_sync()
    Source.objects.update(next_check_at=None)

    with django_assert_max_num_queries(10 * 3):
        report, _ = run_sync()

    assert {source["status"] for source in report["sources"]} == {"not_modified"}
    assert len(feeds.requests) == 20


def test_what_another_run_holds_is_left_to_it(feeds):
    held, _ = feeds.add(1, 2)
    Source.objects.filter(pk=held.pk).update(url=held.url.replace("localhost", "127.0.0.1"))
    Lease().take(Source.objects.filter(pk=held.pk))

    report, status = run_sync()

    assert len(report["sources"]) == 1
    assert (feeds.requests, status) == (["/2"], 0)


def test_the_host_that_another_run_asks_is_left_to_it(feeds):
    held, _ = feeds.add(1, 2)
    Lease().take(Source.objects.filter(pk=held.pk))

    run_sync()

    assert feeds.requests == []


@pytest.mark.parametrize("command", [["sync_feeds", "--source"], ["import_feed"]])
def test_who_asks_for_what_another_run_holds_is_told(feeds, command, capsys):
    (held,) = feeds.add(1)
    Lease().take(Source.objects.all())

    with pytest.raises(SystemExit):
        call_command(*command, held.url)

    assert "another run is importing it" in capsys.readouterr().err
    assert feeds.requests == []
    assert not ImportRun.objects.exists()


def test_a_lease_ends_by_itself(feeds, time_machine):
    feeds.add(1)
    Lease().take(Source.objects.all())
    time_machine.move_to(timezone.now() + timedelta(minutes=6))

    report, _ = run_sync()

    assert report["created"] == 1


def test_a_lease_ends_with_its_process(feeds):
    feeds.add(1)
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    lease = Lease()
    host, _, process, number = lease.owner.split(":")
    lease.owner = ":".join([host, str(gone.pid), process, number])
    lease.take(Source.objects.all())
    ImportRun.objects.create(source=Source.objects.get())

    report, _ = run_sync()

    assert report["created"] == 1
    left = ImportRun.objects.order_by("pk").first()
    assert (left.status, left.finished_at is None) == (ImportRun.Status.FAILED, False)
    assert "killed" in left.error


def test_a_run_gives_back_what_it_held(feeds):
    feeds.special = {"/1": Response("", 500)}
    feeds.add(1, 2)

    run_sync()

    assert set(Source.objects.values_list("leased_by", "leased_until")) == {("", None)}


@pytest.fixture
def site(new_database):
    """A site with a database of its own, for real processes: runs a command in one."""

    class Site:
        database = new_database()
        env = os.environ | {
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "SECRET_KEY": "only for this test, and long enough for the checks of Django",
            "DATABASE_URL": f"sqlite:///{database}",
            "SITE_URL": "http://testserver",
            "FETCH_ALLOW_PRIVATE": "localhost,127.0.0.1",
            "FETCH_TIMEOUT": "600",
            "DEBUG": "false",
        }

        def start(self, *arguments, **options):
            return subprocess.Popen(
                [sys.executable, "manage.py", *arguments],
                cwd=ROOT,
                env=self.env,
                stdout=subprocess.PIPE,
                text=True,
                **options,
            )

        def run(self, *arguments):
            process = self.start(*arguments)
            out, _ = process.communicate(timeout=60)
            return process.returncode, out

    return Site()


def write_opml(path, urls):
    outlines = "".join(f'<outline type="rss" text="x" xmlUrl="{url}"/>' for url in urls)
    path.write_text(f'<opml version="2.0"><head/><body>{outlines}</body></opml>')
    return str(path)


@pytest.mark.exhaustive
def test_two_processes_never_import_one_source_at_once(httpserver, site, tmp_path):
    feeds = Feeds(httpserver)
    feeds.wait = 0.3
    urls = [httpserver.url_for(f"/{number}") for number in range(6)]
    site.run("import_opml", write_opml(tmp_path / "list.opml", urls))

    runs = [site.start("sync_feeds", "--json") for _ in range(2)]
    reports = [json.loads(run.communicate(timeout=60)[0]) for run in runs]

    assert [run.returncode for run in runs] == [0, 0]
    assert sorted(feeds.requests) == [f"/{number}" for number in range(6)]
    assert sum(report["created"] for report in reports) == 6


def test_ctrl_c_ends_a_run_that_waits_for_a_server_and_leaves_nothing_held(
    httpserver, site, tmp_path
):
    asked, released = threading.Event(), threading.Event()

    def hold(request):
        asked.set()
        released.wait(120)
        return Response(feed())

    httpserver.expect_request("/1").respond_with_handler(hold)
    urls = [httpserver.url_for("/1")]
    site.run("import_opml", write_opml(tmp_path / "list.opml", urls))
    # A process inherits an ignored SIGINT, which is set if the tests run in the background.
    heeds = {"preexec_fn": lambda: signal.signal(signal.SIGINT, signal.SIG_DFL)}
    run = site.start("sync_feeds", stderr=subprocess.PIPE, **heeds)
    assert asked.wait(60)

    run.send_signal(signal.SIGINT)
    try:
        # It ends while its only source has not responded yet.
        _, err = run.communicate(timeout=60)
    finally:
        released.set()
        run.kill()

    assert run.returncode == 130
    assert "Stopped" in err
    with sqlite3.connect(site.database) as database:
        assert database.execute("SELECT leased_by FROM entries_source").fetchall() == [("",)]
