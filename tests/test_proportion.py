"""Work is in proportion to what is shown or changed: four times the entries cost no page more.

Counted are the instructions of SQLite's virtual machine, so that a walk along a whole index is
seen, whatever the machine.
"""

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from django.core.cache import cache
from django.db import connection, transaction

from entries.models import Entry, Sighting, Source, UpstreamChange
from entries.models.search_document import indexed_together
from entries.models.tagging import set_tags

NEWEST = datetime(2024, 3, 9, 12, 0, tzinfo=UTC)
# More than what any page looks at: the newest entries of a tag, the candidates of a search.
ENTRIES = 1_100
TIMES = 4
# A counted walk differs a little from another, by where the pages of a tree end.
GROWTH = 1.5

LIST = "/admin/entries/entry/"
SOURCES = "/admin/entries/source/"
LISTS = [
    *("", "?p=5", "?o=6", "?status__exact=live", "?status__exact=draft", "?status__exact=rejected"),
    *("?kind__exact=note", "?kind__exact=link", "?kind__exact=quotation", "?source=1"),
    *("?source=none", "?tag=common", "?tag=rare+1", "?tag=no-such", "?waiting=yes", "?missing=yes"),
    *("?published__year=2024", "?published__year=2024&published__month=3", "?before=30"),
    *("?q=entry", "?q=entry-7", "?q=nothing", "?q=entry+kind%3Alink", "?q=ent*"),
    "?kind__exact=link&source=1&status__exact=draft&tag=common&q=text&published__year=2024",
    "?kind__exact=link&tag=rare+1",
    *("?waiting=yes&q=entry", "?waiting=yes&tag=common", "?missing=yes&q=entry"),
    *("?missing=yes&source=1", "?waiting=yes&missing=yes", "?waiting=yes&status__exact=live"),
    "?source=none&q=entry",
]
EMPTY = {
    *("?status__exact=rejected", "?kind__exact=quotation", "?source=none", "?tag=no-such"),
    *("?q=nothing", "?kind__exact=link&tag=rare+1", "?source=none&q=entry"),
}
# So many of the newest entries wait for an editor, and are missing upstream.
WAITING = 20
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
def make_notes(db):
    """Build so many entries, each older than the one before it, two of each rare tag.

    One source states them all. Of the first WAITING a change waits, and they are missing there.
    """
    source = Source.objects.create(url="https://blog.example/feed")
    numbers = itertools.count()

    def make(number):
        places = list(itertools.islice(numbers, number))
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
            for place in places
        ]
        with indexed_together():
            Entry.objects.bulk_create(entries)
            Sighting.objects.bulk_create(
                sighting_of(entry, is_missing=place < WAITING)
                for place, entry in zip(places, entries, strict=True)
            )
            UpstreamChange.objects.bulk_create(
                UpstreamChange(entry=entry, field="title", base="", theirs="")
                for place, entry in zip(places, entries, strict=True)
                if place < WAITING
            )
            set_tags({entry.pk: ["common", f"rare {entry.pk // 2}"] for entry in entries})

    return make


def sighting_of(entry, is_missing):
    return Sighting(
        source=entry.source,
        entry=entry,
        leads=True,
        base={},
        received=b"",
        absences=3 if is_missing else 0,
        missing_since=NEWEST if is_missing else None,
    )


pytestmark = pytest.mark.skipif(connection.vendor != "sqlite", reason="counts what SQLite does")


def test_work_costs_the_same_however_much_is_stored(make_notes, client, admin_client):
    def count():
        cache.clear()
        return (
            cost_of_pages(client)
            | cost_of_the_desks_lists(admin_client)
            | cost_of_the_desks_list_of_sources(admin_client)
            | cost_of_changes()
        )

    make_notes(ENTRIES)
    few = count()
    make_notes(ENTRIES * (TIMES - 1))
    many = count()

    assert min(few.values()) > 0
    assert {name: (few[name], many[name]) for name in few if many[name] > GROWTH * few[name]} == {}


def cost_of_pages(client):
    def cost(path):
        # Numbers that take long to count are kept.
        assert client.get(path).status_code < 500
        return steps(lambda: client.get(path))

    return {path: cost(path) for path in PAGES}


def test_a_page_far_down_a_list_costs_what_one_at_its_top_costs(make_notes, client):
    make_notes(ENTRIES * TIMES)

    def cost(path, depth):
        place = NEWEST - timedelta(minutes=10 * depth)
        address = f"{path}?before={int(place.timestamp() * 1_000_000)}.1"
        assert client.get(address).status_code == 200
        return steps(lambda: client.get(address))

    for path in ["/", "/notes/", "/tags/common/", "/sources/1/", "/atom/notes/"]:
        assert cost(path, ENTRIES * TIMES - 100) <= GROWTH * cost(path, 1), path


def cost_of_the_desks_lists(admin_client):
    def cost(query):
        response = admin_client.get(LIST + query)
        assert response.status_code == 200, query
        # Not every list has entries on a fifth page, or any.
        assert list(response.context["cl"].result_list) or query in EMPTY
        return steps(lambda: admin_client.get(LIST + query))

    return {LIST + query: cost(query) for query in LISTS}


def cost_of_the_desks_list_of_sources(admin_client):
    response = admin_client.get(SOURCES)
    assert "1,000+" in response.content.decode()
    return {SOURCES: steps(lambda: admin_client.get(SOURCES))}


def cost_of_changes():
    # A change of status also counts anew the entries of each tag, along its index.
    changes = {
        "a title": lambda entries: entries.update(title="Changed"),
        "a date": lambda entries: entries.update(published=NEWEST),
    }

    def cost(change):
        some = list(Entry.objects.values_list("pk", flat=True)[:5])
        # Taken back, so that the next count is of entries that nobody has changed.
        with transaction.atomic():
            taken = steps(lambda: change(Entry.objects.filter(pk__in=some)))
            transaction.set_rollback(True)
        return taken

    return {name: cost(change) for name, change in changes.items()}
