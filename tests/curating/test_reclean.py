"""`reclean` applies the current cleaning to stored entries, without fetching."""

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from entries.importing.fetching.fetched import Fetched
from entries.importing.importer import import_document
from entries.models import Entry, Sighting, UpstreamChange
from tests.importing.atom import FEED, entry, feed

UNSAFE = "<p onclick=x()>Text.<script>x()</script></p>"


@pytest.fixture
def imported_long_ago(db):
    """Entries as a cleaner that removes nothing would have stored them."""

    def imported_long_ago(number=1):
        posts = [entry(n, UNSAFE, categories="one|two") for n in range(number)]
        import_document(Fetched(FEED, feed(*posts), url=FEED))
        for sighting in Sighting.objects.all():
            sighting.base |= {"content": UNSAFE, "kind": "note"}
            sighting.removed = []
            sighting.save()
        Entry.objects.update(content=UNSAFE, kind="note")
        return Entry.objects.first()

    return imported_long_ago


def rows():
    return [
        list(model.objects.order_by("pk").values_list())
        for model in (Entry, Sighting, UpstreamChange)
    ]


def test_what_nobody_edited_is_cleaned_and_shaped_anew(imported_long_ago, capsys):
    post = imported_long_ago()

    call_command("reclean")

    post.refresh_from_db()
    sighting = Sighting.objects.get()
    assert (post.content, post.kind) == ("<p>Text.</p>", "article")
    assert sighting.base["content"] == "<p>Text.</p>"
    assert any("script" in words for words in sighting.removed)
    out = capsys.readouterr().out
    assert "Post 0: content, kind" in out
    assert "1 read, 1 were changed" in out


def test_a_second_run_changes_nothing(imported_long_ago, capsys):
    imported_long_ago(3)
    call_command("reclean")
    before = rows()

    call_command("reclean")

    assert rows() == before
    assert "3 read, 0 were changed" in capsys.readouterr().out


def test_a_dry_run_says_all_and_writes_nothing(imported_long_ago, capsys):
    imported_long_ago()
    before = rows()

    call_command("reclean", "--dry-run")

    assert rows() == before
    assert "1 read, 1 would be changed" in capsys.readouterr().out


def test_what_an_editor_changed_stays(imported_long_ago):
    post = imported_long_ago()
    post.kind, post.title = "quotation", "Ours"
    post.save()
    post.set_tags(["ours"])

    call_command("reclean")

    post.refresh_from_db()
    assert (post.kind, post.title, list(post.tags.names())) == ("quotation", "Ours", ["ours"])
    assert post.content == "<p>Text.</p>"
    assert not UpstreamChange.objects.exists()


def test_text_that_an_editor_changed_is_kept_and_made_safe(imported_long_ago):
    post = imported_long_ago()
    post.content = "<p>Our text.<script>x()</script></p>"
    post.save()

    call_command("reclean")

    post.refresh_from_db()
    assert post.content == "<p>Our text.</p>"


def test_upstreams_next_statement_is_merged_as_ever(imported_long_ago):
    post = imported_long_ago()
    call_command("reclean")

    same = feed(entry(0, UNSAFE, categories="one|two"))
    new = feed(entry(0, "<p>New.</p>", categories="one|two"))

    assert import_document(Fetched(FEED, same, url=FEED)).unchanged == 1
    assert import_document(Fetched(FEED, new, url=FEED)).updated == 1
    post.refresh_from_db()
    assert post.content == "<p>New.</p>"


def test_a_tombstone_stays_one(imported_long_ago):
    imported_long_ago().delete()

    call_command("reclean")

    assert not Entry.objects.exists()


def test_the_number_of_queries_does_not_grow_with_the_entries(imported_long_ago):
    counts = []
    for number in (1, 50):
        imported_long_ago(number)
        with CaptureQueriesContext(connection) as queries:
            call_command("reclean")
        counts.append(len(queries))
        Entry.objects.all().delete()
        Sighting.objects.all().delete()

    assert counts[0] == counts[1]
