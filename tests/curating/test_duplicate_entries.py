"""Two entries of one post are merged into one, and can be split again."""

import pytest
from django.urls import reverse

from entries.curating.duplicate_entries import EntryMergeError, merge_entries, split_entry
from entries.models import Enclosure, Entry, MergedEntry, OldAddress, Sighting
from tests.importing.atom import SITE, address, entry, feed

pytestmark = pytest.mark.usefixtures("documents_are_true")

OTHER = "https://other.example/feed.atom"
MOVED = {"id": "urn:uuid:2", "link": "https://other.example/one/", "title": "One"}


@pytest.fixture
def two(read):
    """One post that came from two feeds as two entries."""
    read(feed(entry(1, categories="a|b")))
    read(feed(entry(2, categories="c|d", **MOVED)), url=OTHER)
    Enclosure.objects.create(entry=Entry.objects.latest("pk"), href=f"{SITE}/a.mp3")
    return Entry.objects.order_by("pk")


def test_an_entry_that_is_merged_away_leads_to_the_other(two, client):
    first, second = two
    was = second.get_absolute_url()

    merge_entries(second, first)

    response = client.get(was)
    assert (response.status_code, response["Location"]) == (301, first.get_absolute_url())
    assert client.get("/").content.decode().count("<article") == 1
    assert list(Entry.objects.live()) == [first]


def test_the_other_entry_keeps_every_value_and_credits_both_sources(two):
    first, second = two
    before = Entry.objects.filter(pk=first.pk).values().get()

    merge_entries(second, first)

    assert Entry.objects.filter(pk=first.pk).values().get() == before
    assert list(first.tags.values_list("name", flat=True)) == ["a", "b"]
    assert [row.leads for row in first.sightings.order_by("pk")] == [True, False]


def test_no_import_brings_back_what_was_merged_away(two, read, dump):
    first, second = two
    merge_entries(second, first)
    before = dump("ImportLine")

    reports = [
        read(feed(entry(2, categories="c|d", **MOVED)), url=OTHER),
        read(feed(entry(2, **MOVED)), url="https://third.example/feed"),
    ]

    assert [line.action for report in reports for line in report.entries] == ["unchanged"] * 2
    assert Entry.objects.count() == 2
    assert first.sightings.count() == 3
    assert len(dump()["Sighting"]) == len(before["Sighting"]) + 1


def test_what_upstream_revises_of_a_merged_post_is_followed_where_it_leads(two, read):
    first, second = two
    merge_entries(second, first)

    read(feed(entry(2, "<p>Theirs.</p>", **MOVED)), url=OTHER)
    read(feed(entry(1, "<p>Ours, revised.</p>", categories="a|b")))

    first.refresh_from_db()
    second.refresh_from_db()
    assert first.content == "<p>Ours, revised.</p>"
    assert second.content == "<p>Text of post 2.</p>"


def test_a_split_undoes_it_all(two, dump, client):
    first, second = two
    before = dump()

    merge_entries(second, first)
    split_entry(second)

    after = dump()
    for name in set(before) - {"Entry"}:
        assert after[name] == before[name]
    assert [row.status for row in two.all()] == ["live", "live"]
    assert [row.enclosures.count() for row in two.all()] == [0, 1]
    assert client.get(second.get_absolute_url()).status_code == 200
    assert not MergedEntry.objects.exists()


def test_after_a_split_each_follows_its_own_source_again(two, read):
    first, second = two
    merge_entries(second, first)
    split_entry(second)

    read(feed(entry(2, "<p>Theirs.</p>", categories="c|d", **MOVED)), url=OTHER)

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.content, second.content) == ("<p>Text of post 1.</p>", "<p>Theirs.</p>")


def test_ids_are_kept_letter_for_letter_through_merge_and_split(two):
    first, second = two

    merge_entries(second, first)
    assert [row.atom_id for row in two.all()] == [address(1), "urn:uuid:2"]
    split_entry(second)

    assert [row.atom_id for row in two.all()] == [address(1), "urn:uuid:2"]


def test_old_addresses_follow_an_entry_that_is_merged_further(two, read, client):
    first, second = two
    paths = [first.get_absolute_url(), second.get_absolute_url()]
    read(feed(entry(3, title="Three")), url="https://third.example/feed")
    third = Entry.objects.get(title="Three")

    merge_entries(second, first)
    merge_entries(first, third)

    assert {client.get(path)["Location"] for path in paths} == {third.get_absolute_url()}
    with pytest.raises(EntryMergeError, match="split that first"):
        split_entry(second)
    split_entry(first)
    split_entry(second)
    assert set(Sighting.objects.values_list("entry", "leads")) == {
        (row.pk, True) for row in (first, second, third)
    }


def test_an_address_that_led_to_a_draft_leads_nowhere(two, client):
    first, second = two
    merge_entries(second, first)

    Entry.objects.filter(pk=first.pk).set_status("draft")

    assert client.get(second.get_absolute_url()).status_code == 404


def test_an_entry_that_was_written_here_can_take_in_an_imported_one(two, make_entry, read):
    first, _ = two
    own = make_entry(title="Own")

    merge_entries(first, own)
    read(feed(entry(1, "<p>Revised.</p>", categories="a|b")))

    own.refresh_from_db()
    assert own.title == "Own"
    assert "Revised" not in own.content


@pytest.mark.parametrize(
    ("prepare", "why"),
    [
        (lambda first, second: (first, first), "into itself"),
        (lambda first, second: Entry.objects.set_status("rejected"), "rejected"),
        (lambda first, second: merge_entries(second, first), "already"),
    ],
    ids=["itself", "rejected", "merged before"],
)
def test_what_can_not_be_merged_is_refused_with_its_reason(two, prepare, why):
    first, second = two
    pair = prepare(first, second)
    first, second = pair if isinstance(pair, tuple) else two.all()

    with pytest.raises(EntryMergeError, match=why):
        merge_entries(second, first)


def test_an_entry_that_is_whole_can_not_be_split(two):
    with pytest.raises(EntryMergeError, match="has not been merged"):
        split_entry(two[0])


def test_deleting_the_other_entry_leaves_neither_to_come_back(two, read):
    first, second = two
    merge_entries(second, first)

    first.delete()

    report = read(feed(entry(2, categories="c|d", **MOVED)), url=OTHER)
    assert report.entries[0].action == "skipped"
    assert not OldAddress.objects.exists()


def test_an_editor_merges_two_and_splits_them_again(two, admin_client):
    first, second = two
    url = reverse("admin:entries_entry_changelist")

    merged = admin_client.post(
        url, {"action": "merge_the_two", "_selected_action": [first.pk, second.pk]}, follow=True
    )
    assert "is part of" in merged.content.decode()
    assert MergedEntry.objects.get().into == first
    form = admin_client.get(reverse("admin:entries_entry_change", args=[second.pk]))
    assert f'part of <a href="/admin/entries/entry/{first.pk}/change/">' in form.content.decode()
    split = admin_client.post(
        url, {"action": "split_again", "_selected_action": [first.pk, second.pk]}, follow=True
    )

    assert "1 entry was split again." in split.content.decode()
    assert "has not been merged" in split.content.decode()
    assert Entry.objects.live().count() == 2


def test_an_editor_who_ticks_one_entry_is_told_to_tick_two(two, admin_client):
    url = reverse("admin:entries_entry_changelist")

    page = admin_client.post(
        url, {"action": "merge_the_two", "_selected_action": [two[0].pk]}, follow=True
    )

    assert "Select two entries" in page.content.decode()
