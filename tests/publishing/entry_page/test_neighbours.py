"""Neighbours of an entry: related entries, and the next older and newer in each of its tags."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from entries.models import Entry
from entries.publishing.entry_page.neighbours import (
    MAX_RELATED_ENTRIES,
    MAX_TAGGINGS_PER_SIDE,
    read_neighbours,
)
from entries.publishing.rows.entry_row import read_rows_of

NOON = datetime(2024, 3, 9, 12, 0, tzinfo=UTC)
HIDDEN = {
    "draft": {"status": Entry.Status.DRAFT},
    "rejected": {"status": Entry.Status.REJECTED},
    "future": {"published": datetime(2124, 3, 9, tzinfo=UTC)},
}


def around(entry):
    return read_neighbours(read_rows_of([entry.pk])[0])


def paths(found):
    return [row.path for row in found]


@pytest.fixture
def make_tagged(make_entry):
    """Build an entry with these tags, some minutes after noon."""

    def make(*tags, minutes=0, **fields):
        return make_entry(**{"published": NOON + timedelta(minutes=minutes)} | fields, tags=tags)

    return make


def test_a_rare_tag_that_is_shared_counts_for_more_than_a_common_one(make_tagged):
    entry = make_tagged("web", "gopher")
    common = [make_tagged("web", minutes=minutes) for minutes in range(1, 4)]
    rare = make_tagged("gopher", minutes=900)

    found = around(entry).related

    assert found[0].path == rare.get_absolute_url()
    assert set(paths(found[1:])) == {row.get_absolute_url() for row in common}


def test_two_shared_tags_count_for_more_than_one(make_tagged):
    entry = make_tagged("a", "b", "c")
    one = make_tagged("a", minutes=1)
    two = make_tagged("b", "c", minutes=500)

    assert paths(around(entry).related) == [two.get_absolute_url(), one.get_absolute_url()]


def test_of_two_that_share_the_same_the_nearer_in_time_comes_first(make_tagged):
    entry = make_tagged("a", minutes=100)
    far, near, later = (make_tagged("a", minutes=minutes) for minutes in (10, 90, 170))

    assert paths(around(entry).related) == [row.get_absolute_url() for row in (near, later, far)]


def test_a_common_tag_that_two_share_counts_however_much_lies_between_them(
    make_tagged, make_entries
):
    entry = make_tagged("common", "rare")
    between = (
        {"published": NOON + timedelta(minutes=n)} for n in range(1, MAX_TAGGINGS_PER_SIDE + 5)
    )
    make_entries(between, tags=["common"])
    only_rare = make_tagged("rare", minutes=900)
    both = make_tagged("rare", "common", minutes=1000)

    found = paths(around(entry).related)

    assert found[:2] == [both.get_absolute_url(), only_rare.get_absolute_url()]


def test_related_entries_are_as_many_as_asked_for_and_never_the_entry_itself(make_tagged):
    entry = make_tagged("a", minutes=5)
    for minutes in range(10):
        make_tagged("a", minutes=minutes)

    found = paths(around(entry).related)

    assert len(found) == len(set(found)) == MAX_RELATED_ENTRIES
    assert entry.get_absolute_url() not in found


def test_an_entry_without_tags_or_alone_with_them_is_related_to_nothing(make_tagged):
    for entry in (make_tagged(), make_tagged("alone")):
        assert around(entry).related == []
        assert around(entry).in_tags == []


def test_a_related_entry_says_what_a_link_to_it_needs(make_tagged):
    entry = make_tagged("a")
    make_tagged("a", kind="quotation", title="", quoted_source="Ada Fern", slug="ada")

    (found,) = around(entry).related

    assert (found.label, found.path, found.kind, found.period.name) == (
        *("Quotation: Ada Fern", "/2024/Mar/9/ada/", "quotation", "9 March 2024"),
    )


@pytest.mark.parametrize("state", HIDDEN)
def test_what_is_not_public_stands_beside_nothing(make_tagged, state):
    entry = make_tagged("a", minutes=5)
    make_tagged("a", **{"minutes": 6} | HIDDEN[state])
    shown = make_tagged("a", minutes=9)

    (neighbours,) = around(entry).in_tags

    assert paths(around(entry).related) == [shown.get_absolute_url()]
    assert neighbours.newer.path == shown.get_absolute_url()
    assert neighbours.older is None


@pytest.mark.parametrize("state", HIDDEN)
def test_a_preview_has_related_entries_as_well(make_tagged, state):
    entry = make_tagged("a", **HIDDEN[state])
    shown = [make_tagged("a", minutes=minutes).get_absolute_url() for minutes in (1, 2)]

    assert set(paths(around(entry).related)) == set(shown)


def test_next_in_a_tag_passes_over_what_has_other_tags(make_tagged):
    first, _, entry, _, last = (
        make_tagged(tag, minutes=minutes) for minutes, tag in enumerate("abaca")
    )

    (neighbours,) = around(entry).in_tags

    assert (neighbours.name, neighbours.path) == ("a", "/tags/a/")
    assert neighbours.older.path == first.get_absolute_url()
    assert neighbours.newer.path == last.get_absolute_url()
    assert neighbours.older.label == first.title


def test_neighbours_in_a_tag_are_told_apart_when_all_have_one_time(make_tagged):
    rows = [make_tagged("a") for _ in range(5)]

    found = [around(row).in_tags[0] for row in rows]

    addresses = [row.get_absolute_url() for row in rows]
    assert [row.older and row.older.path for row in found] == [None, *addresses[:-1]]
    assert [row.newer and row.newer.path for row in found] == [*addresses[1:], None]


def test_neighbours_are_given_for_the_first_tags_that_have_any(make_tagged):
    entry = make_tagged("z", "alone", "c", "b", "a")
    make_tagged("a", "b", "c", "z", minutes=1)

    assert [row.name for row in around(entry).in_tags] == ["z", "c", "b"]


def test_the_queries_are_few_and_do_not_grow_with_entries_or_tags(
    make_tagged, make_entries, django_assert_num_queries
):
    entry = make_tagged("a", minutes=5)
    make_tagged("a", minutes=6)
    with CaptureQueriesContext(connection) as few:
        around(entry)
    tags = [f"tag {number}" for number in range(20)]
    crowded = make_tagged("a", *tags, minutes=7)
    make_entries(
        {"tags": ["a", *tags[minutes % 20 :]], "published": NOON + timedelta(minutes=minutes)}
        for minutes in range(60)
    )

    with django_assert_num_queries(len(few)):
        around(crowded)
    # Three of them read the row.
    assert len(few) == 3 + 4
