"""Finds posts that are gone from a feed which reaches back to their date; marks them only."""

from bisect import bisect_left
from collections.abc import Sequence
from datetime import datetime
from itertools import islice

from django.db import transaction
from django.db.models import F, QuerySet

from entries.importing.normalizing.dates import OWN_DATES
from entries.importing.report import EntryReport
from entries.models import Entry, ImportLine, ImportRun, Sighting, Source
from entries.models.locking import lock_entries
from entries.models.search_document import index_entries

MIN_ABSENCES = 3  # successful fetches in a row without the post, before it is marked
MAX_COMPARED_SIGHTINGS = 5_000
GONE_REASON = "the feed reaches back to its date and has not had it on three good fetches"
BACK_REASON = "the feed states it again"


def count_absences(
    source: Source, run: ImportRun, dates: Sequence[datetime], claimed: set[int], now: datetime
) -> list[EntryReport]:
    """Count the posts absent from a complete document; mark those absent MIN_ABSENCES times.

    `dates` are the dates of the document's entries, `claimed` the sightings they were matched to.
    A document with less than half of the usual number of entries is not counted. Returns a report
    for each post that is now marked. Call within a transaction.
    """
    watched = source.window.get("absent", False)
    returned = list(reset_returned(source, claimed)) if watched else []
    usual = source.window.get("usual", 0)
    shrunk = 2 * len(dates) < usual
    # The usual number grows at once, and shrinks slowly.
    usual = max(len(dates), (9 * usual + len(dates)) // 10)
    absent = [] if shrunk else find_absent(source, dates, claimed)
    gone = add_absence(Sighting.objects.filter(pk__in=absent), now) if absent else []
    if watched and not shrunk:
        # A post that is older than the document now cannot be absent any more.
        others = Sighting.objects.filter(source=source, absences__gt=0, missing_since=None)
        others.exclude(pk__in=absent).update(absences=0)
    counted = Sighting.objects.filter(source=source, absences__gt=0)
    window = {"usual": usual, "absent": bool(absent) or (watched and counted.exists())}
    if window != source.window:
        source.window = window
        source.save(update_fields=["window"])
    ImportLine.objects.bulk_create(
        [
            *(import_line(run, row, ImportLine.Action.MISSING, GONE_REASON) for row in gone),
            *(import_line(run, row, ImportLine.Action.UNCHANGED, BACK_REASON) for row in returned),
        ]
    )
    return [entry_report(row) for row in gone]


def count_unmodified(source: Source, now: datetime) -> list[EntryReport]:
    """Count the absent posts once more, since a 304 means that the feed still lacks them.

    Returns a report for each post that is now marked. Call after the run has been recorded.
    """
    if not source.window.get("absent"):
        return []
    counting = Sighting.objects.filter(source=source, absences__gt=0)
    with transaction.atomic():
        gone = add_absence(counting, now)
        if gone:
            run = source.runs.order_by("-pk")[0]
            ImportLine.objects.bulk_create(
                import_line(run, row, ImportLine.Action.MISSING, GONE_REASON) for row in gone
            )
    return [entry_report(row) for row in gone]


def find_absent(source: Source, dates: Sequence[datetime], claimed: set[int]) -> list[int]:
    """Returns the sightings that are as new as the document's entries, but not among them.

    The document reaches back to its oldest entry. Old entries among newer ones, such as pinned
    posts, do not count for that: at least half of the known posts since then must be present.
    """
    stated = sorted(dates)
    if not stated:
        return []
    # Only a date that upstream states tells the place in the feed.
    known = (
        Sighting.objects.filter(
            source=source, entry__published__gte=stated[0], dated_by__in=OWN_DATES
        )
        .exclude(entry__status=Entry.Status.REJECTED)
        .order_by("-entry__published", "-pk")
        .values_list("pk", flat=True)
    )
    # At most as many as are present can be absent, or less than half would be present.
    pks = islice(
        (pk for pk in known.iterator() if pk not in claimed),
        min(len(stated), MAX_COMPARED_SIGHTINGS) + 1,
    )
    # The base has upstream's date: an editor may have changed the entry's.
    dated = Sighting.objects.filter(pk__in=list(pks)).values_list("base__published", "pk")
    absent = sorted((datetime.fromisoformat(published), pk) for published, pk in dated)
    for position, begin in enumerate(stated):
        within = absent[bisect_left(absent, (begin, 0)) :]
        if len(within) <= len(stated) - position:
            return [pk for _, pk in within]
    return []


def add_absence(absent: QuerySet[Sighting], now: datetime) -> list[Sighting]:
    """Add one absence to each. Returns the newly marked ones. Call within a transaction."""
    rows = with_entries_locked(absent.filter(missing_since=None))
    rows = rows.only("guid", "absences", "entry__atom_id", "entry__title", "entry__slug")
    gone: list[Sighting] = []
    others: list[Sighting] = []
    for row in rows:
        (gone if row.absences >= MIN_ABSENCES - 1 else others).append(row)
    if others:
        pks = [row.pk for row in others]
        Sighting.objects.filter(pk__in=pks).update(absences=F("absences") + 1)
    if gone:
        pks = [row.pk for row in gone]
        Sighting.objects.filter(pk__in=pks).update(absences=MIN_ABSENCES, missing_since=now)
        index_entries(row.entry_id for row in gone if row.entry_id)
    return gone


def reset_returned(source: Source, claimed: set[int]) -> list[Sighting]:
    """Reset the count of posts that are in the feed again. Returns those that were marked."""
    counted = with_entries_locked(Sighting.objects.filter(source=source, absences__gt=0))
    counted = counted.only("guid", "missing_since", "entry__title", "entry__slug")
    again = [row for row in counted if row.pk in claimed]
    if again:
        pks = [row.pk for row in again]
        Sighting.objects.filter(pk__in=pks).update(absences=0, missing_since=None)
    back = [row for row in again if row.missing_since and row.entry]
    index_entries(row.entry_id for row in back if row.entry_id)
    return back


def with_entries_locked(sightings: QuerySet[Sighting]) -> QuerySet[Sighting]:
    """Lock the entries of the sightings. Returns the sightings that still have one."""
    lock_entries(Entry.objects.filter(sightings__in=sightings))
    return sightings.exclude(entry=None).select_related("entry")


def entry_report(row: Sighting) -> EntryReport:
    atom_id, title = (row.entry.atom_id, row.entry.title) if row.entry else (row.guid, "")
    return EntryReport(atom_id, title, "missing", [GONE_REASON])


def import_line(run: ImportRun, row: Sighting, action: str, reason: str) -> ImportLine:
    title = row.entry.title if row.entry else ""
    return ImportLine(
        run=run, entry=row.entry, guid=row.guid, title=title, action=action, reasons=[reason]
    )
