"""An import records its decision about every entry, with the reasons."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from entries.importing.importer import import_feed
from entries.importing.pruning import delete_old_records
from entries.models import Entry, ImportLine, ImportRun, Source
from tests.importing.atom import entry, feed


@pytest.fixture
def source(db, feed_server):
    return Source.objects.create(url=feed_server.url)


@pytest.fixture
def fetch(source, feed_server):
    def fetch(*entries):
        feed_server.data = feed(*entries)
        source.refresh_from_db()
        return import_feed(source)

    return fetch


def last_line():
    return ImportLine.objects.latest("pk")


def test_the_line_of_a_new_entry_has_its_reasons_in_parts(fetch):
    fetch(entry(1, "<p>Text.<script>x()</script></p>"))

    line = last_line()
    assert (line.action, line.matched_by, line.dated_by) == ("created", "new", "published")
    assert line.removed == ["1 × <script>"]
    assert (line.fields, line.filtered_by) == ({}, "")


def test_the_line_of_a_changed_entry_names_each_field_with_both_values(fetch):
    fetch(entry(1, categories="a"))
    Entry.objects.update(title="Mine")

    fetch(entry(1, "<p>New.</p>", id="urn:uuid:1", title="Theirs", categories="a|b"))

    line = last_line()
    assert (line.action, line.matched_by, line.dated_by) == ("conflict", "link", "published")
    assert line.fields == {
        "content": ["taken", "<p>Text of post 1.</p>", "<p>New.</p>"],
        "tags": ["taken", "a", "a, b"],
        "title": ["waits", "Mine", "Theirs"],
    }


def test_of_a_long_text_the_line_has_the_place_at_which_the_two_part(fetch):
    long = "<p>" + "word " * 1_000
    fetch(entry(1, long + "old</p>"))

    fetch(entry(1, long + "new</p>"))

    _, before, after = last_line().fields["content"]
    assert (before[0], after[0]) == ("…", "…")
    assert before.endswith("word old</p>")
    assert after.endswith("word new</p>")
    assert max(len(before), len(after)) < 100


def test_an_entry_that_is_simply_unchanged_has_no_line(fetch):
    fetch(entry(1))
    lines = ImportLine.objects.count()

    fetch(entry(1))

    assert ImportLine.objects.count() == lines


def test_a_dry_run_prints_what_would_happen_to_each_entry(fetch, feed_server, source, capsys):
    source.filters = "block title: sponsored"
    source.save()
    fetch(entry(1, categories="a"), entry(2), entry(3))
    Entry.objects.filter(title="Post 2").update(title="Mine")
    feed_server.data = feed(
        entry(1, "<p>New.</p>", categories="a|b", updated="2024-03-20T12:00:00Z"),
        entry(2, title="Theirs"),
        entry(3),
        entry(4),
        entry(5, title="Sponsored"),
    )

    call_command("import_feed", source.url, dry_run=True)

    lines = capsys.readouterr().out.splitlines()
    assert lines == [
        "A blog of examples: would be 1 created, 1 updated, 1 unchanged, 1 conflicts, 1 skipped",
        "  updated: Post 1 – taken from upstream: content, tags, updated",
        "    content: “<p>Text of post 1.</p>” becomes “<p>New.</p>”",
        "    tags: “a” becomes “a, b”",
        "    updated: “2024-03-02T12:00:00+00:00” becomes “2024-03-20T12:00:00+00:00”",
        "  conflict: Theirs – changed here and upstream, waits for an editor: title",
        "    title: “Mine” stays, and upstream's waits: “Theirs”",
        "  unchanged: Post 3",
        "  created: Post 4 – new; dated by: published",
        "  skipped: Sponsored – left out by the filter block title: sponsored",
    ]
    assert Entry.objects.count() == 3


def test_an_entrys_page_shows_the_history_of_its_imports(fetch, admin_client):
    fetch(entry(1))
    fetch(entry(1, title="Revised"))
    post = Entry.objects.get()

    page = admin_client.get(reverse("admin:entries_entry_change", args=[post.pk]))

    html = page.content.decode()
    assert "created – new; dated by: published" in html.lower()
    assert "updated – taken from upstream: title" in html.lower()


def test_a_runs_page_leads_to_its_lines_by_action(fetch, admin_client):
    fetch(entry(1), entry(2))
    fetch(entry(1, title="Revised"), entry(2), entry(3))
    run = ImportRun.objects.latest("pk")

    page = admin_client.get(reverse("admin:entries_importrun_change", args=[run.pk]))
    lines = admin_client.get(
        reverse("admin:entries_importline_changelist"),
        {"run__id__exact": run.pk, "action__exact": "updated"},
    )
    (line,) = lines.context["cl"].result_list
    form = admin_client.get(reverse("admin:entries_importline_change", args=[line.pk]))

    assert "1 created" in page.content.decode()
    assert line.title == "Revised"
    assert "Title, taken: “Post 1”, upstream “Revised”" in form.content.decode()


class TestBackfill:
    """Backfill: old posts that a feed contains for the first time."""

    @pytest.fixture(autouse=True)
    def settled(self, source, fetch, time_machine):
        time_machine.move_to("2024-03-25T12:00:00Z", tick=False)
        Source.objects.filter(pk=source.pk).update(added_at=timezone.now())
        fetch(*(entry(number) for number in range(18, 22)))
        time_machine.move_to("2024-04-20T12:00:00Z", tick=False)

    def test_is_named_so(self, fetch):
        report = fetch(entry(1), entry(20), entry(21))

        assert any(reason.startswith("backfill") for reason in report.entries[0].reasons)

    def test_takes_its_place_in_the_past(self, fetch, client):
        now = "2024-04-20T11:00:00Z"
        fetch(entry(1, updated=now), entry(2), entry(20), entry(21))

        post = Entry.objects.get(title="Post 1")
        assert post.published == datetime(2024, 3, 2, 12, tzinfo=UTC)
        home = client.get("/").content.decode()
        atom = client.get("/atom/everything/").content.decode()
        for page in (home, atom):
            places = [page.index(f"Post {number}<") for number in (21, 20, 19, 18, 2, 1)]
            assert places == sorted(places)

    def test_is_not_what_is_new_or_has_only_come_late(self, fetch, time_machine):
        time_machine.move_to("2024-03-27T12:00:00Z", tick=False)
        late = entry(3, published="2024-03-21T12:00:00Z")

        report = fetch(late, entry(22), entry(21))

        assert not any("backfill" in reason for row in report.entries for reason in row.reasons)

    def test_is_nothing_of_a_source_that_is_new_itself(self, read):
        report = read(feed(entry(1), entry(2)), url="https://new.example/feed")

        assert not any("backfill" in reason for row in report.entries for reason in row.reasons)


@pytest.fixture
def aged(fetch, time_machine):
    """An import of 91 days ago that made an entry, one that did nothing, and a new one."""
    today = timezone.now()
    time_machine.move_to(today - timedelta(days=91))
    fetch(entry(1))
    fetch(entry(1))
    time_machine.move_to(today)
    fetch(entry(1, title="Revised"))


def test_records_are_thinned_after_90_days(aged):
    assert delete_old_records() == 1

    assert [line.action for line in ImportLine.objects.all()] == ["updated"]
    assert [(run.created, run.updated) for run in ImportRun.objects.order_by("pk")] == [
        (1, 0),
        (0, 1),
    ]
    assert delete_old_records() == 0


def test_thinning_goes_on_until_all_that_is_old_is_gone(aged):
    run = ImportRun.objects.earliest("pk")
    ImportLine.objects.all().delete()
    ImportLine.objects.bulk_create(ImportLine(run=run, action="skipped") for _ in range(2_500))

    assert delete_old_records() == 2_500

    assert not ImportLine.objects.exists()


def test_every_sync_thins(aged, capsys):
    call_command("sync_feeds")

    assert ImportLine.objects.filter(action="created").count() == 0
