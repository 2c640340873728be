"""Which entries of a document are known already, in a fixed number of queries a batch."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cached_property

from entries.importing.normalizing.item import Item, Known
from entries.importing.normalizing.keys import Key, guid_key, shared_guid_key
from entries.importing.normalizing.received_bytes import is_same_but_for_cleaning
from entries.importing.normalizing.repeats import Statements
from entries.importing.normalizing.source_policies import Policies
from entries.models import Entry, IdentityKey, Source

from .backfill import newest_of
from .key_rules import Rules

COLUMNS = (
    *("value", "sighting_id", "sighting__source_id", "sighting__entry_id"),
    *("sighting__entry__status", "sighting__received_hash", "sighting__entry__atom_id"),
    *("sighting__filtered_by", "sighting__statement_hash"),
)


class Matcher:
    """Matches the entries of one document, batch by batch, against what is stored.

    Within one document no two entries are matched to the same sighting. A batch is prepared
    once, matched as often as need be, and settled when it has been stored.
    """

    def __init__(self, source: Source, policies: Policies):
        self.source = source
        self.policies = policies
        self.claimed: set[int] = set()
        self.statements = Statements()
        self.stated_dates: list[datetime] = []
        self._begin()

    def _begin(self) -> None:
        """What holds for the present try to match a batch."""
        self.claimed_now: set[int] = set()
        self.no_longer_filtered: set[int] = set()

    @cached_property
    def newest_before(self) -> datetime | None:
        """The date of the newest post that the source had when this was first asked."""
        return newest_of(self.source)

    def prepare(self, batch: Sequence[Item]) -> None:
        """Tell what the document states twice. Once for each batch, before it is matched."""
        self.statements.tell_apart(batch)

    def match(self, batch: Sequence[Item]) -> list[Item]:
        """The items, in order, each with the sighting it was known by, if any.

        Two queries where every entry is known by its guid and unchanged, four otherwise.
        """
        self._begin()
        # Copies: what another try has found out does not hold any more.
        items = [replace(item, keys=list(item.keys)) for item in batch]
        by_guid, alike = self._match_guids(items)
        rest = [item for item in items if not item.is_unchanged and not item.skip]
        for item in rest:
            if not item.guid_is_its_own:
                item.keys = [key for key in item.keys if key.rule != "guid, normalised"]
        unknown = [item for item in rest if item.known is None]
        if unknown:
            self._match_other_keys(unknown, alike)
        for item in rest:
            if item.guid and not item.skip:
                item.keys.insert(0, by_guid[id(item)])
            if item.known is None and not item.skip:
                item.filtered_by = self.policies.find_hit(item)
        return items

    def settle(self, items: Sequence[Item], new_sightings: Iterable[int]) -> None:
        """The batch is stored as it was matched last.

        What the document has stated once, none of its later entries is taken for.
        """
        self.claimed |= self.claimed_now
        self.claimed.update(new_sightings)
        self.stated_dates += [
            item.dates.published for item in items if not item.skip and item.dates.is_own
        ]

    def _match_guids(self, items: Sequence[Item]) -> tuple[dict[int, Key], dict[int, list[Known]]]:
        """Returns, by each item's identity, the key that its guid makes, and the sightings of
        this source that have the guid where it is not the item's own."""
        asked = [item for item in items if item.guid and not item.skip]
        shared = {id(item): shared_guid_key(item.guid, self.source.pk) for item in asked}
        keys = {id(item): guid_key(item.guid, self.source.pk) for item in asked}
        found = self._known([key.value for key in (*shared.values(), *keys.values())])
        alike: dict[int, list[Known]] = {}
        for item in asked:
            plain, marked = keys[id(item)], shared[id(item)]
            if marked.value in found:
                item.guid_is_its_own = False
            if not item.guid_is_its_own:
                keys[id(item)] = marked
                rows = [*found.get(plain.value, ()), *found.get(marked.value, ())]
                alike[id(item)] = [row for row in rows if row.source_id == self.source.pk]
            elif known := self._first_free(item, found.get(plain.value, ())):
                self._claim(item, known, "guid")
        return keys, alike

    def _match_other_keys(self, items: Sequence[Item], alike: dict[int, list[Known]]) -> None:
        found = self._known([key.value for item in items for key in item.keys])
        self._match_statements(items, found, alike)
        left = [item for item in items if item.known is None]
        if left:
            self._match_rules(items, found, alike)
        for item in left:
            # A link that another entry has already tells the two apart no more.
            item.keys = [
                key
                for key in item.keys
                if key.rule != "link"
                or item.known
                or all(row.pk in self.no_longer_filtered for row in found[key.value])
            ]

    def _match_rules(self, items, found, alike) -> None:
        rules = Rules(items, found, alike, self.source.pk, self._is_free)
        for item in items:
            for rule, rows in rules.candidates(item) if item.known is None else ():
                if known := self._first_free(item, rows):
                    self._claim(item, known, rule)
                    rules.settle(item)
                    break

    def _match_statements(self, items, found, alike) -> None:
        """Match what says just what it said, whatever else shares its guid, link or title."""
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

    def _known(self, values: Sequence[str]) -> dict[str, list[Known]]:
        found: dict[str, list[Known]] = defaultdict(list)
        if values:
            rows = IdentityKey.objects.filter(value__in=values).values_list(*COLUMNS)
            for row in rows.order_by("sighting_id"):
                known = Known(*row)
                # Each source has filters of its own.
                if not known.filtered_by or known.source_id == self.source.pk:
                    found[known.value].append(known)
        return found

    def _first_free(self, item: Item, rows: Sequence[Known]) -> Known | None:
        """This source's sighting before another's, a living entry's before a tombstone."""
        free = [row for row in rows if self._is_free(row) and self._still_counts(item, row)]
        return min(
            free,
            key=lambda row: (row.source_id != self.source.pk, row.entry_id is None, row.pk),
            default=None,
        )

    def _is_free(self, row: Known) -> bool:
        return row.pk not in self.claimed and row.pk not in self.claimed_now

    def _still_counts(self, item: Item, row: Known) -> bool:
        """False for one that was left out by filters that let it in by now."""
        if row.filtered_by and not self.policies.find_hit(item):
            self.no_longer_filtered.add(row.pk)
            return False
        return True

    def _claim(self, item: Item, known: Known, rule: str) -> None:
        item.known, item.rule = known, rule
        item.is_unchanged = (
            known.source_id == self.source.pk
            and known.received_hash == item.received_hash
            and not known.filtered_by
        )
        item.is_cleaned_anew = known.source_id == self.source.pk and is_same_but_for_cleaning(
            known.received_hash, item.received_hash
        )
        if known.filtered_by:
            item.filtered_by = self.policies.find_hit(item)
        self.claimed_now.add(known.pk)


def is_rejected(known: Known) -> bool:
    return known.status == Entry.Status.REJECTED


def needs_cleaning(item: Item) -> bool:
    """Whether it takes an item's values to say what becomes of it, as it has been matched."""
    known = item.known
    if item.skip or item.is_unchanged:
        return False
    if known is None:
        return not item.is_empty
    if item.filtered_by:
        return (known.filtered_by, known.received_hash) != (item.filtered_by, item.received_hash)
    return known.entry_id is not None and not is_rejected(known)


def is_as_stored(item: Item) -> bool:
    """Whether an item says nothing new of an entry that is here: there is nothing to write."""
    known = item.known
    if known is None or item.skip or known.entry_id is None or is_rejected(known):
        return False
    return item.is_unchanged
