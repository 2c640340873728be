"""What one batch of an import writes, gathered while it is decided and written together."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from django.db.models import F

from entries import models
from entries.importing.normalizing.envelopes import store_envelopes
from entries.importing.normalizing.item import Item
from entries.importing.parsing.feed_data import Envelope
from entries.importing.parsing.upstream_fields import COLUMNS, ENCLOSURE_COLUMNS, Enclosure, as_json
from entries.importing.report import COUNTED_AS, EntryReport
from entries.lib.characters import strip_controls
from entries.models import Change, Entry, IdentityKey, ImportLine, ImportRun, OriginalPath, Sighting
from entries.models.original_path import further_addresses
from entries.models.search_document import indexed_together
from entries.models.tagging import set_tags

from .decisions import Decision

# The keys follow the address of the original page by themselves.
ENTRY_UPDATES = [*COLUMNS, "original_key", "id_key", "updated", "modified_at"]
SIGHTING_UPDATES = [
    *("guid", "matched_by", "received", "received_hash", "statement_hash", "envelope"),
    *("removed", "filtered_by", "base", "last_seen_at"),
]


class Writes:
    """Rows to write. The number of queries is the same for any number of them."""

    def __init__(self) -> None:
        self.new_entries: list[Entry] = []
        self.changed_entries: list[Entry] = []
        self.new_sightings: list[Sighting] = []
        self.changed_sightings: list[Sighting] = []
        self.envelopes: dict[Envelope, list[Sighting]] = defaultdict(list)
        self.keys: list[tuple[Sighting, str]] = []
        self.addresses: list[tuple[Entry, str]] = []
        self.tags: list[tuple[Entry, Sequence[str]]] = []
        self.enclosures: list[tuple[Entry, Sequence[Enclosure]]] = []
        self.changes: list[Change] = []
        self.settled_changes: list[int] = []
        self.lines: list[tuple[Item, Decision]] = []
        self.no_longer_filtered: set[int] = set()

    def enclose(self, sighting: Sighting, envelope: Envelope | None) -> None:
        """Let the sighting refer to what stood around it in its document."""
        sighting.envelope = None
        if envelope:
            self.envelopes[envelope].append(sighting)

    def lead_from(self, entry: Entry, addresses: Iterable[str]) -> None:
        """Let the paths in these addresses lead to the entry, as it is by now."""
        self.addresses += [(entry, address) for address in further_addresses(entry, addresses)]

    def take(self, entry: Entry, values: Mapping[str, Any]) -> None:
        """Give the entry these values, by the names of UpstreamFields."""
        for name, value in values.items():
            if name == "tags":
                self.tags.append((entry, value))
            elif name == "enclosures":
                self.enclosures.append((entry, value))
            else:
                setattr(entry, name, as_json(value))

    def write(self, run: ImportRun) -> None:
        """Write it all, if there is anything to say. Call within a transaction."""
        if not self.lines:
            return
        if self.no_longer_filtered:
            Sighting.objects.filter(pk__in=self.no_longer_filtered).delete()
        with indexed_together():
            self._write_entries(run)
            self._write_changes()
        self._write_enclosures()
        ImportLine.objects.bulk_create(
            ImportLine(
                run=run,
                entry=done.entry,
                guid=strip_controls(item.guid),
                title=item.data.title,
                action=done.action,
                reasons=done.reasons,
                matched_by=item.rule,
                dated_by=item.dates.rule,
                removed=done.removed,
                filtered_by=done.filtered_by,
                fields=done.fields,
            )
            for item, done in self.lines
        )

    def _write_entries(self, run: ImportRun) -> None:
        Entry.objects.bulk_create(self.new_entries)
        update(Entry, self.changed_entries, ENTRY_UPDATES)
        for envelope, pk in store_envelopes(run.source, self.envelopes).items():
            for sighting in self.envelopes[envelope]:
                sighting.envelope_id = pk
        Sighting.objects.bulk_create(self.new_sightings)
        update(Sighting, self.changed_sightings, SIGHTING_UPDATES)
        IdentityKey.objects.bulk_create(
            [IdentityKey(sighting=sighting, value=value) for sighting, value in self.keys],
            # Of what was known before, most of the keys are.
            ignore_conflicts=True,
        )
        OriginalPath.objects.keep((entry.pk, address) for entry, address in self.addresses)
        if self.tags:
            set_tags({entry.pk: names for entry, names in self.tags})

    def _write_changes(self) -> None:
        if self.settled_changes:
            Change.objects.filter(pk__in=self.settled_changes).delete()
        if new := [change for change in self.changes if not change.pk]:
            Change.objects.bulk_create(new)
        update(Change, [change for change in self.changes if change.pk], ["theirs", "seen_at"])

    def _write_enclosures(self) -> None:
        write_enclosures(
            {entry.pk: rows for entry, rows in self.enclosures},
            old=[entry.pk for entry, _ in self.enclosures if entry in self.changed_entries],
        )


def write_enclosures(wanted: Mapping[int, Sequence[Enclosure]], old: Collection[int]) -> None:
    """Give entries these enclosures, by primary key. Those of `old` ones are replaced."""
    if old:
        models.Enclosure.objects.filter(entry__in=old).delete()
    models.Enclosure.objects.bulk_create(
        models.Enclosure(entry_id=pk, **{x: getattr(enclosure, x) for x in ENCLOSURE_COLUMNS})
        for pk, enclosures in wanted.items()
        for enclosure in enclosures
    )


def update(model, rows, fields) -> None:
    """Update rows by primary key in one query."""
    if rows:
        model.objects.bulk_create(
            rows, update_conflicts=True, unique_fields=["pk"], update_fields=fields
        )


def count(run: ImportRun, reports: Sequence[EntryReport]) -> None:
    """Add what was done to the run's sums, in the transaction in which it was done."""
    sums = Counter(COUNTED_AS.get(report.action, report.action) for report in reports)
    ImportRun.objects.filter(pk=run.pk).update(
        **{name: F(name) + number for name, number in sums.items()}
    )
