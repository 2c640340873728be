"""Decides when an equal key is enough to match an entry whose content has changed."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from entries.importing.normalizing.dates import OWN_DATES
from entries.models import Sighting

MAX_COMPARED_SIGHTINGS = 200  # for each entry, of those with the same guid


class KeyRules:
    """Finds the sightings that each entry of a batch may match, rule by rule.

    A key that several entries of the batch or several sightings of the source share is not
    enough. Then the dates must be equal too, and there must be as many unmatched entries as
    sightings: otherwise one entry may be new, and must not be matched to another's sighting.

    `items` are the entries that were not matched by guid; `found` has the sightings of each key.
    `alike` has the source's sightings with the same guid, for items without a guid of their own.
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
        self.alike = {place: rows[-MAX_COMPARED_SIGHTINGS:] for place, rows in alike.items()}
        self.uses = Counter(key.value for item in items for key in item.keys)
        left = [item for item in items if item.known is None]
        self.left = Counter(trait for item in left for trait in self._traits(item))
        rows = [row for item in left for key in item.keys for row in found[key.value]]
        rows += [row for item in left for row in self.alike.get(id(item), ())]
        compared = {row.pk for row in rows if is_free(row)}
        sightings = Sighting.objects.only("base", "dated_by")
        self.stored = sightings.in_bulk(compared) if compared else {}

    def candidates(self, item: Any) -> Iterator[tuple[str, list[Any]]]:
        """Yields each rule, in order, with the sightings that it finds."""
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

    def mark_matched(self, item: Any) -> None:
        """Take an entry that has been matched out of the unmatched ones."""
        self.left.subtract(self._traits(item))

    def _traits(self, item: Any) -> list[tuple[str, Any]]:
        """Returns the guid and each key, with the date. Entries that share one are ambiguous."""
        return [
            (value, item.dates.published) for value in (item.guid, *(k.value for k in item.keys))
        ]

    def _by_date(self, item: Any, value: str, rows: Sequence[Any]) -> list[Any]:
        """Returns the rows of the same date, if there are as many as unmatched entries with it."""
        if not item.dates.is_own:
            return []
        same = [row for row in rows if self._has_date(row, item)]
        own = [row for row in same if row.source_id == self.source_pk]
        return same if len(own) in (0, self.left[value, item.dates.published]) else []

    def _has_date(self, row: Any, item: Any) -> bool:
        sighting = self.stored[row.pk]
        is_same = sighting.base.get("published") == item.dates.published.isoformat()
        return is_same and sighting.dated_by in OWN_DATES

    def _agrees(self, item: Any, row: Any) -> bool:
        """True if the title or the date is equal."""
        base = self.stored[row.pk].base
        if item.data.title and item.data.title == base.get("title"):
            return True
        return item.dates.published.isoformat() == base.get("published")
