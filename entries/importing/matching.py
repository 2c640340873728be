"""Which entries of a document are known already, in a fixed number of queries a batch."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cached_property

from entries.models import Entry, IdentityKey, Sighting, Source

from .backfill import newest_of
from .identity import Key, guid_key, shared_guid_key
from .items import Item, Known
from .policies import Policies

STATED_TWICE = "the feed states it twice; the newest counts"
STATED_TWICE_FAR_APART = "the feed states it twice, far apart; the first counts"
STATED_TWICE_ALIKE = "the feed states another with this id, title and date; the first counts"

COLUMNS = (
    *("value", "sighting_id", "sighting__source_id", "sighting__entry_id"),
    *("sighting__entry__status", "sighting__raw_hash", "sighting__entry__atom_id"),
    "sighting__filtered_by",
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
        self.stated: dict[str, tuple[str, str]] = {}
        self.shared_guids: set[str] = set()
        self.stated_without_guid: set[str] = set()
        self.stated_dates: list[datetime] = []
        self._begin()

    def _begin(self) -> None:
        """What holds for the present try to match a batch."""
        self.claimed_now: set[int] = set()
        self.stated_without_guid_now: set[str] = set()
        self.no_longer_filtered: set[int] = set()

    @cached_property
    def newest_before(self) -> datetime | None:
        """The date of the newest post that the source had when this was first asked."""
        return newest_of(self.source)

    def prepare(self, batch: Sequence[Item]) -> None:
        """Tell what the document states twice. Once for each batch, before it is matched."""
        self._find_stated_twice(batch)

    def match(self, batch: Sequence[Item]) -> list[Item]:
        """The items, in order, each with the sighting it was known by, if any.

        Two queries where every entry is known by its guid and unchanged, four otherwise.
        """
        self._begin()
        # Copies: what another try has found out does not hold any more.
        items = [replace(item, keys=list(item.keys)) for item in batch]
        by_guid = self._match_guids(items)
        rest = [item for item in items if not item.is_unchanged and not item.skip]
        for item in rest:
            if not item.guid_is_its_own:
                item.keys = [key for key in item.keys if key.rule != "guid, normalised"]
        unknown = [item for item in rest if item.known is None]
        if unknown:
            self._match_other_keys(unknown)
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
        self.stated_without_guid |= self.stated_without_guid_now
        self.stated_dates += [
            item.dates.published
            for item in items
            if not item.skip and item.dates.rule in ("published", "updated")
        ]

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
                before, now = self.stated_without_guid, self.stated_without_guid_now
                if title_and_date in before or title_and_date in now:
                    item.skip = STATED_TWICE_ALIKE
                self.stated_without_guid_now.add(title_and_date)
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
            and known.raw_hash == item.raw_hash
            and not known.filtered_by
        )
        if known.filtered_by:
            item.filtered_by = self.policies.find_hit(item)
        self.claimed_now.add(known.pk)


def agrees(item: Item, sighting: Sighting) -> bool:
    """Whether title or date say as well that the two are one entry."""
    if item.data.title and item.data.title == sighting.base.get("title"):
        return True
    return item.dates.published.isoformat() == sighting.base["published"]


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
        return (known.filtered_by, known.raw_hash) != (item.filtered_by, item.raw_hash)
    return known.entry_id is not None and not is_rejected(known)


def is_as_stored(item: Item) -> bool:
    """Whether an item says nothing new of an entry that is here: there is nothing to write."""
    known = item.known
    if known is None or item.skip or known.entry_id is None or is_rejected(known):
        return False
    return item.is_unchanged
