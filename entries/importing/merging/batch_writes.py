"""`BatchWrites`: collects the rows that a batch writes, and writes them in bulk."""

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
from entries.models import (
    Entry,
    IdentityKey,
    ImportLine,
    ImportRun,
    OriginalPath,
    Sighting,
    UpstreamChange,
)
from entries.models.original_path import further_addresses
from entries.models.search_document import indexed_together
from entries.models.tagging import set_tags

from .decisions import Decision

# `original_key` and `id_key` are computed from canonical_url and atom_id.
ENTRY_UPDATES = [*COLUMNS, "original_key", "id_key", "updated", "modified_at"]
SIGHTING_UPDATES = [
    *("guid", "matched_by", "received", "received_hash", "statement_hash", "envelope"),
    *("removed", "filtered_by", "base", "last_seen_at"),
]


class BatchWrites:
    """Rows to write. The number of queries does not grow with the rows."""

    def __init__(self) -> None:
        self.new_entries: list[Entry] = []
        self.changed_entries: list[Entry] = []
        self.new_sightings: list[Sighting] = []
        self.changed_sightings: list[Sighting] = []
        self.envelopes: dict[Envelope, list[Sighting]] = defaultdict(list)
        self.keys: list[tuple[Sighting, str]] = []
        self.original_urls: list[tuple[Entry, str]] = []
        self.tags: list[tuple[Entry, Sequence[str]]] = []
        self.enclosures: list[tuple[Entry, Sequence[Enclosure]]] = []
        self.changes: list[UpstreamChange] = []
        self.settled_changes: list[int] = []
        self.lines: list[tuple[Item, Decision]] = []
        self.no_longer_filtered: set[int] = set()

    def set_envelope(self, sighting: Sighting, envelope: Envelope | None) -> None:
        """Set the sighting's envelope, the document around its entry."""
        sighting.envelope = None
        if envelope:
            self.envelopes[envelope].append(sighting)

    def keep_paths(self, entry: Entry, urls: Iterable[str]) -> None:
        """Let the paths of these upstream URLs redirect to the entry (`OriginalPath`)."""
        self.original_urls += [(entry, url) for url in further_addresses(entry, urls)]

    def set_values(self, entry: Entry, values: Mapping[str, Any]) -> None:
        """Set the entry's values, by the field names of UpstreamFields."""
        for name, value in values.items():
            if name == "tags":
                self.tags.append((entry, value))
            elif name == "enclosures":
                self.enclosures.append((entry, value))
            else:
                setattr(entry, name, as_json(value))

    def write(self, run: ImportRun) -> None:
        """Write all rows, if any entry has changed. Call within a transaction."""
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
                entry=decision.entry,
                guid=strip_controls(item.guid),
                title=item.data.title,
                action=decision.action,
                reasons=decision.reasons,
                matched_by=item.rule,
                dated_by=item.dates.rule,
                removed=decision.removed,
                filtered_by=decision.filtered_by,
                fields=decision.fields,
            )
            for item, decision in self.lines
        )

    def _write_entries(self, run: ImportRun) -> None:
        Entry.objects.bulk_create(self.new_entries)
        bulk_update(Entry, self.changed_entries, ENTRY_UPDATES)
        for envelope, pk in store_envelopes(run.source, self.envelopes).items():
            for sighting in self.envelopes[envelope]:
                sighting.envelope_id = pk
        Sighting.objects.bulk_create(self.new_sightings)
        bulk_update(Sighting, self.changed_sightings, SIGHTING_UPDATES)
        IdentityKey.objects.bulk_create(
            [IdentityKey(sighting=sighting, value=value) for sighting, value in self.keys],
            # Entries that were matched have most of their keys already.
            ignore_conflicts=True,
        )
        OriginalPath.objects.keep((entry.pk, url) for entry, url in self.original_urls)
        if self.tags:
            set_tags({entry.pk: names for entry, names in self.tags})

    def _write_changes(self) -> None:
        if self.settled_changes:
            UpstreamChange.objects.filter(pk__in=self.settled_changes).delete()
        if new := [change for change in self.changes if not change.pk]:
            UpstreamChange.objects.bulk_create(new)
        bulk_update(
            UpstreamChange, [change for change in self.changes if change.pk], ["theirs", "seen_at"]
        )

    def _write_enclosures(self) -> None:
        write_enclosures(
            {entry.pk: rows for entry, rows in self.enclosures},
            old=[entry.pk for entry, _ in self.enclosures if entry in self.changed_entries],
        )


def write_enclosures(wanted: Mapping[int, Sequence[Enclosure]], old: Collection[int]) -> None:
    """Write the enclosures of entries, by primary key; for `old` entries, replace them."""
    if old:
        models.Enclosure.objects.filter(entry__in=old).delete()
    models.Enclosure.objects.bulk_create(
        models.Enclosure(entry_id=pk, **{x: getattr(enclosure, x) for x in ENCLOSURE_COLUMNS})
        for pk, enclosures in wanted.items()
        for enclosure in enclosures
    )


def bulk_update(model, rows, fields) -> None:
    """Update rows by primary key in one query."""
    if rows:
        model.objects.bulk_create(
            rows, update_conflicts=True, unique_fields=["pk"], update_fields=fields
        )


def add_to_counts(run: ImportRun, reports: Sequence[EntryReport]) -> None:
    """Add the actions to the run's counts, in the transaction that stores them."""
    counts = Counter(COUNTED_AS.get(report.action, report.action) for report in reports)
    ImportRun.objects.filter(pk=run.pk).update(
        **{name: F(name) + number for name, number in counts.items()}
    )
