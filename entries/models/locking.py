"""Two writers at once: in which order they lock rows, and how the one that gives way tries again.

A transaction that writes entries or tags takes its locks in this order, rows by primary key:

1. entries (`lock_entries`), before it reads anything of them that the writing depends on, their
   tags included;
2. the names of tags (`lock_tag_names`), where it makes or renames a tag;
3. tags (`lock_tags`), those that entries lose and those that they get;
4. taggings, and everything else: sightings, old addresses, withdrawals, search documents.

So nobody writes a tagging without holding its tag, and a tag's taggings can be counted. Imports
take turns among themselves before all that (`importer.one_writer`).

SQLite has one writer at a time, from the start of its transaction: there these functions lock
nothing, and only say which rows are still there.

Transactions are short. Where two wait for each other all the same, the database ends one of them;
`retry_deadlocks` runs that one again.
"""

import random
import sqlite3
import time
from collections.abc import Callable, Iterable
from typing import TypeVar

from django.db import IntegrityError, OperationalError, connection
from django.db.models import Model, QuerySet

T = TypeVar("T")

MAX_TRIES = 6
# Before the second try; twice as long before each further one.
MIN_PAUSE_SECONDS = 0.05
TAG_NAMES_LOCK = 0x74616773  # a number of ours among PostgreSQL's advisory locks

# PostgreSQL's codes: serialization failure, deadlock, lock not available.
MOMENTARY_STATES = {"40001", "40P01", "55P03"}
MOMENTARY_CODES = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


def lock_entries(entries: Iterable[int] | QuerySet, *, to_delete: bool = False) -> list[int]:
    """Lock entries, given by primary key or as a queryset, until the transaction ends.

    Returns the primary keys of those that are still there, in order. Waits for whoever holds
    one of them. One query.
    """
    from .entry import Entry

    return list(locking(Entry, entries, to_delete=to_delete).values_list("pk", flat=True))


def lock_tags(tags: Iterable[int] | QuerySet, *, to_delete: bool = False) -> list[int]:
    """Lock tags, as `lock_entries` locks entries."""
    from .tag import Tag

    return list(locking(Tag, tags, to_delete=to_delete).values_list("pk", flat=True))


def locking(
    model: type[Model], rows: Iterable[int] | QuerySet, *, to_delete: bool = False
) -> QuerySet:
    """These rows in their order, as a queryset that locks them when it is read."""
    wanted = rows.order_by().values("pk") if isinstance(rows, QuerySet) else list(rows)
    # Whoever only refers to a row, such as a new tagging to its tag, waits for no lock but that
    # of a deletion.
    locked = model._default_manager.select_for_update(no_key=not to_delete)
    return locked.filter(pk__in=wanted).order_by("pk")


def lock_tag_names() -> None:
    """Wait until nobody else makes or renames a tag, and keep others from it until the end.

    Without it two who look for a name or a slug would both find it free.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [TAG_NAMES_LOCK])


def retry_deadlocks(function: Callable[[], T], also: tuple[type[Exception], ...] = ()) -> T:
    """Call a function that makes one transaction, again when others were in its way.

    That is a deadlock, a serialization failure, SQLite's "database is locked", a unique value or
    a row referred to that another wrote or deleted at that moment, and what `also` names. The
    function must read again all that it depends on. After MAX_TRIES the error is raised;
    `is_momentary` tells whether it is of this kind.

    Within a transaction only `also` is tried again: the rest needs the whole of it.
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
        # Of different length, so that two that met do not meet again.
        time.sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311 - no secret
        pause *= 2
    return function()


def is_momentary(error: BaseException) -> bool:
    """Whether the database refused only because others were writing at that moment."""
    cause = error.__cause__
    if getattr(cause, "sqlstate", None) in MOMENTARY_STATES:
        return True
    # The last eight bits; those above say more of the reason.
    return getattr(cause, "sqlite_errorcode", 0) & 0xFF in MOMENTARY_CODES
