"""A feed that changes its ids creates no duplicates, and the entries keep their ids."""

import re

import pytest

from entries.models import Entry, Sighting
from tests.importing.atom import SITE, feed
from tests.importing.atom import entry as atom_entry

POSTS = range(1, 9)


def blog(number, **other):
    return {
        "id": f"http://blog.example/2024/{number}.html",
        "link": f"http://blog.example/2024/{number}.html",
    } | other


def at(pattern):
    """Ids and links of this pattern."""
    return lambda number: blog(number, id=pattern % number, link=pattern % number)


def guid(pattern):
    """Ids of this pattern, the links as they were."""
    return lambda number: blog(number, id=pattern % number)


TAG = "tag:blog.example,2024:%d"
BEFORE_AND_AFTER = {
    "http to https": (blog, at("https://blog.example/2024/%d.html")),
    "https to http": (at("https://blog.example/2024/%d.html"), blog),
    "a port that is the default": (blog, at("http://blog.example:80/2024/%d.html")),
    "the host in capitals": (blog, at("http://Blog.Example/2024/%d.html")),
    "with a feed's own fragment": (blog, at("http://blog.example/2024/%d.html#atom-entries")),
    "another feed's fragment": (
        at("http://blog.example/%d#atom-tag"),
        at("http://blog.example/%d#atom-everything"),
    ),
    "tracking in the links": (
        blog,
        guid("http://blog.example/2024/%d.html?utm_source=feed&utm_medium=rss"),
    ),
    "addresses to tag URIs": (blog, guid(TAG)),
    "tag URIs to addresses": (guid(TAG), blog),
    "tag URIs to UUIDs": (guid(TAG), guid("urn:uuid:00000000-0000-4000-8000-%012d")),
    "numbers to tag URIs": (guid("%d"), guid(TAG)),
    "no ids to tag URIs": (lambda number: blog(number, id=None), guid(TAG)),
    "tag URIs to no ids": (guid(TAG), lambda number: blog(number, id=None)),
    "a new host": (blog, at("https://www.new.example/2024/%d.html")),
    "a new permalink scheme": (blog, at("http://blog.example/posts/%d/")),
    "a new host and scheme, with tag URIs": (
        blog,
        lambda number: {"id": TAG % number, "link": f"https://new.example/p/{number}/"},
    ),
}


def document(state, numbers=POSTS, **stated):
    return feed(*(atom_entry(number, **state(number), **stated) for number in numbers))


@pytest.mark.parametrize("change", BEFORE_AND_AFTER)
def test_a_feed_that_changes_its_ids_makes_no_duplicates_and_changes_no_id(read, dump, change):
    before, after = (document(state) for state in BEFORE_AND_AFTER[change])
    read(before)
    ids = dict(Entry.objects.values_list("pk", "atom_id"))

    report = read(after)

    assert report.created == report.skipped == 0
    assert dict(Entry.objects.values_list("pk", "atom_id")) == ids
    assert Sighting.objects.count() == len(POSTS)
    stored = dump()
    assert read(after).unchanged == len(POSTS)
    assert dump() == stored


@pytest.mark.parametrize("change", BEFORE_AND_AFTER)
def test_after_the_change_of_its_ids_a_feed_goes_on(read, change):
    before, after = BEFORE_AND_AFTER[change]
    read(document(before))
    read(document(after))

    report = read(document(after, range(1, 11), title="Revised"))

    # In a feed without ids, a new title with the old link and date is still the same post.
    assert (report.created, report.updated) == (2, len(POSTS))
    assert Entry.objects.count() == 10


@pytest.mark.parametrize("change", BEFORE_AND_AFTER)
def test_a_feed_that_changes_back_is_known_as_well(read, change):
    before, after = BEFORE_AND_AFTER[change]
    read(document(before))
    ids = dict(Entry.objects.values_list("pk", "atom_id"))

    read(document(after))
    report = read(document(before))

    assert report.created == 0
    assert dict(Entry.objects.values_list("pk", "atom_id")) == ids


def test_posts_of_one_title_are_told_apart_by_their_dates_when_all_ids_change(read):
    titled = {"title": "Links of the week"}
    read(document(blog, **titled))
    first = dict(Entry.objects.values_list("published", "pk"))

    report = read(document(at("https://new.example/p/%d/"), **titled))

    assert (report.created, report.updated) == (0, len(POSTS))
    assert dict(Entry.objects.values_list("published", "pk")) == first
    for url, published in Entry.objects.values_list("canonical_url", "published"):
        number = int(re.search(r"(\d+)/$", url).group(1))
        assert published.day == number % 28 + 1
    assert SITE not in "".join(Entry.objects.values_list("canonical_url", flat=True))
