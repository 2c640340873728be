"""Which entries of a document are known already, in a fixed number of queries a batch."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import NamedTuple

from entries.models import Entry, IdentityKey, Source

from .backfill import newest_of
from .dates import EntryDates, find_dates
from .feeddata import EntryData
from .identity import Key, find_keys, guid_key, shared_guid_key
from .policies import Policies
from .received import is_same_but_for_cleaning, received_bytes, received_hash
from .rules import Rules
from .statements import Statements, statement_hash


class Known(NamedTuple):
    """A sighting in the database, as far as it takes to tell whether anything is to do."""

    value: str
    pk: int
    source_id: int
    entry_id: int | None
    status: str | None
    received_hash: str
    atom_id: str | None
    filtered_by: str
    statement_hash: str


COLUMNS = (
    *("value", "sighting_id", "sighting__source_id", "sighting__entry_id"),
    *("sighting__entry__status", "sighting__received_hash", "sighting__entry__atom_id"),
    *("sighting__filtered_by", "sighting__statement_hash"),
)


@dataclass
class Item:
    """One entry of the document on its way in."""

    data: EntryData
    received: bytes
    received_hash: str
    statement_hash: str
    guid: str
    dates: EntryDates
    guid_is_its_own: bool = True
    known: Known | None = None
    rule: str = "new"
    keys: list[Key] = field(default_factory=list)
    filtered_by: str = ""  # the filter that leaves it out
    skip: str = ""  # why it is left out, such as that the document states it twice
    is_unchanged: bool = False
    is_cleaned_anew: bool = False  # unchanged, but what was known was cleaned by other rules


class Matcher:
    """Matches the entries of one document, batch by batch, against what is stored.

    Within one document no two entries are matched to the same sighting.
    """

    def __init__(self, source: Source, now: datetime, policies: Policies):
        self.source = source
        self.policies = policies
        self.now = now
        self.zone = source.zone
        self.claimed: set[int] = set()
        self.statements = Statements()
        self.stated_dates: list[datetime] = []
        self.no_longer_filtered: set[int] = set()

    @cached_property
    def newest_before(self) -> datetime | None:
        """The date of the newest post that the source had when this was first asked."""
        return newest_of(self.source)

    def match(self, batch: Sequence[EntryData]) -> list[Item]:
        """Items for the entries, in order, each with the sighting it was known by, if any.

        Two queries where every entry is known by its guid and unchanged, four otherwise.
        """
        self.no_longer_filtered = set()
        items = [self._item(data) for data in batch]
        self.statements.tell_apart(items)
        by_guid, alike = self._match_guids(items)
        rest = [item for item in items if not item.is_unchanged and not item.skip]
        for item in rest:
            # A date that was only made up here would give other keys in every run.
            own = item.dates.published if item.dates.rule in ("published", "updated") else None
            item.keys = find_keys(item.data, self.source.pk, own, self.source.site_url)
            if not item.guid_is_its_own:
                item.keys = [key for key in item.keys if key.rule != "guid, normalised"]
        unknown = [item for item in rest if item.known is None]
        if unknown:
            self._match_other_keys(unknown, alike)
        for item in rest:
            if item.guid and not item.skip:
                item.keys.insert(0, by_guid[id(item)])
            if item.known is None and not item.skip:
                item.filtered_by = self.policies.find_hit(item.data)
        self.stated_dates += [
            item.dates.published
            for item in items
            if not item.skip and item.dates.rule in ("published", "updated")
        ]
        return items

    def _item(self, data: EntryData) -> Item:
        received = received_bytes(data)
        return Item(
            data,
            received,
            received_hash(data, received),
            statement_hash(data),
            data.guid,
            find_dates(data, self.now, self.zone),
            skip=data.left_out,
        )

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
        return row.pk not in self.claimed

    def _still_counts(self, item: Item, row: Known) -> bool:
        """False for one that was left out by filters that let it in by now."""
        if row.filtered_by and not self.policies.find_hit(item.data):
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
            item.filtered_by = self.policies.find_hit(item.data)
        self.claimed.add(known.pk)


def is_rejected(known: Known) -> bool:
    return known.status == Entry.Status.REJECTED
