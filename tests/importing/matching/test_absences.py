"""A post that is gone from its feed is marked for the editor; nothing else happens to it."""

import pytest
from django.core.management import call_command
from django.db import connection
from django.urls import reverse

from entries.importing.importer import Options, import_feed
from entries.models import Entry, ImportLine, ImportRun, Sighting, Source
from tests.importing.atom import address, entry, feed
from tests.rivals import while_uncommitted

pytestmark = pytest.mark.usefixtures("documents_are_true")


@pytest.fixture
def source(db, feed_server):
    return Source.objects.create(url=feed_server.url)


@pytest.fixture
def fetch(source, feed_server):
    """Import a feed of the posts with these numbers. Greater numbers are newer."""

    def fetch(*numbers, times=1, **options):
        feed_server.data = feed(*(entry(number) for number in numbers))
        for _ in range(times):
            source.refresh_from_db()
            report = import_feed(source, Options(**options))
        return report

    return fetch


def missing():
    rows = Sighting.objects.filter(missing_since__isnull=False)
    return sorted(rows.values_list("entry__title", flat=True))


def test_a_post_is_missing_after_three_good_fetches_without_it(fetch):
    fetch(1, 2, 3, 4)

    fetch(1, 2, 4, times=2)
    assert missing() == []
    report = fetch(1, 2, 4)

    assert missing() == ["Post 3"]
    (line,) = report.missing
    assert (line.id, line.title, line.action) == (address(3), "Post 3", "missing")
    assert ImportLine.objects.get(action="missing").entry.title == "Post 3"


@pytest.mark.django_db(transaction=True)
def test_a_post_deleted_while_its_absence_is_counted_stops_no_import(fetch):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite lets nobody begin to write while another does")
    fetch(1, 2, 3, 4)
    fetch(1, 2, 4, times=2)

    report = while_uncommitted(Entry.objects.get(title="Post 3").delete, lambda: fetch(1, 2, 4))

    assert (report.status, report.missing) == ("imported", [])


def test_nothing_happens_to_a_missing_post_by_itself(fetch, client):
    fetch(1, 2, 3, 4)
    post = Entry.objects.get(title="Post 3")
    before = Entry.objects.filter(pk=post.pk).values().get()

    fetch(1, 2, 4, times=5)

    assert Entry.objects.filter(pk=post.pk).values().get() == before
    assert client.get(post.get_absolute_url()).status_code == 200


def test_a_post_that_has_left_the_window_is_not_missing(fetch):
    fetch(1, 2, 3, 4)

    fetch(3, 4, 5, 6, times=5)

    assert missing() == []
    assert not Sighting.objects.filter(absences__gt=0).exists()


def test_a_post_that_leaves_the_window_while_it_is_counted_is_not_missing(fetch):
    fetch(1, 2, 3, 4)
    fetch(1, 3, 4, times=2)

    fetch(3, 4, 5, times=3)

    assert missing() == []
    assert not Sighting.objects.filter(absences__gt=0).exists()


@pytest.mark.parametrize("left", [(), (1,), (1, 2, 3)], ids=["none", "one", "three"])
def test_a_feed_with_less_than_half_of_its_usual_entries_says_nothing(fetch, left):
    fetch(*range(1, 9))

    fetch(*left, times=3)

    assert missing() == []
    assert not Sighting.objects.filter(absences__gt=0).exists()


def test_a_feed_that_stays_small_becomes_the_usual_one(fetch):
    fetch(*range(1, 11))

    fetch(6, 7, 9, 10, times=4)
    assert missing() == []
    fetch(6, 7, 9, 10, times=3)

    assert missing() == ["Post 8"]


def test_an_old_post_on_top_does_not_make_all_since_then_missing(fetch):
    fetch(*range(1, 9))
    fetch(*range(9, 13))

    fetch(1, *range(9, 13), times=4)

    assert missing() == []


def test_a_post_that_is_back_is_missing_no_more(fetch):
    fetch(1, 2, 3, 4)
    fetch(1, 2, 4, times=3)

    fetch(1, 2, 3, 4)

    assert missing() == []
    line = ImportLine.objects.latest("pk")
    assert (line.action, line.reasons) == ("unchanged", ["the feed states it again"])
    fetch(1, 2, 4, times=2)
    assert missing() == []


def test_a_fetch_that_failed_counts_for_nothing(fetch, feed_server):
    fetch(1, 2, 3, 4)
    fetch(1, 2, 4, times=2)

    feed_server.status = 500
    fetch(1, 2, 4, times=3)
    assert missing() == []
    feed_server.status = 200
    fetch(1, 2, 4)

    assert missing() == ["Post 3"]


def test_a_feed_that_is_not_modified_lacks_what_it_lacked(fetch, feed_server):
    fetch(1, 2, 3, 4)
    feed_server.etag = '"2"'
    fetch(1, 2, 4)

    report = fetch(1, 2, 4, times=2)

    assert report.status == "not_modified"
    assert missing() == ["Post 3"]
    assert ImportLine.objects.get(action="missing").run.status == "not_modified"


def test_once_marked_the_same_import_writes_no_row_but_the_runs(fetch, dump):
    fetch(1, 2, 3, 4)
    fetch(1, 2, 4, times=3)
    before = dump("Source")
    runs = ImportRun.objects.count()

    fetch(1, 2, 4, times=2)

    assert dump("Source") == before
    assert ImportRun.objects.count() == runs + 2


@pytest.mark.parametrize("options", [{"limit": 1}, {"dry_run": True}], ids=str)
def test_a_part_of_a_feed_and_a_dry_run_count_for_nothing(fetch, options):
    fetch(1, 2, 3, 4)

    fetch(4, 2, 1, times=4, **options)

    assert not Sighting.objects.filter(absences__gt=0).exists()


def test_a_dry_run_says_what_would_be_missing(fetch, capsys, source):
    fetch(1, 2, 3, 4)
    fetch(1, 2, 4, times=2)

    call_command("import_feed", source.url, dry_run=True)

    assert "missing: Post 3 – the feed reaches back to its date" in capsys.readouterr().out
    assert missing() == []


def test_a_post_without_a_date_of_its_own_is_never_missing(source, feed_server):
    posts = [entry(n) for n in (1, 2, 4)]
    undated = entry(3, published=None, updated=None)
    feed_server.data = feed(undated, *posts)
    import_feed(source)
    feed_server.data = feed(*posts)

    for _ in range(4):
        source.refresh_from_db()
        import_feed(source)

    assert missing() == []


def test_an_editor_finds_what_is_missing_upstream(fetch, admin_client):
    fetch(1, 2, 3, 4)
    fetch(1, 2, 4, times=3)
    url = reverse("admin:entries_entry_changelist")

    page = admin_client.get(url, {"missing": "yes"})
    form = admin_client.get(
        reverse("admin:entries_entry_change", args=[Entry.objects.get(title="Post 3").pk])
    )

    assert [row.title for row in page.context["cl"].result_list] == ["Post 3"]
    assert "Missing from the feed since" in form.content.decode()
