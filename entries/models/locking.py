"""The order in which writers lock rows, and how a transaction is run again.

A transaction that writes entries or tags takes its locks in this order, rows by primary key:

1. entries (`lock_entries`), before it reads anything of them that the writing depends on, their
   tags included;
2. the names of tags (`lock_tag_names`), where it makes or renames a tag;
3. tags (`lock_tags`), those that entries lose and those that they get;
4. taggings, and everything else: sightings, old addresses, withdrawals, search documents.

A tagging is written only while its tag is locked, so the taggings of a locked tag can be counted.
Imports take turns with each other before step 1 (`importing.storing.one_writer`).

SQLite has one writer at a time, from the start of its transaction. These functions lock nothing
there; they only return the rows that still exist.

Keep transactions short. When two wait for each other all the same, the database ends one of
them, and `retry_deadlocks` runs it again.
"""

import random
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from django.apps import apps
from django.db import IntegrityError, OperationalError, connection
from django.db.models import Model, QuerySet

T = TypeVar("T")

# Databases limit the parameters of a query: SQLite, as it is mostly built, to 32,766.
MAX_BATCH_ENTRIES = 10_000
MAX_TRIES = 6
# Before the second try; twice as long before each further one.
MIN_PAUSE_SECONDS = 0.05
TAG_NAMES_LOCK = 0x74616773  # a number of ours among PostgreSQL's advisory locks

# PostgreSQL's codes: serialization failure, deadlock, lock not available.
MOMENTARY_STATES = {"40001", "40P01", "55P03"}
MOMENTARY_CODES = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


def lock_entries(entries: Iterable[int] | QuerySet, *, to_delete: bool = False) -> list[int]:
    """Lock entries, given by primary key or as a queryset, until the transaction ends.

    Waits while another transaction holds one of them. Returns the primary keys of the entries
    that still exist, in order. One query.
    """
    Entry = apps.get_model("entries.Entry")
    return list(locking(Entry, entries, to_delete=to_delete).values_list("pk", flat=True))


def lock_in_batches(entries: QuerySet, *, to_delete: bool = False) -> Iterator[list[int]]:
    """Lock entries, all at first; then give their primary keys, 10,000 at a time."""
    pks = lock_entries(entries, to_delete=to_delete)
    for start in range(0, len(pks), MAX_BATCH_ENTRIES):
        yield pks[start : start + MAX_BATCH_ENTRIES]


def lock_tags(tags: Iterable[int] | QuerySet, *, to_delete: bool = False) -> list[int]:
    """Lock tags, as `lock_entries` locks entries."""
    Tag = apps.get_model("entries.Tag")
    return list(locking(Tag, tags, to_delete=to_delete).values_list("pk", flat=True))


def locking(
    model: type[Model], rows: Iterable[int] | QuerySet, *, to_delete: bool = False
) -> QuerySet:
    """A queryset of these rows by primary key, which locks them when it is read."""
    wanted = rows.order_by().values("pk") if isinstance(rows, QuerySet) else list(rows)
    # With no_key a new row may refer to a locked one, as a tagging does to its tag. That is wrong
    # only for a row that will be deleted.
    locked = model._default_manager.select_for_update(no_key=not to_delete)
    return locked.filter(pk__in=wanted).order_by("pk")


def lock_tag_names() -> None:
    """Let nobody else make or rename a tag until the transaction ends.

    Without this lock, two transactions could both find a name or a slug free.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [TAG_NAMES_LOCK])


def retry_deadlocks(function: Callable[[], T], also: tuple[type[Exception], ...] = ()) -> T:
    """Call a function that makes one transaction; call it again when another got in its way.

    It is called again after a deadlock, a serialization failure and SQLite's "database is locked".
    The same holds for an IntegrityError (another transaction took a unique value, or deleted a row
    that this one refers to) and for the exceptions in `also`. So the function reads everything in
    each call. Returns the function's result. Raises the last error after MAX_TRIES calls;
    `is_momentary` tells whether another try could succeed.

    Within a transaction only `also` is tried again: the other errors end the whole transaction.
    """
    caught: tuple[type[Exception], ...] = also
    if not connection.in_atomic_block:
        caught = (OperationalError, IntegrityError, *also)
    pause = MIN_PAUSE_SECONDS
    for _ in range(MAX_TRIES - 1):
        try:
            return function()
        except caught as error:
            if not (isinstance(error, (IntegrityError, *also)) or is_momentary(error)):
                raise
        # A random pause, so that the two do not meet again.
        time.sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311 - no secret
        pause *= 2
    return function()


def is_momentary(error: BaseException) -> bool:
    """True for an error that another try may not meet: others were writing at that moment."""
    cause = error.__cause__
    if getattr(cause, "sqlstate", None) in MOMENTARY_STATES:
        return True
    # The lowest eight bits are the kind of error, the others its details.
    return getattr(cause, "sqlite_errorcode", 0) & 0xFF in MOMENTARY_CODES
