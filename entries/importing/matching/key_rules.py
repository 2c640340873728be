"""When a key is enough to know an entry again that says something else than it said."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from entries.importing.normalizing.dates import OWN_DATES
from entries.models import Sighting

MAX_COMPARED = 200  # sightings with an entry's guid that are compared with it


class Rules:
    """Finds the sightings that each entry of a batch can be, rule by rule.

    A key that several entries of the batch or several sightings of the source share tells
    nothing by itself. Then the dates must be the same as well, and as many entries be left as
    sightings: otherwise one may be new, and it must not take the place of another.

    `items` are the entries that their guids have not told, with the keys of each in `found`;
    `alike` are the source's sightings with the same guid, for those whose guid is not their own.
    """

    def __init__(
        self,
        items: Sequence[Any],
        found: Mapping[str, Sequence[Any]],
        alike: Mapping[int, Sequence[Any]],
        source_pk: int,
        is_free: Callable[[Any], bool],
    ):
        self.found, self.source_pk, self.is_free = found, source_pk, is_free
        self.alike = {place: rows[-MAX_COMPARED:] for place, rows in alike.items()}
        self.uses = Counter(key.value for item in items for key in item.keys)
        left = [item for item in items if item.known is None]
        self.left = Counter(trait for item in left for trait in self._traits(item))
        rows = [row for item in left for key in item.keys for row in found[key.value]]
        rows += [row for item in left for row in self.alike.get(id(item), ())]
        compared = {row.pk for row in rows if is_free(row)}
        sightings = Sighting.objects.only("base", "dated_by")
        self.stored = sightings.in_bulk(compared) if compared else {}

    def candidates(self, item: Any) -> Iterator[tuple[str, list[Any]]]:
        """Each rule that can tell, in order, with the sightings that it finds."""
        with_guid = self.alike.get(id(item), ())
        same_guid = {row.pk for row in with_guid}
        for key in item.keys:
            rows = [row for row in self.found[key.value] if self.is_free(row)]
            own = [row for row in self.found[key.value] if row.source_id == self.source_pk]
            shared = self.uses[key.value] > 1 or len(own) > 1
            if shared and key.rule != "guid, normalised":
                yield key.rule, self._by_date(item, key.value, rows)
            elif key.rule == "link" and item.guid:
                yield (
                    key.rule,
                    [row for row in rows if row.pk in same_guid or self._agrees(item, row)],
                )
            else:
                yield key.rule, rows
        rows = [row for row in with_guid if self.is_free(row)]
        yield "guid and date", self._by_date(item, item.guid, rows)

    def settle(self, item: Any) -> None:
        """The entry has been known by one of its candidates."""
        self.left.subtract(self._traits(item))

    def _traits(self, item: Any) -> list[tuple[str, Any]]:
        """The values that entries share which could be taken for each other."""
        return [
            (value, item.dates.published) for value in (item.guid, *(k.value for k in item.keys))
        ]

    def _by_date(self, item: Any, value: str, rows: Sequence[Any]) -> list[Any]:
        """The rows of the same date, if there are as many as entries that could be meant."""
        if not item.dates.is_own:
            return []
        same = [row for row in rows if self._has_date(row, item)]
        own = [row for row in same if row.source_id == self.source_pk]
        return same if len(own) in (0, self.left[value, item.dates.published]) else []

    def _has_date(self, row: Any, item: Any) -> bool:
        sighting = self.stored[row.pk]
        stated = sighting.base.get("published") == item.dates.published.isoformat()
        return stated and sighting.dated_by in OWN_DATES

    def _agrees(self, item: Any, row: Any) -> bool:
        """True when the title or the date is the same as well."""
        base = self.stored[row.pk].base
        if item.data.title and item.data.title == base.get("title"):
            return True
        return item.dates.published.isoformat() == base.get("published")
