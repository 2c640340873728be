"""Storing a batch: with others writing at the same time, and with an entry that fails."""

import json
import sqlite3
from dataclasses import replace
from datetime import date
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import OperationalError, connection

from entries.importing.fetching.fetched import Fetched
from entries.importing.importer import Options, import_document, import_feed
from entries.importing.lease import hold_lease
from entries.importing.matching.matcher import Matcher
from entries.importing.merging.storing import DocumentStore
from entries.importing.normalizing.source_policies import Policies
from entries.importing.reading.reading import read_document
from entries.importing.report import SourceReport
from entries.models import Entry, ImportRun, Sighting, Source
from entries.models.locking import MAX_TRIES, retry_deadlocks
from tests.importing.atom import FEED, entry, feed
from tests.importing.reading.test_worker import FRAME, many_tags


def fetched(*entries):
    return Fetched(FEED, feed(*entries), url=FEED)


@pytest.fixture
def storing(read):
    """Stores a document, with an action of another person in between.

    `meanwhile` is called after the batch has been matched and cleaned, and before it is written.
    """

    def storing(*entries, meanwhile):
        source = Source.objects.get(url=FEED)
        run = ImportRun.objects.create(source=source)
        report = SourceReport(FEED)
        matcher = Matcher(source, Policies(source))
        frame = replace(FRAME, source_pk=source.pk, home=source.site_url)
        storing = DocumentStore(source, run, matcher, frame, report)
        with read_document(fetched(*entries)) as reading:
            for number, items in reading.batches(200, frame):
                storing.store(items, reading.cleaner(number), meanwhile)
        run.refresh_from_db()
        return report, run

    return storing


def changed(number, **stated):
    return entry(number, f"<p>Text of post {number}, revised.</p>", **stated)


def test_a_post_that_is_deleted_before_it_is_locked_stays_away_and_the_others_come(read, storing):
    read(feed(*map(entry, range(3))))
    gone = Entry.objects.get(title="Post 1")

    report, run = storing(*map(changed, range(4)), meanwhile=gone.delete)

    assert [entry.action for entry in report.entries] == [
        "updated",
        "skipped",
        "updated",
        "created",
    ]
    assert "deleted posts are not imported again" in report.entries[1].reasons[0]
    assert (run.updated, run.skipped, run.created) == (2, 1, 1)


def test_a_post_that_is_rejected_before_it_is_locked_is_left_alone(read, storing):
    read(feed(entry(1)))

    report, _ = storing(
        changed(1),
        meanwhile=lambda: Entry.objects.all().set_status(Entry.Status.REJECTED),
    )

    assert report.skipped == 1
    assert Entry.objects.get().content == "<p>Text of post 1.</p>"


def test_an_edit_before_a_post_is_locked_is_merged_with(read, storing):
    read(feed(entry(1)))

    def edit():
        post = Entry.objects.get()
        post.content = "<p>Edited.</p>"
        post.save()

    report, run = storing(changed(1), meanwhile=edit)

    assert (report.conflicts, run.conflicts) == (1, 1)
    assert Entry.objects.get().content == "<p>Edited.</p>"


def test_a_post_that_another_source_brings_meanwhile_is_one_post(read, storing):
    read(feed(entry(1)))

    report, _ = storing(entry(1), entry(2), meanwhile=lambda: read(feed(entry(2)), url=OTHER))

    assert Entry.objects.count() == 2
    assert [entry.action for entry in report.entries] == ["unchanged", "unchanged"]
    assert "this feed is credited as well" in report.entries[1].reasons[0]


OTHER = "https://other.example/feed.atom"


def test_an_address_that_is_taken_meanwhile_is_not_used_twice(read, storing, make_entry):
    read(feed(entry(1)))

    storing(entry(2), meanwhile=lambda: make_entry(day=date(2024, 3, 3), slug="post-2"))

    assert Entry.objects.get(title="Post 2").slug == "post-2-2"


def test_what_was_as_stored_and_is_so_no_more_is_cleaned_and_merged(read, storing):
    """An entry that is matched as unchanged at first, and as new once it is locked."""
    read(feed(entry(1), entry(2)))

    def forget():
        Sighting.objects.filter(entry__title="Post 1").delete()
        Entry.objects.filter(title="Post 1").delete()

    report, _ = storing(entry(1), changed(2), meanwhile=forget)

    assert [entry.action for entry in report.entries] == ["created", "updated"]
    assert Entry.objects.count() == 2


def test_nothing_is_cleaned_within_a_transaction(transactional_db):
    """The real import; records if the worker is called while a transaction is open."""
    open_when_asked = []
    documents = [
        fetched(*map(entry, range(3))),
        fetched(*map(changed, range(4))),
    ]

    for document in documents:
        with read_document(document) as reading:
            source = Source.objects.known_as(FEED) or Source.objects.create(url=FEED)
            run = ImportRun.objects.create(source=source)
            storing = DocumentStore(
                source, run, Matcher(source, Policies(source)), FRAME, SourceReport(FEED)
            )
            for number, items in reading.batches(2, FRAME):
                clean = reading.cleaner(number)

                def watched(places, clean=clean):
                    open_when_asked.append(connection.in_atomic_block)
                    return clean(places)

                storing.store(items, watched, reading.go_on)

    assert Entry.objects.count() == 4
    assert open_when_asked == [False] * len(open_when_asked)
    assert len(open_when_asked) >= 4


def test_unchanged_posts_take_no_transaction_and_no_cleaning(read, storing):
    read(feed(*map(entry, range(3))))
    source = Source.objects.get()
    run = ImportRun.objects.create(source=source)
    frame = replace(FRAME, source_pk=source.pk, home=source.site_url)
    storing = DocumentStore(
        source, run, Matcher(source, Policies(source)), frame, SourceReport(FEED)
    )
    asked = []

    with read_document(fetched(*map(entry, range(3)))) as reading:
        for _, items in reading.batches(200, frame):
            storing.store(items, asked.append)

    run.refresh_from_db()
    assert (asked, run.unchanged) == ([], 3)


def refuse(title):
    """Let the database refuse an entry with this title, as it does values it cannot hold."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            check = f"title <> '{title}'"
            cursor.execute(f"ALTER TABLE entries_entry ADD CONSTRAINT refusing CHECK ({check})")
        else:
            cursor.execute(
                "CREATE TRIGGER refusing BEFORE INSERT ON entries_entry"
                f" WHEN NEW.title = '{title}'"
                " BEGIN SELECT RAISE(ABORT, 'CHECK constraint failed: refusing'); END"
            )


@pytest.mark.usefixtures("no_pauses")
def test_an_entry_that_the_database_refuses_is_skipped_and_the_others_are_stored(read, caplog):
    refuse("Post 5")

    report = read(feed(*map(entry, range(9))))

    assert (report.created, report.skipped, report.status) == (8, 1, "imported")
    assert "an error of this program's own" in report.entries[5].reasons[0]
    assert "Traceback" in caplog.text
    run = ImportRun.objects.get()
    assert (run.created, run.skipped) == (8, 1)
    assert list(run.lines.filter(action="skipped").values_list("title", flat=True)) == ["Post 5"]


def test_an_error_that_is_no_matter_of_entries_ends_the_import(read, caplog):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE entries_searchdocument RENAME TO away")

    report = read(feed(*map(entry, range(9))))

    assert report.status == "failed"
    assert "an error of this program's own" in report.error
    run = ImportRun.objects.get()
    assert (run.status, run.created, run.lines.count()) == ("failed", 0, 0)
    assert "entries_searchdocument" in run.error


def test_a_deadlock_is_tried_again():
    tries = []

    def refused_twice():
        tries.append(1)
        if len(tries) < 3:
            raise OperationalError("deadlock detected") from sqlite_error("SQLITE_BUSY")
        return "done"

    assert (retry_deadlocks(refused_twice), len(tries)) == ("done", 3)


def test_what_is_refused_again_and_again_is_raised_in_the_end(no_pauses):
    tries = []

    def refused():
        tries.append(1)
        raise OperationalError("database is locked") from sqlite_error("SQLITE_BUSY_SNAPSHOT")

    with pytest.raises(OperationalError, match="locked"):
        retry_deadlocks(refused)
    assert len(tries) == MAX_TRIES


def test_another_error_of_the_database_is_raised_at_once():
    tries = []

    def broken():
        tries.append(1)
        raise OperationalError("disk full") from sqlite_error("SQLITE_FULL")

    with pytest.raises(OperationalError, match="disk full"):
        retry_deadlocks(broken)
    assert len(tries) == 1


def sqlite_error(name):
    error = sqlite3.OperationalError(name)
    error.sqlite_errorcode = getattr(sqlite3, name)
    return error


def test_the_sums_of_a_batch_are_stored_with_it(read, storing):
    read(feed(entry(1)))
    lines = []

    def look():
        run = ImportRun.objects.order_by("-pk")[0]
        lines.append((run.status, run.created, run.lines.count()))

    report, run = storing(entry(2), entry(3), meanwhile=look)

    assert lines == [("running", 0, 0)]
    assert (run.created, run.lines.count()) == (report.created, 2)


def test_one_that_fails_in_the_midst_says_what_is_stored(db, monkeypatch):
    monkeypatch.setattr("entries.importing.reading.reading.MIN_CPU_SECONDS", 2)
    monkeypatch.setattr("entries.importing.reading.reading.CPU_SECONDS_PER_MB", 0)
    monkeypatch.setattr("entries.importing.importer.MAX_BATCH_ENTRIES", 5)
    wild = [entry(number, many_tags()) for number in range(100, 140)]

    report = import_document(fetched(*map(entry, range(5)), *wild))

    run = ImportRun.objects.get()
    assert report.status == run.status == "failed"
    assert "more than 2 seconds of computing time" in report.error
    assert "more than 2 seconds of computing time" in run.error
    assert run.created == report.created == run.lines.count() == Entry.objects.count() >= 5


def run_import(*arguments):
    """Run the command; returns its report and its exit status."""
    out, err = StringIO(), StringIO()
    status = 0
    try:
        call_command("import_feed", *arguments, "--json", stdout=out, stderr=err)
    except SystemExit as error:
        status = error.code
    return json.loads(out.getvalue()), status, err.getvalue()


def test_a_document_that_runs_wild_fails_alone(db, tmp_path, monkeypatch, feed_server):
    monkeypatch.setattr("entries.importing.reading.reading.MIN_CPU_SECONDS", 1)
    monkeypatch.setattr("entries.importing.reading.reading.CPU_SECONDS_PER_MB", 0)
    wild = tmp_path / "wild.atom"
    wild.write_bytes(feed(*(entry(number, many_tags()) for number in range(40))))
    feed_server.data = feed(entry(1), self_url=feed_server.url)

    report, status, err = run_import(str(wild), feed_server.url)

    assert [source["status"] for source in report["sources"]] == ["failed", "imported"]
    assert status == 1
    assert f"{wild}: reading it took more than 1 seconds of computing time" in err
    assert Entry.objects.get().title == "Post 1"


def test_an_error_of_our_own_fails_one_source_and_the_report_is_printed(db, feed_server, caplog):
    feed_server.data = feed(entry(1), self_url=feed_server.url)
    # A state that none of our code writes or expects.
    Source.objects.create(url="http://127.0.0.1:9/", window=["no", "mapping"], time_zone="No/where")
    source = Source.objects.create(url=feed_server.url, time_zone="No/where")

    report, status, err = run_import(feed_server.url, "no-such-file.xml")
    Source.objects.filter(pk=source.pk).update(time_zone="")
    again, status_again, _ = run_import(feed_server.url)

    assert [source["status"] for source in report["sources"]] == ["failed", "failed"]
    assert status == 1
    assert f"{feed_server.url}: an error of this program's own" in err
    assert "Traceback" in caplog.text
    assert (again["created"], status_again) == (1, 0)


def test_who_stores_the_same_source_later_is_told_that_it_is_busy(db, feed_server):
    """Another run saves the source while this one fetches it, and is still importing it."""
    feed_server.data = feed(entry(1), self_url=feed_server.url)
    source = Source(url=feed_server.url)
    stored = Source.objects.create(url=feed_server.url)

    with hold_lease(stored):
        report = import_feed(source)

    assert (report.status, Entry.objects.count()) == ("failed", 0)
    assert "another run is importing it" in report.error


def test_who_stores_the_same_source_later_gets_the_row_when_the_other_is_done(db, feed_server):
    feed_server.data = feed(entry(1), self_url=feed_server.url)
    source = Source(url=feed_server.url)
    stored = Source.objects.create(url=feed_server.url, added_tags="here")

    report = import_feed(source, Options(policies={"added_tags": "there"}))

    assert (report.created, source.pk) == (1, stored.pk)
    assert [tag.name for tag in Entry.objects.get().tags.all()] == ["here", "there"]


def test_an_address_that_another_source_gets_meanwhile_stays_the_others(db, httpserver, settings):
    settings.FETCH_ALLOW_PRIVATE = ["localhost"]
    old, new = httpserver.url_for("/old"), httpserver.url_for("/new")
    httpserver.expect_request("/old").respond_with_data("", 301, {"Location": new})
    httpserver.expect_request("/new").respond_with_data(feed(entry(1), self_url=new))
    source = Source.objects.create(url=old, moved_to=new, moved_since=FRAME.now)

    report = import_feed(source, on_entries=lambda number: Source.objects.get_or_create(url=new))

    assert (report.status, report.created) == ("imported", 1)
    stored = Source.objects.get(pk=source.pk)
    assert (stored.url, stored.status, stored.leased_by) == (old, "ok", "")
