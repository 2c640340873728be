"""Entries as links to them print them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.utils import timezone

from entries.models import Entry

from .listing import cached_entry_path, label
from .periods import Period
from .statements import columns, load, select, stored_columns, table

LABELLED = stored_columns(Entry, "id", "kind", "title", "quoted_source", "day", "slug")
# As `EntryQuerySet.live()` says it; but of two conditions SQLite would take that one's index, and
# walk along all entries that are live.
STATEMENT = f"""
    SELECT {LABELLED} FROM {table(Entry)} WHERE {columns(Entry, "id")} IN (%s)
    AND CASE WHEN {columns(Entry, "status")} = '{Entry.Status.LIVE}'
    THEN {columns(Entry, "published")} <= %s END
"""  # noqa: S608 - of names from the models


@dataclass(frozen=True, slots=True)
class EntryLink:
    """A live entry: what it is called, and where it is."""

    label: str
    path: str
    kind: str
    day: date

    @property
    def period(self) -> Period:
        """The day in the address."""
        return Period.of_day(self.day)


def read_links(pks: Iterable[int]) -> dict[int, EntryLink]:
    """The live ones of the entries with these primary keys. At most one query."""
    pks = list(pks)
    if not pks:
        return {}
    now = connection.ops.adapt_datetimefield_value(timezone.now())
    rows = (load(LABELLED, row) for row in select(STATEMENT, pks, now))
    return {
        pk: EntryLink(
            label(kind, title, quoted_source, day), cached_entry_path(day, slug), kind, day
        )
        for pk, kind, title, quoted_source, day, slug in rows
    }
