"""Links to entries: label, path and day, without the rest of the entry."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from entries.models import Entry

from .entry_row import cached_entry_path, label
from .periods import Period


@dataclass(frozen=True, slots=True)
class EntryLink:
    """A link to a live entry. `label` is its text, never empty."""

    label: str
    path: str
    kind: str
    day: date

    @property
    def period(self) -> Period:
        """The day in the entry's path."""
        return Period.of_day(self.day)


def read_links(pks: Iterable[int]) -> dict[int, EntryLink]:
    """Links to those of these entries that are live, by primary key. At most one query."""
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
