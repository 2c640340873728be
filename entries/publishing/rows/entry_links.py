"""Entries as links to them print them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from entries.models import Entry

from .entry_row import cached_entry_path, label
from .periods import Period


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
    rows = Entry.objects.filter(pk__in=pks).only_live()
    return {
        pk: EntryLink(
            label(kind, title, quoted_source, day), cached_entry_path(day, slug), kind, day
        )
        for pk, kind, title, quoted_source, day, slug in rows.values_list(
            "pk", "kind", "title", "quoted_source", "day", "slug"
        )
    }
