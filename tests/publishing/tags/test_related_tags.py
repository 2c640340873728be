"""Related tags, and the uses of a tag by month."""

from datetime import UTC, datetime, timedelta

import pytest

from entries.models import Entry, Tag
from entries.publishing.tags.related_tags import MAX_RELATED_TAGS, related_tags, uses_by_month

NOON = datetime(2024, 3, 9, 12, 0, tzinfo=UTC)


def tag(name):
    return Tag.objects.get(name=name)


def related(*names):
    return [(tag.name, tag.count) for tag in related_tags([tag(name) for name in names])]


def test_tags_of_the_same_entries_are_related(make_entry):
    make_entry(tags=["python", "gil", "threads"])
    make_entry(tags=["python", "gil"])
    make_entry(tags=["perl"])

    assert related("python") == [("gil", 2), ("threads", 1)]
    assert related("perl") == []
    assert related_tags([tag("python")])[0].path == "/tags/python+gil/"


def test_a_tag_that_is_everywhere_tells_less_than_a_rare_one(make_entries):
    make_entries(4, tags=["blog", "python"])
    make_entries(36, tags=["blog"])
    make_entries(3, tags=["python", "gil"])

    assert [name for name, _ in related("python")] == ["gil", "blog"]


def test_several_tags_are_narrowed_by_those_that_come_with_all_of_them(make_entry):
    make_entry(tags=["python", "gil", "threads"])
    make_entry(tags=["python", "gil", "speed"])
    make_entry(tags=["python", "web"])
    make_entry(tags=["gil", "ruby"])

    assert related("python", "gil") == [("speed", 1), ("threads", 1)]
    assert related_tags([tag("python"), tag("gil")])[0].path == "/tags/python+gil+speed/"


def test_of_many_entries_the_newest_are_looked_at_and_no_number_is_told(make_entry, monkeypatch):
    monkeypatch.setattr("entries.publishing.tags.related_tags.MAX_READ_ENTRIES", 2)
    make_entry(tags=["python", "old"], published=NOON - timedelta(days=2))
    make_entry(tags=["python", "new"], published=NOON - timedelta(days=1))
    make_entry(tags=["python"], published=NOON)

    assert related("python") == [("new", 0)]


@pytest.mark.parametrize(
    "hidden",
    [
        {"status": Entry.Status.DRAFT},
        {"status": Entry.Status.REJECTED},
        {"published": datetime(2124, 3, 9, tzinfo=UTC)},
    ],
)
def test_what_is_not_public_is_no_company_and_no_use(make_entry, hidden):
    make_entry(tags=["python", "seen"], published=NOON)
    make_entry(tags=["python", "secret"], **{"published": NOON} | hidden)

    assert related("python") == [("seen", 1)]
    assert uses_by_month(tag("python")) == {(2024, 3): 1}


def test_uses_are_counted_by_month(make_entry):
    for days in (0, 1, 40, 400):
        make_entry(tags=["python"], published=NOON + timedelta(days=days))
    make_entry(tags=["python"], published=datetime(1, 1, 2, tzinfo=UTC))

    assert uses_by_month(tag("python")) == {(1, 1): 1, (2024, 3): 2, (2024, 4): 1, (2025, 4): 1}


def test_a_common_tag_costs_as_many_queries_as_a_rare_one(make_entries, django_assert_num_queries):
    make_entries({"tags": ["python", "gil", f"tag {number}"]} for number in range(30))
    tags = [tag("python"), tag("gil")]

    with django_assert_num_queries(2):
        assert len(related_tags(tags)) == MAX_RELATED_TAGS
    with django_assert_num_queries(1):
        uses_by_month(tags[0])
