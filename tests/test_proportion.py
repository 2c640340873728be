"""Work is in proportion to what is shown or changed: four times the entries cost no page more.

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

LIST = "/admin/entries/entry/"
LISTS = [
    *("", "?p=5", "?o=6", "?status__exact=live", "?status__exact=draft", "?status__exact=rejected"),
    *("?kind__exact=note", "?kind__exact=link", "?kind__exact=quotation", "?source=1"),
    *("?source=none", "?tag=common", "?tag=rare+1", "?tag=no-such", "?waiting=yes", "?missing=yes"),
    *("?published__year=2024", "?published__year=2024&published__month=3", "?before=30"),
    *("?q=entry", "?q=entry-7", "?q=nothing", "?q=entry+kind%3Alink", "?q=ent*"),
    "?kind__exact=link&source=1&status__exact=draft&tag=common&q=text&published__year=2024",
    "?kind__exact=link&tag=rare+1",
]
EMPTY = {
    *("?status__exact=rejected", "?kind__exact=quotation", "?source=none", "?tag=no-such"),
    *("?waiting=yes", "?missing=yes", "?q=nothing", "?kind__exact=link&tag=rare+1"),
}
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


def steps(work):
    """How many instructions the database takes for some work, in steps of ten."""
    counted = itertools.count()
    connection.connection.set_progress_handler(lambda: next(counted) and None, 10)
    try:
        work()
    finally:
        connection.connection.set_progress_handler(None, 0)
    return next(counted)


@pytest.fixture
def make_entries(db):
    """Build so many live entries, each older than the one before it, two of each rare tag."""
    source = Source.objects.create(url="https://blog.example/feed")
    numbers = itertools.count()

    def make(number):
        entries = [
            Entry(
                kind=Entry.Kind.LINK if place % 100 == 50 else Entry.Kind.NOTE,
                title=f"Entry {place}",
                slug=f"entry-{place}",
                day=(NEWEST - timedelta(minutes=10 * place)).date(),
                content=f"<p>Text {place}.</p>",
                status=Entry.Status.DRAFT if place % 25 == 0 else Entry.Status.LIVE,
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


@pytest.fixture
def grow(make_entries):
    """Give what counts before and after there are TIMES as many entries, where it has grown."""

    def grown(count):
        make_entries(ENTRIES)
        few = count()
        cache.clear()
        make_entries(ENTRIES * (TIMES - 1))
        many = count()
        assert min(few.values()) > 0
        return {name: (few[name], many[name]) for name in few if many[name] > GROWTH * few[name]}

    return grown


pytestmark = pytest.mark.skipif(connection.vendor != "sqlite", reason="counts what SQLite does")


def test_pages_cost_the_same_however_much_is_stored(grow, client):
    def cost(path):
        # Numbers that take long to count are kept.
        assert client.get(path).status_code < 500
        return steps(lambda: client.get(path))

    assert grow(lambda: {path: cost(path) for path in PAGES}) == {}


@pytest.mark.parametrize("path", ["/", "/notes/", "/tags/common/", "/sources/1/", "/atom/notes/"])
def test_a_page_far_down_a_list_costs_what_one_at_its_top_costs(make_entries, client, path):
    make_entries(ENTRIES * TIMES)

    def cost(depth):
        place = NEWEST - timedelta(minutes=10 * depth)
        address = f"{path}?before={int(place.timestamp() * 1_000_000)}.1"
        assert client.get(address).status_code == 200
        return steps(lambda: client.get(address))

    assert cost(ENTRIES * TIMES - 100) <= GROWTH * cost(1)


def test_the_desks_list_costs_the_same_however_much_is_stored(grow, admin_client):
    def cost(query):
        response = admin_client.get(LIST + query)
        assert response.status_code == 200, query
        # Not every list has entries on a fifth page, or any.
        assert list(response.context["cl"].result_list) or query in EMPTY
        return steps(lambda: admin_client.get(LIST + query))

    assert grow(lambda: {query: cost(query) for query in LISTS}) == {}


def test_changes_cost_the_same_however_much_is_stored(grow):
    # A change of status also counts anew the entries of each tag, along its index.
    changes = {
        "a title": lambda entries: entries.update(title="Changed"),
        "a date": lambda entries: entries.update(published=NEWEST),
    }

    def cost(change):
        some = list(Entry.objects.values_list("pk", flat=True)[:5])
        return steps(lambda: change(Entry.objects.filter(pk__in=some)))

    assert grow(lambda: {name: cost(change) for name, change in changes.items()}) == {}
