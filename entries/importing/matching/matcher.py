"""`Matcher`: finds the stored sighting of each entry of a document, if there is one."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cached_property

from entries.importing.normalizing.item import Item, KnownSighting
from entries.importing.normalizing.keys import Key, guid_key, shared_guid_key
from entries.importing.normalizing.received_bytes import is_same_but_for_cleaning
from entries.importing.normalizing.repeats import Statements
from entries.importing.normalizing.source_policies import Policies
from entries.models import Entry, IdentityKey, Source

from .backfill import newest_of
from .key_rules import KeyRules

COLUMNS = (
    *("value", "sighting_id", "sighting__source_id", "sighting__entry_id"),
    *("sighting__entry__status", "sighting__received_hash", "sighting__entry__atom_id"),
    *("sighting__filtered_by", "sighting__statement_hash"),
)


class Matcher:
    """Matches the entries of one document to stored sightings, batch by batch.

    No two entries of a document are matched to the same sighting. For each batch call `prepare`
    once, `match` for every attempt to store it, and `mark_stored` when it is stored. The number of
    queries does not grow with the entries of a batch.
    """

    def __init__(self, source: Source, policies: Policies):
        self.source = source
        self.policies = policies
        self.claimed: set[int] = set()
        self.statements = Statements()
        self.stated_dates: list[datetime] = []
        self._begin()

    def _begin(self) -> None:
        """Reset the results of an earlier attempt to match the batch."""
        self.claimed_now: set[int] = set()
        self.no_longer_filtered: set[int] = set()

    @cached_property
    def newest_before(self) -> datetime | None:
        """The date of the source's newest post before this import."""
        return newest_of(self.source)

    def prepare(self, batch: Sequence[Item]) -> None:
        """Mark entries that the document repeats. Call once for each batch, before `match`."""
        self.statements.skip_repeats(batch)

    def match(self, batch: Sequence[Item]) -> list[Item]:
        """Returns copies of the items, in order, each with its matched sighting, if any.

        Two queries if every entry is unchanged and matched by its guid, four otherwise.
        """
        self._begin()
        # Copies, because the results of an earlier attempt no longer apply.
        items = [replace(item, keys=list(item.keys)) for item in batch]
        by_guid, alike = self._match_guids(items)
        rest = [item for item in items if not item.is_unchanged and not item.skip]
        for item in rest:
            if not item.has_own_guid:
                item.keys = [key for key in item.keys if key.rule != "guid, normalised"]
        unknown = [item for item in rest if item.known is None]
        if unknown:
            self._match_other_keys(unknown, alike)
        for item in rest:
            if item.guid and not item.skip:
                item.keys.insert(0, by_guid[id(item)])
            if item.known is None and not item.skip:
                item.filtered_by = self.policies.find_filter(item)
        return items

    def mark_stored(self, items: Sequence[Item], new_sightings: Iterable[int]) -> None:
        """Record that the batch was stored as last matched.

        Its sightings are not matched to later entries of the document.
        """
        self.claimed |= self.claimed_now
        self.claimed.update(new_sightings)
        self.stated_dates += [
            item.dates.published for item in items if not item.skip and item.dates.is_own
        ]

    def _match_guids(
        self, items: Sequence[Item]
    ) -> tuple[dict[int, Key], dict[int, list[KnownSighting]]]:
        """Match by guid. Returns two dictionaries by `id(item)`: the key of its guid, and, for an
        item without a guid of its own, the source's sightings with that guid.
        """
        asked = [item for item in items if item.guid and not item.skip]
        shared = {id(item): shared_guid_key(item.guid, self.source.pk) for item in asked}
        keys = {id(item): guid_key(item.guid, self.source.pk) for item in asked}
        found = self._known([key.value for key in (*shared.values(), *keys.values())])
        alike: dict[int, list[KnownSighting]] = {}
        for item in asked:
            plain, marked = keys[id(item)], shared[id(item)]
            if marked.value in found:
                item.has_own_guid = False
            if not item.has_own_guid:
                keys[id(item)] = marked
                rows = [*found.get(plain.value, ()), *found.get(marked.value, ())]
                alike[id(item)] = [row for row in rows if row.source_id == self.source.pk]
            elif known := self._first_free(item, found.get(plain.value, ())):
                self._claim(item, known, "guid")
        return keys, alike

    def _match_other_keys(
        self, items: Sequence[Item], alike: dict[int, list[KnownSighting]]
    ) -> None:
        found = self._known([key.value for item in items for key in item.keys])
        self._match_statements(items, found, alike)
        left = [item for item in items if item.known is None]
        if left:
            self._match_rules(items, found, alike)
        for item in left:
            # Another entry has this link already: it would not tell the two apart.
            item.keys = [
                key
                for key in item.keys
                if key.rule != "link"
                or item.known
                or all(row.pk in self.no_longer_filtered for row in found[key.value])
            ]

    def _match_rules(self, items, found, alike) -> None:
        rules = KeyRules(items, found, alike, self.source.pk, self._is_free)
        for item in items:
            for rule, rows in rules.candidates(item) if item.known is None else ():
                if known := self._first_free(item, rows):
                    self._claim(item, known, rule)
                    rules.mark_matched(item)
                    break

    def _match_statements(self, items, found, alike) -> None:
        """Match entries with unchanged content, even if others share their guid, link or title."""
        for item in items:
            rows = {row.pk: (row, key.rule) for key in item.keys for row in found[key.value]}
            rows |= {row.pk: (row, "guid") for row in alike.get(id(item), ())}
            same = [
                row
                for row, _ in rows.values()
                if row.source_id == self.source.pk and row.statement_hash == item.statement_hash
            ]
            if known := self._first_free(item, same):
                self._claim(item, known, rows[known.pk][1])

    def _known(self, values: Sequence[str]) -> dict[str, list[KnownSighting]]:
        found: dict[str, list[KnownSighting]] = defaultdict(list)
        if values:
            rows = IdentityKey.objects.filter(value__in=values).values_list(*COLUMNS)
            for row in rows.order_by("sighting_id"):
                known = KnownSighting(*row)
                # A post that another source's filter kept out is no match: filters differ.
                if not known.filtered_by or known.source_id == self.source.pk:
                    found[known.value].append(known)
        return found

    def _first_free(self, item: Item, rows: Sequence[KnownSighting]) -> KnownSighting | None:
        """Returns the best sighting that is still free, or None.

        This source's come before another's, those with an entry before tombstones.
        """
        free = [row for row in rows if self._is_free(row) and self._still_counts(item, row)]
        return min(
            free,
            key=lambda row: (row.source_id != self.source.pk, row.entry_id is None, row.pk),
            default=None,
        )

    def _is_free(self, row: KnownSighting) -> bool:
        return row.pk not in self.claimed and row.pk not in self.claimed_now

    def _still_counts(self, item: Item, row: KnownSighting) -> bool:
        """False for a post that was filtered out and would not be any more."""
        if row.filtered_by and not self.policies.find_filter(item):
            self.no_longer_filtered.add(row.pk)
            return False
        return True

    def _claim(self, item: Item, known: KnownSighting, rule: str) -> None:
        item.known, item.rule = known, rule
        item.is_unchanged = (
            known.source_id == self.source.pk
            and known.received_hash == item.received_hash
            and not known.filtered_by
        )
        item.differs_only_in_cleaning = (
            known.source_id == self.source.pk
            and is_same_but_for_cleaning(known.received_hash, item.received_hash)
        )
        if known.filtered_by:
            item.filtered_by = self.policies.find_filter(item)
        self.claimed_now.add(known.pk)


def is_rejected(known: KnownSighting) -> bool:
    return known.status == Entry.Status.REJECTED


def needs_cleaning(item: Item) -> bool:
    """True if the decision about a matched item depends on its values."""
    known = item.known
    if item.skip or item.is_unchanged:
        return False
    if known is None:
        return not item.is_empty
    if item.filtered_by:
        return (known.filtered_by, known.received_hash) != (item.filtered_by, item.received_hash)
    return known.entry_id is not None and not is_rejected(known)


def needs_no_write(item: Item) -> bool:
    """True if the item is unchanged and its entry exists: there is nothing to write."""
    known = item.known
    if known is None or item.skip or known.entry_id is None or is_rejected(known):
        return False
    return item.is_unchanged
