"""A post that the public can no longer see leaves a tombstone in the feeds (RFC 6721)."""

from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from lxml import etree

from entries.curating.duplicate_entries import merge_entries, split_entry
from entries.importing.fetching.fetched import Fetched
from entries.importing.importer import import_document
from entries.models import Entry, Sighting, Source, Tag, Withdrawal
from entries.models.withdrawal import KEPT_FOR
from entries.publishing.feeds.feed import PAGE_SIZE
from entries.publishing.tombstones import MAX_TOMBSTONES
from tests.atom import findings, hrefs, pages_from, parse_back, statements

EVERYTHING = "/atom/everything/"
DELETED = "{http://purl.org/atompub/tombstones/1.0}deleted-entry"


def tombstones(document) -> dict[str, str]:
    """The time of each withdrawal, by atom:id."""
    return {
        node.get("ref"): node.get("when") for node in etree.fromstring(document).findall(DELETED)
    }


def only(entry):
    return Entry.objects.filter(pk=entry.pk)


def saved(entry, **fields):
    for name, value in fields.items():
        setattr(entry, name, value)
    entry.save()


def updated_in_bulk(entry):
    entry.status = Entry.Status.DRAFT
    Entry.objects.bulk_update([entry], ["status"])


TO_COME = datetime(2124, 3, 9, tzinfo=UTC)
WITHDRAWN = {
    "rejected": lambda entry: only(entry).set_status(Entry.Status.REJECTED),
    "back to draft": lambda entry: only(entry).set_status(Entry.Status.DRAFT),
    "deleted": lambda entry: entry.delete(),
    "deleted with others": lambda entry: only(entry).delete(),
    "saved as a draft": lambda entry: saved(entry, status=Entry.Status.DRAFT),
    "saved for a day to come": lambda entry: saved(entry, published=TO_COME),
}
UPDATED = {
    "updated": lambda entry: only(entry).filter(status="live").update(status="draft"),
    "updated in bulk": updated_in_bulk,
}


@pytest.mark.parametrize("withdraw", WITHDRAWN.values(), ids=WITHDRAWN)
def test_what_is_withdrawn_leaves_a_tombstone_in_each_list_that_it_was_in(
    make_entry, served, withdraw
):
    source = Source.objects.create(url="https://a.example/feed", title="A")
    for kind in ("note", "link"):
        make_entry(kind=kind, tags=["a", "b", "c"], source=source)
    gone = make_entry(kind="note", tags=["a", "b"], source=source)
    atom_id = gone.atom_id
    had = [
        EVERYTHING,
        "/atom/notes/",
        "/tags/a.atom",
        "/tags/a+b.atom",
        f"/sources/{source.pk}.atom",
    ]
    others = ["/atom/links/", "/tags/c.atom", "/tags/b+c.atom"]
    before = {address: served(address) for address in [*had, *others]}

    withdraw(gone)

    for address in had:
        document = served(address)
        assert list(tombstones(document)) == [atom_id]
        assert atom_id in statements(before[address]).keys() - statements(document).keys()
        assert findings(document, f"http://testserver{address}") == []
        assert parse_back(document).feed.updated == tombstones(document)[atom_id]
    for address in others:
        assert served(address) == before[address]


@pytest.mark.parametrize("update", UPDATED.values(), ids=UPDATED)
def test_what_is_only_updated_in_the_database_leaves_one_too(make_entry, served, update):
    entry = make_entry()

    update(entry)
    assert list(tombstones(served(EVERYTHING))) == [entry.atom_id]

    only(entry).update(status=Entry.Status.LIVE)
    assert tombstones(served(EVERYTHING)) == {}


def test_a_tombstone_says_when(make_entry, served):
    gone = make_entry()
    with time_machine.travel(datetime(2024, 5, 1, 12, tzinfo=UTC), tick=False):
        gone.delete()

        assert tombstones(served(EVERYTHING)) == {gone.atom_id: "2024-05-01T12:00:00+00:00"}


BACK = {
    "published": lambda entry: only(entry).set_status(Entry.Status.LIVE),
    "saved": lambda entry: saved(entry, status=Entry.Status.LIVE),
}


@pytest.mark.parametrize("put_back", BACK.values(), ids=BACK)
def test_what_comes_back_has_no_tombstone(make_entry, served, put_back):
    entry = make_entry(tags=["a"])
    make_entry(tags=["a"])
    before = served(EVERYTHING), served("/tags/a.atom")
    saved(entry, status=Entry.Status.REJECTED)

    put_back(entry)

    assert (served(EVERYTHING), served("/tags/a.atom")) == before
    assert not Withdrawal.objects.exists()


def test_what_goes_again_went_the_last_time(make_entry, served):
    entry = make_entry()
    days = [datetime(2024, 5, day, tzinfo=UTC) for day in (1, 2, 3)]
    for day, status in zip(days, ["draft", "live", "rejected"], strict=True):
        with time_machine.travel(day, tick=False):
            saved(entry, status=status)

    with time_machine.travel(days[-1]):
        assert tombstones(served(EVERYTHING)) == {entry.atom_id: "2024-05-03T00:00:00+00:00"}


def test_what_falls_due_again_has_no_tombstone(make_entry, served):
    now = timezone.now()
    entry = make_entry()
    saved(entry, published=now + timedelta(days=2))
    assert list(tombstones(served(EVERYTHING))) == [entry.atom_id]

    with time_machine.travel(now + timedelta(days=3)):
        document = served(EVERYTHING)

    assert tombstones(document) == {}
    assert list(statements(document)) == [entry.atom_id]


@pytest.mark.parametrize(
    "fields",
    [{"status": "draft"}, {"status": "rejected"}, {"published": TO_COME}],
    ids=["draft", "rejected", "future"],
)
def test_what_was_never_public_leaves_nothing(make_entry, served, fields):
    entries = [make_entry(**fields) for _ in range(3)]

    only(entries[0]).set_status(Entry.Status.REJECTED)
    saved(entries[1], status=Entry.Status.DRAFT)
    entries[2].delete()

    assert not Withdrawal.objects.exists()
    assert tombstones(served(EVERYTHING)) == {}


def test_an_edit_withdraws_nothing(make_entry, served):
    entry = make_entry(kind="note", tags=["a", "b"])

    saved(entry, title="Another", slug="another", kind="link")
    entry.set_tags(["b"])
    only(entry).update(title="A third")
    only(entry).update(published=entry.published - timedelta(days=1))

    assert not Withdrawal.objects.exists()


def test_of_two_entries_made_one_the_other_leaves_a_tombstone_until_they_are_split(
    make_entry, served
):
    into, entry = make_entry(), make_entry()
    before = served(EVERYTHING)

    merge_entries(entry, into)
    assert list(tombstones(served(EVERYTHING))) == [entry.atom_id]
    assert list(statements(served(EVERYTHING))) == [into.atom_id]

    split_entry(entry)
    assert served(EVERYTHING) == before


def test_a_deleted_post_that_is_imported_anew_has_no_tombstone(sample, sample_document, served):
    before = statements(served(EVERYTHING))
    Entry.objects.all().delete()
    assert tombstones(served(EVERYTHING)).keys() == before.keys()
    Sighting.objects.all().delete()

    import_document(Fetched("sample.atom", sample_document))

    assert statements(served(EVERYTHING)).keys() == before.keys()
    assert tombstones(served(EVERYTHING)) == {}


def test_what_is_no_iri_is_named_as_the_feed_named_it(make_entry, served):
    entry = make_entry(atom_id="no iri")
    (named,) = statements(served(EVERYTHING))

    entry.delete()

    assert list(tombstones(served(EVERYTHING))) == [named]


def test_only_the_first_page_has_tombstones_and_only_the_newest(make_entries, served):
    gone = make_entries(MAX_TOMBSTONES + 5)
    make_entries(PAGE_SIZE + 1)
    for entry in gone:
        entry.delete()

    first = served(EVERYTHING)
    second = served(hrefs(etree.fromstring(first), "next")[0].removeprefix("http://testserver"))

    assert list(tombstones(first)) == [entry.atom_id for entry in reversed(gone)][:MAX_TOMBSTONES]
    assert tombstones(second) == {}


def test_a_tombstone_stands_for_its_time_and_is_then_forgotten(make_entry, served):
    now = timezone.now()
    make_entry().delete()
    other = make_entry()

    with time_machine.travel(now + KEPT_FOR - timedelta(hours=1)):
        assert len(tombstones(served(EVERYTHING))) == 1
    with time_machine.travel(now + KEPT_FOR + timedelta(hours=1)):
        assert tombstones(served(EVERYTHING)) == {}
        other.delete()
        assert set(Withdrawal.objects.values_list("atom_id", flat=True)) == {other.atom_id}


def test_who_has_the_feed_is_told_of_a_withdrawal(make_entry, make_entries, client):
    make_entry()
    gone = make_entry(published=datetime(2020, 1, 1, tzinfo=UTC), tags=["a"])
    others = ({"tags": ["a"] if number else []} for number in range(PAGE_SIZE))
    make_entries(others, published=datetime(2021, 1, 1, tzinfo=UTC))
    first = client.get(EVERYTHING)
    assert gone.atom_id not in first.content.decode()

    gone.delete()
    again = client.get(EVERYTHING, headers={"if-none-match": first["ETag"]})

    assert again.status_code == 200
    assert gone.atom_id in tombstones(again.content)


DAYS = [datetime(2021, 1, 1, tzinfo=UTC) + timedelta(days=day) for day in range(100)]


@pytest.fixture
def make_days(make_entries):
    """Build an entry for each of the first `number` DAYS, the newest first."""

    def make(number, **fields):
        return make_entries(({"published": day} for day in reversed(DAYS[:number])), **fields)

    return make


@pytest.mark.parametrize("withdraw", WITHDRAWN.values(), ids=WITHDRAWN)
def test_what_is_withdrawn_keeps_its_place_in_the_window(make_days, served, client, withdraw):
    source = Source.objects.create(url="https://a.example/feed", title="A")
    entries = make_days(PAGE_SIZE + 5, kind="note", tags=["a", "b"], source=source)
    feeds = [EVERYTHING, "/atom/notes/", "/tags/a.atom", "/tags/a+b.atom"]
    feeds.append(f"/sources/{source.pk}.atom")
    had = {feed: statements(served(feed)).keys() for feed in feeds}

    withdraw(entries[3])
    withdraw(entries[PAGE_SIZE - 1])

    for feed in feeds:
        document = served(feed)
        assert had[feed] - statements(document).keys() == tombstones(document).keys()
        assert statements(document).keys() < had[feed]
        assert findings(document, f"http://testserver{feed}") == []
        following = pages_from(served, feed, "next")[1]
        expected = [entry.atom_id for entry in entries[PAGE_SIZE:]]
        assert list(statements(following)) == expected
        json_feed = feed.replace(".atom", ".json").replace("/atom/", "/json/")
        items = client.get(json_feed).json()["items"]
        assert [item["id"] for item in items] == list(statements(document))


def test_what_is_withdrawn_below_the_window_takes_no_place_in_it(make_days, served):
    entries = make_days(PAGE_SIZE + 2)

    entries[-1].delete()

    assert len(statements(served(EVERYTHING))) == PAGE_SIZE


def test_a_new_post_pushes_the_withdrawn_out_of_the_window_in_its_turn(
    make_days, make_entry, served
):
    entries = make_days(PAGE_SIZE + 5)
    entries[PAGE_SIZE - 2].delete()
    assert len(statements(served(EVERYTHING))) == PAGE_SIZE - 1

    for day in DAYS[-2:]:
        make_entry(published=day)

    assert len(statements(served(EVERYTHING))) == PAGE_SIZE


def test_a_feed_goes_on_however_many_were_withdrawn(make_days, served):
    entries = make_days(len(DAYS))

    Entry.objects.filter(pk__in=[entry.pk for entry in entries[: PAGE_SIZE + 5]]).delete()

    read = [id_ for page in pages_from(served, EVERYTHING, "next") for id_ in statements(page)]
    assert read == [entry.atom_id for entry in entries[PAGE_SIZE + 5 :]]


def test_of_posts_of_one_moment_the_key_says_which_stood_above(make_entries, served):
    entries = make_entries(PAGE_SIZE + 2)

    entries[1].delete()
    assert len(statements(served(EVERYTHING))) == PAGE_SIZE

    entries[2].delete()
    assert len(statements(served(EVERYTHING))) == PAGE_SIZE - 1


def test_an_export_has_the_window_of_the_feed_and_in_whole_every_entry(make_days):
    entries = make_days(PAGE_SIZE + 5)
    entries[0].delete()

    for options, count in (([], PAGE_SIZE - 1), (["--all"], PAGE_SIZE + 4)):
        out = StringIO()
        call_command("export_feed", *options, stdout=out)
        assert len(statements(out.getvalue().encode())) == count


def test_a_json_feed_and_a_search_have_none(make_entry, client, served):
    make_entry(title="Apple")
    make_entry(title="Apple").delete()

    assert tombstones(served("/search.atom?q=apple")) == {}
    assert b"deleted" not in client.get("/json/everything/").content


def test_our_feed_is_imported_whatever_it_says_is_gone(make_entry, served):
    kept = make_entry()
    make_entry().delete()
    document = served(EVERYTHING)
    Entry.objects.all().delete()

    report = import_document(Fetched("ours", document))

    assert [entry.atom_id for entry in Entry.objects.all()] == [kept.atom_id]
    assert report.counts["created"] == 1


@pytest.mark.parametrize("action", ["set_status", "delete"])
def test_many_are_withdrawn_in_as_many_queries_as_one(make_entries, action):
    def withdraw(number):
        entries = make_entries(number, tags=["a", "b"])
        chosen = Entry.objects.filter(pk__in=[entry.pk for entry in entries])
        with CaptureQueriesContext(connection) as queries:
            chosen.set_status("rejected") if action == "set_status" else chosen.delete()
        return len(queries)

    withdraw(1)

    assert withdraw(60) == withdraw(2)
    assert Withdrawal.objects.count() == 63 * 4


ACTIONS = st.one_of(
    st.tuples(st.just("set_status"), st.integers(0, 2), st.sampled_from(Entry.Status.values)),
    st.tuples(st.just("save"), st.integers(0, 2), st.sampled_from(Entry.Status.values)),
    st.tuples(st.just("update"), st.integers(0, 2), st.sampled_from(Entry.Status.values)),
    st.tuples(st.just("delete"), st.integers(0, 2), st.just("")),
)


class TombstonesTest(TestCase):
    @given(st.lists(ACTIONS, max_size=8))
    def test_a_tombstone_stands_for_what_was_public_and_is_not(self, actions):
        entries = []
        for number in range(3):
            entry = Entry(title=f"E{number}", status="draft" if number else "live")
            entry.save()
            entry.set_tags(["a"])
            entries.append(entry)
        public = {entries[0].atom_id}
        gone = set()
        for action, number, status in actions:
            entry = entries[number]
            if action == "delete":
                entry.delete()
            elif Entry.objects.filter(pk=entry.pk).exists():
                if action == "save":
                    saved(entry, status=status)
                elif action == "update":
                    only(entry).update(status=status)
                else:
                    only(entry).set_status(status)

            now = set(Entry.objects.live().values_list("atom_id", flat=True))
            gone = (gone | (public - now)) - now
            public = now
            noted = Withdrawal.objects.filter(list="everything")
            assert set(noted.values_list("atom_id", flat=True)) == gone
            tag = Tag.objects.get(slug="a")
            noted = Withdrawal.objects.filter(list=f"tag:{tag.pk}")
            assert set(noted.values_list("atom_id", flat=True)) == gone
