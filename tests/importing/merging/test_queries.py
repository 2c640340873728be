"""An import takes the same number of queries for any number of entries in a batch."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from entries.importing.importer import MAX_BATCH_ENTRIES
from entries.models import Entry
from tests.importing.atom import SITE, entry, feed

SIBLING = f"{SITE}/everything.atom"
NUMBERS = [1, 10, MAX_BATCH_ENTRIES]


def posts(number, **stated):
    extra = '<link rel="enclosure" href="https://files.example/%s.mp3" length="%s"/>'
    return feed(
        *[
            entry(
                n,
                f"<p>Text {n}, {stated.get('text', 'old')}.</p>",
                extra % (n, stated.get("length", 1)),
                categories=f"all|tag-{n}|{stated.get('tag', 'old')}",
                title=f"{stated.get('title', 'Post')} {n}",
                id=f"{SITE}/{n}/{stated.get('ending', '')}",
            )
            for n in range(number)
        ]
    )


@pytest.fixture
def queries(read):
    """Returns the number of queries that the import of a document takes."""

    def queries(*arguments, **options) -> int:
        with CaptureQueriesContext(connection) as context:
            read(*arguments, **options)
        return len(context)

    return queries


def first(queries, number):
    return queries(posts(number))


def unchanged(queries, number):
    queries(posts(number))
    return queries(posts(number))


def changed(queries, number):
    queries(posts(number))
    return queries(posts(number, text="new", tag="new", title="New", length=2))


def conflicting(queries, number):
    queries(posts(number))
    Entry.objects.update(content="Edited")
    return queries(posts(number, text="new"))


def conflicting_again(queries, number):
    conflicting(queries, number)
    return queries(posts(number, text="newer"))


def settled(queries, number):
    conflicting(queries, number)
    return queries(posts(number))


def sibling(queries, number):
    queries(posts(number))
    return queries(posts(number, ending="#atom-tag"), url=SIBLING)


def rejected(queries, number):
    queries(posts(number))
    Entry.objects.all().set_status(Entry.Status.REJECTED)
    return queries(posts(number))


def deleted(queries, number):
    queries(posts(number))
    Entry.objects.all().delete()
    return queries(posts(number))


def with_other_ids(queries, number):
    queries(posts(number))
    return queries(posts(number, ending="new"))


@pytest.mark.parametrize(
    ("what", "expected"),
    [
        (first, 50),
        (unchanged, 10),
        (changed, 45),
        (conflicting, 30),
        (conflicting_again, 24),
        (settled, 30),
        (sibling, 35),
        (rejected, 14),
        (deleted, 14),
        (with_other_ids, 28),
    ],
)
@pytest.mark.parametrize("number", NUMBERS)
def test_the_number_of_queries_does_not_grow_with_the_entries(queries, what, expected, number):
    if connection.vendor == "postgresql" and what is not unchanged:
        # One query takes the lock of the only writer, another the lock on tag names.
        expected += 2 if what in (first, changed) else 1

    assert what(queries, number) == expected


def test_a_second_batch_takes_no_more_than_the_first(queries):
    one = queries(posts(MAX_BATCH_ENTRIES))

    two = queries(posts(2 * MAX_BATCH_ENTRIES, title="Other"), url="https://other.example/feed")

    assert two < 2 * one
