"""Pages work in proportion to what they show: four times the entries cost them nothing.

Counted are the instructions of SQLite's virtual machine, so that a walk along a whole index is
seen, whatever the machine.
"""

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from django.core.cache import cache
from django.db import connection

from entries.models import Entry, Source
from entries.models.tagging import set_tags

NEWEST = datetime(2024, 3, 9, 12, 0, tzinfo=UTC)
# More than what any page looks at: the newest entries of a tag, the candidates of a search.
ENTRIES = 1_100
TIMES = 4
# A counted walk differs a little from another, by where the pages of a tree end.
GROWTH = 1.5

numbers = itertools.count()

PAGES = [
    "/",
    "/notes/",
    "/2024/Mar/9/entry-3/",
    "/tags/common/",
    "/tags/common+rare-1/",
    "/tags/?by=new",
    "/2024/Mar/9/",
    "/sources/1/",
    "/atom/everything/",
    "/json/notes/",
    "/tags/common.atom",
    "/sources/1.atom",
    "/search/?q=entry",
    "/search/?q=entry&sort=date",
    "/search.atom?q=entry",
    "/e/1",
    "/old/place/entry-3",
    "/nowhere/",
    "/sitemap-2024-Mar-9.xml",
]


@pytest.fixture
def steps(client):
    """How many instructions the database takes for a page asked for again, in steps of ten."""

    def count(path):
        client.get(path)
        counted = itertools.count()
        connection.connection.set_progress_handler(lambda: next(counted) and None, 10)
        try:
            assert client.get(path).status_code < 500, path
        finally:
            connection.connection.set_progress_handler(None, 0)
        return next(counted)

    return count


@pytest.fixture
def make_entries(db):
    """Build so many live entries, each older than the one before it, two of each rare tag."""
    source = Source.objects.create(url="https://blog.example/feed")

    def make(number):
        entries = [
            Entry(
                kind=Entry.Kind.NOTE,
                title=f"Entry {place}",
                slug=f"entry-{place}",
                day=(NEWEST - timedelta(minutes=10 * place)).date(),
                content=f"<p>Text {place}.</p>",
                status=Entry.Status.LIVE,
                published=NEWEST - timedelta(minutes=10 * place),
                updated=NEWEST,
                canonical_url=f"https://blog.example/old/place/entry-{place}",
                source=source,
            )
            for place in itertools.islice(numbers, number)
        ]
        Entry.objects.bulk_create(entries)
        set_tags({entry.pk: ["common", f"rare {entry.pk // 2}"] for entry in entries})

    return make


@pytest.mark.skipif(connection.vendor != "sqlite", reason="counts what SQLite does")
def test_pages_cost_the_same_however_much_is_stored(make_entries, steps):
    make_entries(ENTRIES)
    few = {path: steps(path) for path in PAGES}
    cache.clear()
    make_entries(ENTRIES * (TIMES - 1))
    many = {path: steps(path) for path in PAGES}

    assert min(few.values()) > 0
    assert {
        path: (few[path], many[path]) for path in PAGES if many[path] > GROWTH * few[path]
    } == {}
