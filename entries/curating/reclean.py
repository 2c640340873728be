"""Parses and cleans all imported entries again, from their received bytes, without fetching."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from django.db import transaction

from entries.importing.cleaning.sanitizer import sanitize_html
from entries.importing.merging.batch import base_of, follow_updated
from entries.importing.merging.batch_writes import ENTRY_UPDATES, bulk_update, write_enclosures
from entries.importing.merging.current_values import OurValues, our_values
from entries.importing.merging.three_way import merge
from entries.importing.normalizing.dates import find_dates
from entries.importing.normalizing.entry_values import EntryValues
from entries.importing.normalizing.envelopes import parse_again
from entries.importing.normalizing.item import EntryFailure, try_find_values
from entries.importing.normalizing.received_bytes import received_hash
from entries.importing.normalizing.repeats import statement_hash
from entries.importing.normalizing.source_policies import Policies
from entries.importing.parsing.feed_data import EntryData
from entries.importing.parsing.upstream_fields import COLUMNS, Base, Enclosure, as_json
from entries.models import Entry, OriginalPath, Sighting
from entries.models.locking import locking
from entries.models.original_path import further_addresses
from entries.models.tagging import set_tags

logger = logging.getLogger(__name__)

MAX_BATCH_SIGHTINGS = 200
SIGHTING_UPDATES = ["base", "removed", "dated_by", "received_hash", "statement_hash"]


@dataclass
class RecleanReport:
    """The number of sightings processed, and the changed entries with their changed fields.

    `unreadable` are sightings whose bytes the current parsers cannot read; they stay unchanged.
    """

    sightings: int = 0
    changed: list[tuple[str, list[str]]] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)


def reclean(
    dry_run: bool = False, on_sightings: Callable[[int], None] = lambda number: None
) -> RecleanReport:
    """Parse and clean everything imported with the current code, in batches.

    The results are merged as in an import: a field that no editor has changed gets its new value.
    There are no conflicts, since upstream has not changed; text that an editor has changed stays,
    and is sanitised again. A second run changes nothing.
    """
    report = RecleanReport()
    last = 0
    while pks := list(
        Sighting.objects.filter(pk__gt=last, entry__isnull=False)
        .order_by("pk")
        .values_list("pk", flat=True)[:MAX_BATCH_SIGHTINGS]
    ):
        last = pks[-1]
        received = read_received(pks)
        with transaction.atomic():
            Batch(pks, received, report).reclean(dry_run)
        on_sightings(len(pks))
    return report


@dataclass(frozen=True)
class Received:
    """The current parsing and cleaning result of a sighting, and the bytes it was made from."""

    data: EntryData
    values: EntryValues
    stored: bytes


def read_received(pks: list[int]) -> dict[int, Received]:
    """Parse and clean the received bytes of sightings. Call before any row is locked.

    Returns the results by primary key, without sightings that can no longer be read.
    """
    sightings = Sighting.objects.in_bulk(pks)
    found = {}
    for pk, data in parse_again(sightings.values()).items():
        values = try_find_values(data)
        if isinstance(values, EntryFailure):
            logger.error("%s can't be read\n%s", sightings[pk], values.traceback)
        else:
            found[pk] = Received(data, values, bytes(sightings[pk].received))
    return found


class Batch:
    """Some sightings and the entries that they lead. Takes a fixed number of queries."""

    def __init__(self, pks: list[int], received: dict[int, Received], report: RecleanReport):
        self.report = report
        self.received = received
        wanted = Sighting.objects.filter(pk__in=pks)
        leading = wanted.filter(leads=True, entry__isnull=False)
        entries = set(leading.values_list("entry_id", flat=True))
        self.entries = locking(Entry, entries).in_bulk() if entries else {}
        self.sightings = wanted.select_related("source").in_bulk()
        sources = {sighting.source_id: sighting.source for sighting in self.sightings.values()}
        self.policies = {pk: Policies(source) for pk, source in sources.items()}
        led = {s.entry_id: s for s in self.sightings.values() if s.leads}
        self.ours = our_values(self.entries.values(), [sighting.base for sighting in led.values()])
        self.changed_sightings: list[Sighting] = []
        self.changed_entries: list[Entry] = []
        self.tags: dict[int, Sequence[str]] = {}
        self.enclosures: dict[int, Sequence[Enclosure]] = {}
        self.original_urls: list[tuple[int, str]] = []

    def reclean(self, dry_run: bool) -> None:
        for sighting in self.sightings.values():
            self.report.sightings += 1
            received = self.received.get(sighting.pk)
            if received is None:
                self.report.unreadable.append(str(sighting))
            elif received.stored == sighting.received:
                self._merge(sighting, received.data, received.values)
            # Otherwise an import has changed it meanwhile, with the current code.
        if not dry_run:
            self._write()

    def _merge(self, sighting: Sighting, data: EntryData, values: EntryValues) -> None:
        values = self.policies[sighting.source_id].apply(values)
        dates = find_dates(data, sighting.first_seen_at, sighting.source.zone)
        ours = self.ours.get(sighting.entry_id or 0)
        before = Base.from_json(sighting.base, ours.fields if ours else values.fields)
        base = base_of(values, dates)
        if not dates.is_own:
            # The date of the import, which would be another now.
            base = replace(base, published=before.published, updated=before.updated)
        if sighting.leads and (entry := self.entries.get(sighting.entry_id)):
            self._merge_entry(entry, before, base, self.ours[entry.pk])
        stated = {
            "base": base.as_json(),
            "removed": values.removed,
            "dated_by": dates.rule if dates.is_own else sighting.dated_by,
            "received_hash": received_hash(data),
            "statement_hash": statement_hash(data),
        }
        if any(getattr(sighting, name) != value for name, value in stated.items()):
            for name, value in stated.items():
                setattr(sighting, name, value)
            self.changed_sightings.append(sighting)

    def _merge_entry(self, entry: Entry, before: Base, base: Base, ours: OurValues) -> None:
        old, new = ours.comparable(before.fields), ours.comparable(base.fields)
        merged = merge(old, new, ours.fields)
        taken = dict(merged.taken)
        if "content" not in taken and entry.content != base.fields.content:
            page = entry.canonical_url
            html = sanitize_html(entry.content, page, page=page, anchor=entry.atom_id).html
            taken |= {"content": html} if html != entry.content else {}
        redated = follow_updated(entry, before.updated, base.updated)
        if not taken and not redated:
            return
        self.report.changed.append((str(entry), sorted([*taken, *["updated"] * redated])))
        urls = [entry.canonical_url, before.fields.canonical_url]
        for name in taken.keys() & set(COLUMNS):
            setattr(entry, name, as_json(taken[name]))
        self.original_urls += [(entry.pk, url) for url in further_addresses(entry, urls)]
        self.changed_entries.append(entry)
        if "tags" in taken:
            self.tags[entry.pk] = taken["tags"]
        if "enclosures" in taken:
            self.enclosures[entry.pk] = taken["enclosures"]

    def _write(self) -> None:
        bulk_update(Entry, self.changed_entries, ENTRY_UPDATES)
        bulk_update(Sighting, self.changed_sightings, SIGHTING_UPDATES)
        OriginalPath.objects.keep(self.original_urls)
        if self.tags:
            set_tags(self.tags)
        if self.enclosures:
            write_enclosures(self.enclosures, old=self.enclosures.keys())
