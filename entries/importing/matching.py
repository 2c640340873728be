"""Which entries of a document are known already, in a fixed number of queries a batch."""

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import NamedTuple

from entries.models import Entry, IdentityKey, Sighting, Source

from .backfill import newest_of
from .dates import EntryDates, find_dates
from .feeddata import EntryData
from .identity import Key, find_keys, guid_key, shared_guid_key
from .policies import Policies
from .received import received_bytes
from .values import CLEANING_VERSION


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


STATED_TWICE = "the feed states it twice; the newest counts"
STATED_TWICE_FAR_APART = "the feed states it twice, far apart; the first counts"
STATED_TWICE_ALIKE = "the feed states another with this id, title and date; the first counts"

COLUMNS = (
    *("value", "sighting_id", "sighting__source_id", "sighting__entry_id"),
    *("sighting__entry__status", "sighting__received_hash", "sighting__entry__atom_id"),
    "sighting__filtered_by",
)


@dataclass
class Item:
    """One entry of the document on its way in."""

    data: EntryData
    received: bytes
    received_hash: str
    guid: str
    dates: EntryDates
    guid_is_its_own: bool = True
    known: Known | None = None
    rule: str = "new"
    keys: list[Key] = field(default_factory=list)
    filtered_by: str = ""  # the filter that leaves it out
    skip: str = ""  # why it is left out, such as that the document states it twice
    is_unchanged: bool = False


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
        self.stated: dict[str, tuple[str, str]] = {}
        self.shared_guids: set[str] = set()
        self.stated_without_guid: set[str] = set()
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
        self._find_stated_twice(items)
        by_guid = self._match_guids(items)
        rest = [item for item in items if not item.is_unchanged and not item.skip]
        for item in rest:
            # A date that was only made up here would give other keys in every run.
            own = item.dates.published if item.dates.rule in ("published", "updated") else None
            item.keys = find_keys(item.data, self.source.pk, own, self.source.site_url)
            if not item.guid_is_its_own:
                item.keys = [key for key in item.keys if key.rule != "guid, normalised"]
        unknown = [item for item in rest if item.known is None]
        if unknown:
            self._match_other_keys(unknown)
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
        # The feed's own date changes with every new post, and says nothing new of this one.
        decides = received if data.envelope else json.dumps(data.raw, sort_keys=True).encode()
        decides += data.context.as_json_without_date.encode()
        received_hash = hashlib.blake2b(decides, digest_size=16).hexdigest()
        dates = find_dates(data, self.now, self.zone)
        return Item(
            data,
            received,
            f"{CLEANING_VERSION}:{received_hash}",
            data.guid,
            dates,
            skip=data.left_out,
        )

    def _find_stated_twice(self, items: Sequence[Item]) -> None:
        """Tell an entry that stands twice (the newest counts) from two that share a guid.

        Of two that stand further apart than a batch the first counts, whatever its date.
        """
        first: dict[str, Item] = {}
        for item in items:
            if not item.guid or item.skip:
                continue
            what = (item.data.link, item.data.title)
            if item.guid not in self.stated:
                self.stated[item.guid] = what
                first[item.guid] = item
            elif self.stated[item.guid] != what:
                self.shared_guids.add(item.guid)
            elif item.guid in first and self._is_newer(item, first[item.guid]):
                first[item.guid].skip = STATED_TWICE
                first[item.guid] = item
            else:
                item.skip = STATED_TWICE if item.guid in first else STATED_TWICE_FAR_APART
        for item in items:
            item.guid_is_its_own = bool(item.guid) and item.guid not in self.shared_guids

    def _is_newer(self, item: Item, other: Item) -> bool:
        return item.dates.updated > other.dates.updated

    def _match_guids(self, items: Sequence[Item]) -> dict[int, Key]:
        """Returns the key that each item's guid makes, by the item's identity."""
        asked = [item for item in items if item.guid and not item.skip]
        shared = {id(item): shared_guid_key(item.guid, self.source.pk) for item in asked}
        keys = {id(item): guid_key(item.guid, self.source.pk) for item in asked}
        found = self._known([key.value for key in (*shared.values(), *keys.values())])
        for item in asked:
            if shared[id(item)].value in found:
                item.guid_is_its_own = False
            if not item.guid_is_its_own:
                keys[id(item)] = shared[id(item)]
            elif known := self._first_free(item, found.get(keys[id(item)].value, ())):
                self._claim(item, known, "guid")
        return keys

    def _match_other_keys(self, items: Sequence[Item]) -> None:
        found = self._known([key.value for item in items for key in item.keys])
        candidates = {known.pk for rows in found.values() for known in rows}
        stored = Sighting.objects.in_bulk(candidates) if candidates else {}
        links = Counter(item.data.link for item in items)
        for item in items:
            title_and_date = next((k.value for k in item.keys if k.rule == "title and date"), None)
            if not item.guid_is_its_own and title_and_date:
                if title_and_date in self.stated_without_guid:
                    item.skip = STATED_TWICE_ALIKE
                self.stated_without_guid.add(title_and_date)
            for key in item.keys if not item.skip else ():
                sure = key.rule != "link" or (not item.guid and links[item.data.link] == 1)
                rows = [row for row in found[key.value] if sure or agrees(item, stored[row.pk])]
                if known := self._first_free(item, rows):
                    self._claim(item, known, key.rule)
                    break
            # A link that another entry has already tells the two apart no more.
            item.keys = [
                key
                for key in item.keys
                if key.rule != "link"
                or item.known
                or all(row.pk in self.no_longer_filtered for row in found[key.value])
            ]

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
        free = [row for row in rows if row.pk not in self.claimed and self._still_counts(item, row)]
        return min(
            free,
            key=lambda row: (row.source_id != self.source.pk, row.entry_id is None, row.pk),
            default=None,
        )

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
        if known.filtered_by:
            item.filtered_by = self.policies.find_hit(item.data)
        self.claimed.add(known.pk)


def agrees(item: Item, sighting: Sighting) -> bool:
    """Whether title or date say as well that the two are one entry."""
    if item.data.title and item.data.title == sighting.base.get("title"):
        return True
    return item.dates.published.isoformat() == sighting.base["published"]


def is_rejected(known: Known) -> bool:
    return known.status == Entry.Status.REJECTED
