"""One batch of entries: decided one by one, written together."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any


from entries.models import (
    Change,
    Enclosure,
    Entry,
    IdentityKey,
    ImportLine,
    ImportRun,
    Sighting,
    Source,
)
from entries.models.entry import free_slug, mint_atom_id
from entries.models.tagging import set_tags

from .identity import is_usable_id
from .matching import Item, Matcher, is_rejected
from .merge import MERGED, Merge, merge
from .ours import our_values
from .report import EntryReport, SourceReport
from entries.characters import strip_controls
from .values import EntryValues, as_base, find_address, find_values, is_empty, moment

COLUMNS = [name for name in MERGED if name not in ("tags", "enclosures")]
ENTRY_UPDATES = [*COLUMNS, "updated", "modified_at"]
SIGHTING_UPDATES = [
    *("guid", "matched_by", "raw_hash", "removed", "base", "raw", "last_seen_at"),
]

# What becomes of an entry: the action, the row if there is one, and the reasons in words.
Decision = tuple[str, Entry | None, list[str]]


class BatchImport:
    """Stores batches of one run. Call within a transaction.

    The number of queries is the same for any number of entries: what is to be written is
    gathered in the lists, and each list is one query.
    """

    def __init__(
        self, source: Source, run: ImportRun, matcher: Matcher, draft: bool, now: datetime
    ):
        self.source = source
        self.run = run
        self.matcher = matcher
        self.now = now
        waits = draft or source.new_entries == Source.NewEntries.DRAFT
        self.first_status = Entry.Status.DRAFT if waits else Entry.Status.LIVE
        self.new_entries: list[Entry] = []
        self.changed_entries: list[Entry] = []
        self.new_sightings: list[Sighting] = []
        self.changed_sightings: list[Sighting] = []
        self.keys: list[tuple[Sighting, str]] = []
        self.tags: list[tuple[Entry, list[str]]] = []
        self.enclosures: list[tuple[Entry, list[list[Any]]]] = []
        self.changes: list[Change] = []
        self.settled_changes: list[int] = []
        self.lines: list[tuple[Entry | None, Item, str, list[str]]] = []

    def store(self, batch: Sequence, report: SourceReport) -> None:
        """Import one batch of EntryData, and add what was done to the report."""
        items = self.matcher.match(batch)
        self._load(items)
        for item in items:
            action, entry, reasons = self._decide(item)
            atom_id = entry.atom_id if entry else (item.known.atom_id if item.known else None)
            name = atom_id or strip_controls(item.guid)
            entry_report = EntryReport(name, item.data.title, action, reasons)
            report.add(entry_report)
            if action != ImportLine.Action.UNCHANGED or reasons:
                self.lines.append((entry, item, action, reasons))
        if self.lines:
            self._write()

    def _load(self, items: Sequence[Item]) -> None:
        """Read the rows that the batch may change, in a fixed number of queries."""
        touched = [item.known for item in items if item.known and not item.is_unchanged]
        self.sightings = in_bulk(Sighting.objects.defer("raw"), {known.pk for known in touched})
        # Locked: an editor who saves meanwhile waits, and then merges with what is new.
        self.entries = in_bulk(
            Entry.objects.select_for_update(),
            {known.entry_id for known in touched if known.entry_id},
        )
        self.ours = our_values(self.entries.values(), [s.base for s in self.sightings.values()])
        self.waiting: dict[int, dict[str, Change]] = defaultdict(dict)
        if self.entries:
            for change in Change.objects.filter(entry__in=self.entries):
                self.waiting[change.entry_id][change.field] = change
        fresh = [item for item in items if item.known is None and not item.twice]
        self._reserve_addresses(fresh)

    def _reserve_addresses(self, fresh: Sequence[Item]) -> None:
        wishes = {id(item): find_address(item.data, item.dates) for item in fresh}
        taken: dict[date, set[str]] = defaultdict(set)
        if wishes:
            days = {day for day, _ in wishes.values()}
            slugs = {slug for _, slug in wishes.values()}
            rows = Entry.objects.filter(day__in=days).order_by().values_list("day", "slug")
            # One that is taken gets a number, which may be taken as well.
            if len(slugs) < len(wishes) or rows.filter(slug__in=slugs).exists():
                for day, slug in rows:
                    taken[day].add(slug)
        self.addresses = {}
        for item in fresh:
            day, wish = wishes[id(item)]
            slug = free_slug(wish, taken[day])
            taken[day].add(slug)
            self.addresses[id(item)] = (day, slug)
        ids = [item.guid for item in fresh if is_usable_id(item.guid)]
        self.taken_ids = (
            set(Entry.objects.filter(atom_id__in=ids).order_by().values_list("atom_id", flat=True))
            if ids
            else set()
        )

    def _decide(self, item: Item) -> Decision:
        known = item.known
        if item.twice:
            return "skipped", None, [item.twice]
        if known and known.entry_id is None:
            return "skipped", None, ["it was deleted here, and what is deleted stays away"]
        if known and is_rejected(known):
            return "skipped", None, ["an editor rejected it, and what is rejected stays away"]
        if item.is_unchanged:
            return "unchanged", None, []
        if known is None and is_empty(item.data):
            return "skipped", None, ["it has no id, no link, no title and no text"]
        values = find_values(item.data)
        if known is None:
            return self._create(item, values)
        entry = self.entries[known.entry_id]
        if known.source_id != self.source.pk:
            return self._credit(item, entry, values)
        return self._merge(item, self.sightings[known.pk], entry, values)

    def _create(self, item: Item, values: EntryValues) -> Decision:
        dates = item.dates
        day, slug = self.addresses[id(item)]
        reasons = ["new", f"dated by: {dates.rule}", *dates.reasons, *values.reasons]
        if is_usable_id(item.guid) and item.guid not in self.taken_ids:
            atom_id = item.guid
            self.taken_ids.add(atom_id)
        else:
            atom_id = mint_atom_id()
            reasons.append(f"given an id of its own, since {why_minted(item)}")
        columns = {name: values.merged[name] for name in COLUMNS}
        entry = Entry(
            atom_id=atom_id,
            status=self.first_status,
            day=day,
            slug=slug,
            published=dates.published,
            updated=dates.updated,
            imported_at=self.now,
            **columns,
        )
        self.new_entries.append(entry)
        self.tags.append((entry, values.merged["tags"]))
        self.enclosures.append((entry, values.merged["enclosures"]))
        self._add_sighting(item, values, entry, leads=True)
        return "created", entry, reasons + removed_reasons(values)

    def _credit(self, item: Item, entry: Entry, values: EntryValues) -> Decision:
        """Another source states an entry that is here: it is credited, and changes nothing."""
        self._add_sighting(item, values, entry, leads=False)
        reason = f"known from another feed by its {item.rule}; this feed is credited as well"
        return "unchanged", entry, [reason]

    def _merge(
        self, item: Item, sighting: Sighting, entry: Entry, values: EntryValues
    ) -> Decision:
        base, sighting_led = sighting.base, sighting.leads
        reasons = [] if item.rule == "guid" else [f"known by its {item.rule}"]
        self._change_sighting(item, values, sighting)
        if not sighting_led:
            return "unchanged", entry, [*reasons, "another feed leads; this one is only credited"]
        ours = self.ours[entry.pk]
        merged = merge(ours.comparable(base), ours.comparable(values.merged), ours.values)
        conflicts = self._note_conflicts(entry, merged)
        published = item.dates.published
        if item.dates.rule != "first seen" and published != moment(base, "published"):
            reasons.append(f"upstream dates it {published:%Y-%m-%d %H:%M}; its date here stays")
        taken = {name: values.merged[name] for name in merged.taken}
        redated = self._take_updated(entry, base, item)
        if taken or redated:
            self._take(entry, taken)
            names = [*taken, *(["updated"] if redated else [])]
            reasons.append("taken from upstream: " + ", ".join(names).replace("_", " "))
            reasons += removed_reasons(values) if "content" in taken else []
        reasons += values.reasons if taken else []
        if conflicts:
            waiting = ", ".join(conflicts).replace("_", " ")
            reasons.append(f"changed here and upstream, waits for an editor: {waiting}")
            return "conflict", entry, reasons
        if taken or redated:
            return "updated", entry, reasons
        return "unchanged", entry, reasons or ["nothing that is kept here has changed"]

    def _take(self, entry: Entry, taken: dict[str, Any]) -> None:
        for name, value in taken.items():
            if name == "tags":
                self.tags.append((entry, value))
            elif name == "enclosures":
                self.enclosures.append((entry, value))
            else:
                setattr(entry, name, value)
        self.changed_entries.append(entry)

    def _take_updated(self, entry: Entry, base: dict[str, Any], item: Item) -> bool:
        """Follow upstream's clock; an editor's later change keeps its own time."""
        theirs, before = item.dates.updated, moment(base, "updated")
        if item.dates.rule not in ("published", "updated") or theirs == before:
            return False
        wanted = theirs if entry.updated == before else max(entry.updated, theirs)
        if wanted == entry.updated:
            return False
        entry.updated = wanted
        return True

    def _note_conflicts(self, entry: Entry, merged: Merge) -> list[str]:
        waiting = self.waiting[entry.pk]
        for name in merged.settled | set(merged.taken):
            if name in waiting:
                self.settled_changes.append(waiting.pop(name).pk)
        conflicts = []
        for name, conflict in merged.conflicts.items():
            change = waiting.get(name) or Change(entry=entry, field=name, base=conflict.base)
            if change.pk and change.base == conflict.theirs:
                # Upstream has gone back to what it said when the two parted.
                self.settled_changes.append(change.pk)
                continue
            change.theirs, change.seen_at = conflict.theirs, self.now
            self.changes.append(change)
            conflicts.append(name)
        return conflicts

    def _add_sighting(
        self, item: Item, values: EntryValues, entry: Entry, leads: bool
    ) -> None:
        sighting = Sighting(
            source=self.source,
            entry=entry,
            leads=leads,
            guid=strip_controls(item.guid),
            matched_by=item.rule,
            dated_by=item.dates.rule,
            raw=item.raw,
            raw_hash=item.raw_hash,
            removed=values.removed,
            base=as_base(values.merged, item.dates),
        )
        self.new_sightings.append(sighting)
        self.keys += [(sighting, key.value) for key in item.keys]

    def _change_sighting(self, item: Item, values: EntryValues, sighting: Sighting) -> None:
        guid = strip_controls(item.guid)
        if guid != sighting.guid:
            self.keys += [(sighting, key.value) for key in item.keys]
            sighting.guid, sighting.matched_by = guid, item.rule
        sighting.raw, sighting.raw_hash = item.raw, item.raw_hash
        sighting.removed = values.removed
        sighting.base = as_base(values.merged, item.dates)
        self.changed_sightings.append(sighting)

    def _write(self) -> None:
        Entry.objects.bulk_create(self.new_entries)
        update(Entry, self.changed_entries, ENTRY_UPDATES)
        Sighting.objects.bulk_create(self.new_sightings)
        # What the document has stated once, none of its later entries is taken for.
        self.matcher.claimed.update(sighting.pk for sighting in self.new_sightings)
        update(Sighting, self.changed_sightings, SIGHTING_UPDATES)
        IdentityKey.objects.bulk_create(
            IdentityKey(sighting=sighting, value=value) for sighting, value in self.keys
        )
        if self.tags:
            set_tags({entry.pk: names for entry, names in self.tags})
        self._write_enclosures()
        if self.settled_changes:
            Change.objects.filter(pk__in=self.settled_changes).delete()
        Change.objects.bulk_create(change for change in self.changes if not change.pk)
        update(Change, [change for change in self.changes if change.pk], ["theirs", "seen_at"])
        ImportLine.objects.bulk_create(
            ImportLine(
                run=self.run,
                entry=entry,
                guid=strip_controls(item.guid),
                title=item.data.title,
                action=action,
                reasons=reasons,
            )
            for entry, item, action, reasons in self.lines
        )

    def _write_enclosures(self) -> None:
        old = [entry.pk for entry, _ in self.enclosures if entry in self.changed_entries]
        if old:
            Enclosure.objects.filter(entry__in=old).delete()
        Enclosure.objects.bulk_create(
            Enclosure(entry=entry, href=href, type=type_, length=length)
            for entry, rows in self.enclosures
            for href, type_, length in rows
        )


def update(model, rows, fields) -> None:
    """Update rows by primary key in one query."""
    if rows:
        model.objects.bulk_create(
            rows, update_conflicts=True, unique_fields=["pk"], update_fields=fields
        )


def in_bulk(queryset, pks):
    return queryset.in_bulk(pks) if pks else {}


def why_minted(item: Item) -> str:
    if not item.guid:
        return "the feed gives it none"
    if not is_usable_id(item.guid):
        return f"the feed's {item.guid[:60]!r} is none that the whole web could know it by"
    return "the feed gives the same id to another entry"


def removed_reasons(values: EntryValues) -> list[str]:
    return ["cleaning removed " + ", ".join(values.removed)] if values.removed else []


