"""`BatchImport`: decides about each entry of a batch, then writes all of them together."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime

from entries.importing.matching.backfill import is_backfill
from entries.importing.matching.matcher import Matcher, is_rejected, needs_cleaning
from entries.importing.normalizing.dates import EntryDates
from entries.importing.normalizing.entry_values import EntryValues
from entries.importing.normalizing.item import EntryFailure, Item
from entries.importing.normalizing.keys import is_usable_id
from entries.importing.parsing.upstream_fields import COLUMNS, Base, as_json, from_json
from entries.importing.report import EntryReport
from entries.lib.characters import strip_controls
from entries.lib.slugs import free_slug
from entries.models import Entry, ImportLine, ImportRun, Sighting, Source, UpstreamChange
from entries.models.entry import mint_atom_id
from entries.models.locking import locking

from .batch_writes import BatchWrites, add_to_counts
from .current_values import our_values
from .decisions import TAKEN, Decision, field_changes, removed_reasons, why_minted
from .three_way import Merge, merge


class NotCleanedError(Exception):
    """These items must be cleaned before the batch can be stored."""

    def __init__(self, items: Sequence[Item]):
        super().__init__(f"{len(items)} items have not been cleaned")
        self.items = items


class ChangedMeanwhileError(Exception):
    """Rows that the batch was matched to were changed before they were locked."""


class BatchImport:
    """One attempt to store a batch of a run.

    The number of queries does not grow with the entries. `run` is None only for a batch in which
    nothing has changed, so that nothing is written.
    """

    def __init__(
        self, source: Source, run: ImportRun | None, matcher: Matcher, draft: bool, now: datetime
    ):
        self.source = source
        self.run = run
        self.matcher = matcher
        self.now = now
        waits = draft or source.new_entries == Source.NewEntries.DRAFT
        self.first_status = Entry.Status.DRAFT if waits else Entry.Status.LIVE
        self.writes = BatchWrites()

    def store(self, batch: Sequence[Item]) -> list[EntryReport]:
        """Match and import a batch, and add to the run's counts. Call within a transaction.

        Raises NotCleanedError for items that must be cleaned first, and ChangedMeanwhileError
        when the batch must be matched again; then roll the transaction back.
        """
        return self.store_matched(self.matcher.match(batch))

    def store_matched(self, items: Sequence[Item]) -> list[EntryReport]:
        uncleaned = [item for item in items if item.values is None and needs_cleaning(item)]
        if uncleaned:
            raise NotCleanedError(uncleaned)
        self.writes.no_longer_filtered = self.matcher.no_longer_filtered
        self._load(items)
        reports = []
        for item in items:
            decision = self._decide(item)
            entry = decision.entry
            atom_id = entry.atom_id if entry else (item.known.atom_id if item.known else None)
            name = atom_id or strip_controls(item.guid)
            title, action = item.data.title, decision.action
            reports.append(EntryReport(name, title, action, decision.reasons, decision.fields))
            if not decision.quiet and (action != ImportLine.Action.UNCHANGED or decision.reasons):
                self.writes.lines.append((item, decision))
        if self.run:
            self.writes.write(self.run)
            add_to_counts(self.run, reports)
        self.items = items
        return reports

    def mark_stored(self) -> None:
        """Call when the transaction has been committed."""
        self.matcher.mark_stored(self.items, [row.pk for row in self.writes.new_sightings])

    def _load(self, items: Sequence[Item]) -> None:
        """Read the rows that the batch may change, in a fixed number of queries."""
        touched = [item.known for item in items if item.known and needs_cleaning(item)]
        # Lock the entries before anything else: an editor who saves now waits, and then merges
        # with the imported values.
        pks = {known.entry_id for known in touched if known.entry_id}
        self.entries = {entry.pk: entry for entry in locking(Entry, pks)} if pks else {}
        self.sightings = in_bulk(
            Sighting.objects.defer("received"), {known.pk for known in touched}
        )
        for known in touched:
            entry, sighting = self.entries.get(known.entry_id or 0), self.sightings.get(known.pk)
            status = entry.status if entry else None
            if not sighting or (sighting.entry_id, status) != (known.entry_id, known.status):
                raise ChangedMeanwhileError
        self.ours = our_values(self.entries.values(), [s.base for s in self.sightings.values()])
        self.waiting: dict[int, dict[str, UpstreamChange]] = defaultdict(dict)
        if self.entries:
            for change in UpstreamChange.objects.filter(entry__in=self.entries):
                self.waiting[change.entry_id][change.field] = change
        fresh = [item for item in items if not (item.known or item.skip or item.filtered_by)]
        self._reserve_slugs_and_ids(fresh)

    def _reserve_slugs_and_ids(self, fresh: Sequence[Item]) -> None:
        """Find a free slug for each new entry, and the ids that others have already."""
        wishes = {id(item): item.day_and_slug for item in fresh if item.day_and_slug}
        taken: dict[date, set[str]] = defaultdict(set)
        if wishes:
            days = {day for day, _ in wishes.values()}
            slugs = {slug for _, slug in wishes.values()}
            rows = Entry.objects.filter(day__in=days).order_by().values_list("day", "slug")
            # A slug that is taken gets a number, which may be taken too: then read all of the days.
            if len(slugs) < len(wishes) or rows.filter(slug__in=slugs).exists():
                for day, slug in rows:
                    taken[day].add(slug)
        self.days_and_slugs = {}
        for identity, (day, wish) in wishes.items():
            slug = free_slug(wish, taken[day])
            taken[day].add(slug)
            self.days_and_slugs[identity] = (day, slug)
        ids = [item.guid for item in fresh if is_usable_id(item.guid)]
        self.taken_ids = (
            set(Entry.objects.filter(atom_id__in=ids).order_by().values_list("atom_id", flat=True))
            if ids
            else set()
        )

    def _decide(self, item: Item) -> Decision:
        known = item.known
        if item.skip:
            return Decision("skipped", None, [item.skip])
        if known is None and item.is_empty:
            return Decision("skipped", None, ["it has no id, no link, no title and no text"])
        if isinstance(item.values, EntryFailure):
            return Decision("skipped", None, [item.values.reason])
        if item.filtered_by:
            return self._leave_out(item)
        if known and known.entry_id is None:
            return Decision(
                "skipped", None, ["it was deleted here, and deleted posts are not imported again"]
            )
        if known and is_rejected(known):
            why = "an editor rejected it, and rejected posts are not imported again"
            return Decision("skipped", None, [why])
        if item.is_unchanged:
            return Decision("unchanged")
        values = self._values(item)
        if known is None:
            return self._create(item, values)
        entry = self.entries[known.entry_id or 0]
        if known.source_id != self.source.pk:
            return self._credit(item, entry, values)
        return self._merge(item, self.sightings[known.pk], entry, values)

    def _values(self, item: Item) -> EntryValues:
        if not isinstance(item.values, EntryValues):
            raise NotCleanedError([item])
        return self.matcher.policies.apply(item.values)

    def _leave_out(self, item: Item) -> Decision:
        """Store a filtered post as a sighting only: an editor can find it and import it."""
        hit, known = item.filtered_by, item.known
        decision = Decision("skipped", None, [f"left out by the filter {hit}"], filtered_by=hit)
        if known is None:
            self._add_sighting(item, self._values(item), None, leads=False)
        elif (known.filtered_by, known.received_hash) == (hit, item.received_hash):
            decision.quiet = True
        else:
            sighting, sighting.filtered_by = self.sightings[known.pk], hit
            self._change_sighting(item, self._values(item), sighting)
        return decision

    def _create(self, item: Item, values: EntryValues) -> Decision:
        dates = item.dates
        day, slug = self.days_and_slugs[id(item)]
        reasons = ["new", f"dated by: {dates.rule}", *dates.reasons, *values.reasons]
        if is_backfill(self.matcher.newest_before, self.source, dates, self.now):
            reasons.append(
                "backfill: older than the source's newest post, so it is listed under its own date"
            )
        if is_usable_id(item.guid) and item.guid not in self.taken_ids:
            atom_id = item.guid
            self.taken_ids.add(atom_id)
        else:
            atom_id = mint_atom_id()
            reasons.append(f"given a new id, because {why_minted(item)}")
        columns = {name: as_json(getattr(values.fields, name)) for name in COLUMNS}
        entry = Entry(
            atom_id=atom_id,
            source=self.source,
            status=Entry.Status.DRAFT if item.data.is_draft else self.first_status,
            day=day,
            slug=slug,
            published=dates.published,
            updated=dates.updated,
            imported_at=self.now,
            **columns,
        )
        self.writes.new_entries.append(entry)
        self.writes.set_values(
            entry, {"tags": values.fields.tags, "enclosures": values.fields.enclosures}
        )
        self._add_sighting(item, values, entry, leads=True)
        self.writes.keep_paths(entry, upstream_urls(item))
        reasons += removed_reasons(values)
        return Decision("created", entry, reasons, removed=values.removed)

    def _credit(self, item: Item, entry: Entry, values: EntryValues) -> Decision:
        """Credit another source of an existing entry. The entry does not change."""
        self._add_sighting(item, values, entry, leads=False)
        self.writes.keep_paths(entry, upstream_urls(item))
        reason = f"known from another feed by its {item.rule}; this feed is credited as well"
        return Decision("unchanged", entry, [reason])

    def _merge(self, item: Item, sighting: Sighting, entry: Entry, values: EntryValues) -> Decision:
        ours = self.ours[entry.pk]
        base, sighting_led = Base.from_json(sighting.base, ours.fields), sighting.leads
        urls = [*upstream_urls(item), base.fields.canonical_url, entry.canonical_url]
        reasons = [] if item.rule == "guid" else [f"known by its {item.rule}"]
        self._change_sighting(item, values, sighting)
        if not sighting_led:
            self.writes.keep_paths(entry, urls)
            reasons.append("another feed leads; this one is only credited")
            return Decision("unchanged", entry, reasons)
        waiting = self.waiting[entry.pk]
        merged = merge(
            ours.comparable(base.fields),
            ours.comparable(values.fields),
            ours.fields,
            {name: from_json(name, change.base) for name, change in waiting.items()},
        )
        if item.differs_only_in_cleaning:
            # Upstream has not changed, so there is nothing for an editor to decide.
            merged.conflicts.clear()
        conflicts = self._record_conflicts(entry, merged)
        published = item.dates.published
        if item.dates.rule != "first seen" and published != base.published:
            reasons.append(f"upstream dates it {published:%Y-%m-%d %H:%M}; its date here stays")
        fields = field_changes(merged, ours.fields, conflicts)
        taken = merged.taken
        before = entry.updated
        redated = self._take_updated(entry, base, item)
        if redated:
            fields["updated"] = [TAKEN, before.isoformat(), entry.updated.isoformat()]
        removed = values.removed if "content" in taken else []
        if taken or redated:
            self.writes.set_values(entry, taken)
            self.writes.changed_entries.append(entry)
            fresh = [*taken, *(["updated"] if redated else [])]
            reasons.append("taken from upstream: " + ", ".join(fresh).replace("_", " "))
            reasons += removed_reasons(values) if removed else []
        reasons += values.reasons if taken else []
        # Only after the values are set: the entry's own columns serve some of these paths.
        self.writes.keep_paths(entry, urls)
        if conflicts:
            names = ", ".join(conflicts).replace("_", " ")
            reasons.append(f"changed here and upstream, waits for an editor: {names}")
            return Decision("conflict", entry, reasons, fields, removed)
        if taken or redated:
            return Decision("updated", entry, reasons, fields, removed)
        return Decision("unchanged", entry, reasons or ["no field that is stored here has changed"])

    def _take_updated(self, entry: Entry, base: Base, item: Item) -> bool:
        """Set the entry's `updated` to upstream's. Returns True if it has changed."""
        if not item.dates.is_own:
            return False
        return follow_updated(entry, base.updated, item.dates.updated)

    def _record_conflicts(self, entry: Entry, merged: Merge) -> list[str]:
        """Write or delete the waiting changes. Returns the fields in conflict."""
        waiting = self.waiting[entry.pk]
        for name in merged.settled:
            if name in waiting:
                self.writes.settled_changes.append(waiting.pop(name).pk)
        for name, conflict in merged.conflicts.items():
            base = as_json(conflict.base)
            change = waiting.get(name) or UpstreamChange(entry=entry, field=name, base=base)
            change.theirs, change.seen_at = as_json(conflict.theirs), self.now
            self.writes.changes.append(change)
        return list(merged.conflicts)

    def _add_sighting(
        self, item: Item, values: EntryValues, entry: Entry | None, leads: bool
    ) -> None:
        sighting = Sighting(
            source=self.source,
            entry=entry,
            leads=leads,
            guid=strip_controls(item.guid),
            matched_by=item.rule,
            dated_by=item.dates.rule,
            received=item.received,
            received_hash=item.received_hash,
            statement_hash=item.statement_hash,
            removed=values.removed,
            filtered_by=item.filtered_by,
            base=base_of(values, item.dates).as_json(),
        )
        self.writes.set_envelope(sighting, item.envelope)
        self.writes.new_sightings.append(sighting)
        self.writes.keys += [(sighting, key.value) for key in item.keys]

    def _change_sighting(self, item: Item, values: EntryValues, sighting: Sighting) -> None:
        guid = strip_controls(item.guid)
        self.writes.keys += [(sighting, key.value) for key in item.keys]
        if guid != sighting.guid:
            sighting.guid, sighting.matched_by = guid, item.rule
        sighting.received = item.received
        sighting.received_hash = item.received_hash
        sighting.statement_hash = item.statement_hash
        self.writes.set_envelope(sighting, item.envelope)
        sighting.removed = values.removed
        sighting.base = base_of(values, item.dates).as_json()
        self.writes.changed_sightings.append(sighting)


def base_of(values: EntryValues, dates: EntryDates) -> Base:
    return Base(values.fields, dates.published, dates.updated)


def follow_updated(entry: Entry, before: datetime, theirs: datetime) -> bool:
    """Set the entry's `updated` to upstream's, unless an editor's change is later.

    Returns True if it has changed.
    """
    if theirs == before:
        return False
    wanted = theirs if entry.updated == before else max(entry.updated, theirs)
    changed, entry.updated = wanted != entry.updated, wanted
    return changed


def upstream_urls(item: Item) -> list[str]:
    """Returns the entry's URLs upstream: its link, and its id if no other entry has it."""
    stated = [item.data.link, item.guid] if item.has_own_guid else [item.data.link]
    return [strip_controls(url) for url in stated]


def in_bulk(queryset, pks):
    return queryset.in_bulk(pks) if pks else {}
