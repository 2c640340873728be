"""Which entries of a document are known already, in a fixed number of queries a batch."""

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from entries.models import Entry, IdentityKey, Sighting, Source

from .dates import EntryDates, find_dates
from .identity import Key, find_keys, guid_key, shared_guid_key
from .parse import EntryData


class Known(NamedTuple):
    """A sighting in the database, as far as it takes to tell whether anything is to do."""

    value: str
    pk: int
    source_id: int
    entry_id: int | None
    status: str | None
    raw_hash: str
    atom_id: str | None


STATED_TWICE = "the feed states it twice; the newest counts"
STATED_TWICE_FAR_APART = "the feed states it twice, far apart; the first counts"
STATED_TWICE_ALIKE = "the feed states another with this id, title and date; the first counts"

COLUMNS = (
    *("value", "sighting_id", "sighting__source_id", "sighting__entry_id"),
    *("sighting__entry__status", "sighting__raw_hash", "sighting__entry__atom_id"),
)


@dataclass
class Item:
    """One entry of the document on its way in."""

    data: EntryData
    raw: str
    raw_hash: str
    guid: str
    guid_is_its_own: bool = True
    known: Known | None = None
    rule: str = "new"
    keys: list[Key] = field(default_factory=list)
    dates: EntryDates = field(init=False)
    twice: str = ""  # why it is left out, if the document states it more than once
    is_unchanged: bool = False


class Matcher:
    """Matches the entries of one document, batch by batch, against what is stored.

    Within one document no two entries are matched to the same sighting.
    """

    def __init__(self, source: Source, now: datetime):
        self.source = source
        self.now = now
        self.claimed: set[int] = set()
        self.stated: dict[str, tuple[str, str]] = {}
        self.shared_guids: set[str] = set()
        self.stated_without_guid: set[str] = set()

    def match(self, batch: Sequence[EntryData]) -> list[Item]:
        """Items for the entries, in order, each with the sighting it was known by, if any.

        Two queries where every entry is known by its guid and unchanged, four otherwise.
        """
        items = [self._item(data) for data in batch]
        self._find_stated_twice(items)
        by_guid = self._match_guids(items)
        rest = [item for item in items if not item.is_unchanged and not item.twice]
        for item in rest:
            item.dates = find_dates(item.data, self.now)
            # A date that was only made up here would give other keys in every run.
            own = item.dates.published if item.dates.rule in ("published", "updated") else None
            item.keys = find_keys(item.data, self.source.pk, own, self.source.site_url)
            if not item.guid_is_its_own:
                item.keys = [key for key in item.keys if key.rule != "guid, normalised"]
        unknown = [item for item in rest if item.known is None]
        if unknown:
            self._match_other_keys(unknown)
        for item in rest:
            if item.guid and not item.twice:
                item.keys.insert(0, by_guid[id(item)])
        return items

    def _item(self, data: EntryData) -> Item:
        entry = json.dumps(data.raw, sort_keys=True)
        context = vars(data.context) | {"author": vars(data.context.author)}
        raw = f'{{"entry": {entry}, "feed": {json.dumps(context, sort_keys=True)}}}'
        # The feed's own date changes with every new post, and says nothing new of this one.
        stated = entry + json.dumps(context | {"updated": ""}, sort_keys=True)
        raw_hash = hashlib.blake2b(stated.encode(), digest_size=16).hexdigest()
        return Item(data, raw, raw_hash, data.guid)

    def _find_stated_twice(self, items: Sequence[Item]) -> None:
        """Tell an entry that stands twice (the newest counts) from two that share a guid.

        Of two that stand further apart than a batch the first counts, whatever its date.
        """
        first: dict[str, Item] = {}
        for item in items:
            if not item.guid:
                continue
            what = (item.data.link, item.data.title)
            if item.guid not in self.stated:
                self.stated[item.guid] = what
                first[item.guid] = item
            elif self.stated[item.guid] != what:
                self.shared_guids.add(item.guid)
            elif item.guid in first and self._is_newer(item, first[item.guid]):
                first[item.guid].twice = STATED_TWICE
                first[item.guid] = item
            else:
                item.twice = STATED_TWICE if item.guid in first else STATED_TWICE_FAR_APART
        for item in items:
            item.guid_is_its_own = bool(item.guid) and item.guid not in self.shared_guids

    def _is_newer(self, item: Item, other: Item) -> bool:
        return find_dates(item.data, self.now).updated > find_dates(other.data, self.now).updated

    def _match_guids(self, items: Sequence[Item]) -> dict[int, Key]:
        """Returns the key that each item's guid makes, by the item's identity."""
        asked = [item for item in items if item.guid and not item.twice]
        shared = {id(item): shared_guid_key(item.guid, self.source.pk) for item in asked}
        keys = {id(item): guid_key(item.guid, self.source.pk) for item in asked}
        found = self._known([key.value for key in (*shared.values(), *keys.values())])
        for item in asked:
            if shared[id(item)].value in found:
                item.guid_is_its_own = False
            if not item.guid_is_its_own:
                keys[id(item)] = shared[id(item)]
            elif known := self._first_free(found.get(keys[id(item)].value, ())):
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
                    item.twice = STATED_TWICE_ALIKE
                self.stated_without_guid.add(title_and_date)
            for key in item.keys if not item.twice else ():
                sure = key.rule != "link" or (not item.guid and links[item.data.link] == 1)
                rows = [row for row in found[key.value] if sure or agrees(item, stored[row.pk])]
                if known := self._first_free(rows):
                    self._claim(item, known, key.rule)
                    break
            # A link that another entry has already tells the two apart no more.
            item.keys = [
                key for key in item.keys if key.rule != "link" or item.known or not found[key.value]
            ]

    def _known(self, values: Sequence[str]) -> dict[str, list[Known]]:
        found: dict[str, list[Known]] = defaultdict(list)
        if values:
            rows = IdentityKey.objects.filter(value__in=values).values_list(*COLUMNS)
            for row in rows.order_by("sighting_id"):
                found[row[0]].append(Known(*row))
        return found

    def _first_free(self, rows: Sequence[Known]) -> Known | None:
        """This source's sighting before another's, a living entry's before a tombstone."""
        free = [row for row in rows if row.pk not in self.claimed]
        return min(
            free,
            key=lambda row: (row.source_id != self.source.pk, row.entry_id is None, row.pk),
            default=None,
        )

    def _claim(self, item: Item, known: Known, rule: str) -> None:
        item.known, item.rule = known, rule
        item.is_unchanged = (
            known.source_id == self.source.pk and known.raw_hash == item.raw_hash
        )
        self.claimed.add(known.pk)


def agrees(item: Item, sighting: Sighting) -> bool:
    """Whether title or date say as well that the two are one entry."""
    if item.data.title and item.data.title == sighting.base.get("title"):
        return True
    return item.dates.published.isoformat() == sighting.base["published"]


def is_rejected(known: Known) -> bool:
    return known.status == Entry.Status.REJECTED
