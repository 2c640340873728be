"""Posts that a feed should still state and does not. They are marked for the editor, no more."""

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

MAX_ABSENCES = 3  # good fetches in a row; then it is marked
MAX_SIGHTINGS = 5_000  # sightings that are looked at
GONE = "the feed reaches back to its date and has not had it on three good fetches"
BACK = "the feed states it again"


def note_absences(
    source: Source, run: ImportRun, dates: Sequence[datetime], claimed: set[int], now: datetime
) -> list[EntryReport]:
    """Count what a whole document has not stated, and mark what was absent three times.

    `dates` are those of the document's entries, `claimed` the sightings they were known
    by. Nothing counts as absent when the document has less than half of the entries that
    it usually has. Returns what is marked now. Call within a transaction.
    """
    watched = source.window.get("absent", False)
    back = list(take_back(source, claimed)) if watched else []
    usual = source.window.get("usual", 0)
    shrunk = 2 * len(dates) < usual
    # Growth is followed at once, and a feed that stays small becomes the usual one slowly.
    usual = max(len(dates), (9 * usual + len(dates)) // 10)
    absent = [] if shrunk else find_absent(source, dates, claimed)
    gone = count_absence(Sighting.objects.filter(pk__in=absent), now) if absent else []
    if watched and not shrunk:
        # Once out of the window, three fetches in a row are no more to be had.
        others = Sighting.objects.filter(source=source, absences__gt=0, missing_since=None)
        others.exclude(pk__in=absent).update(absences=0)
    counted = Sighting.objects.filter(source=source, absences__gt=0)
    window = {"usual": usual, "absent": bool(absent) or (watched and counted.exists())}
    if window != source.window:
        source.window = window
        source.save(update_fields=["window"])
    ImportLine.objects.bulk_create(
        [
            *(line(run, row, ImportLine.Action.MISSING, GONE) for row in gone),
            *(line(run, row, ImportLine.Action.UNCHANGED, BACK) for row in back),
        ]
    )
    return [report_of(row) for row in gone]


def count_unmodified(source: Source, now: datetime) -> list[EntryReport]:
    """Count that a feed, as it still is, goes on lacking what it lacked when it was last read.

    Returns what is marked now. Call after the run has been written down.
    """
    if not source.window.get("absent"):
        return []
    counting = Sighting.objects.filter(source=source, absences__gt=0)
    with transaction.atomic():
        gone = count_absence(counting, now)
        if gone:
            run = source.runs.order_by("-pk")[0]
            ImportLine.objects.bulk_create(
                line(run, row, ImportLine.Action.MISSING, GONE) for row in gone
            )
    return [report_of(row) for row in gone]


def find_absent(source: Source, dates: Sequence[datetime], claimed: set[int]) -> list[int]:
    """The sightings within the window of a document that are none of those it states.

    The window begins with the document's oldest entry, but for old ones that stand there
    out of turn: at least half of what is known to be as new as its beginning is stated.
    """
    stated = sorted(dates)
    if not stated:
        return []
    # Any other date than upstream's own says nothing of the place in its feed.
    known = (
        Sighting.objects.filter(
            source=source, entry__published__gte=stated[0], dated_by__in=OWN_DATES
        )
        .exclude(entry__status=Entry.Status.REJECTED)
        .order_by("-entry__published", "-pk")
        .values_list("pk", flat=True)
    )
    # More than are stated can't be absent within the window.
    pks = islice(
        (pk for pk in known.iterator() if pk not in claimed), min(len(stated), MAX_SIGHTINGS) + 1
    )
    # An editor may have moved the entry's own date.
    dated = Sighting.objects.filter(pk__in=list(pks)).values_list("base__published", "pk")
    absent = sorted((datetime.fromisoformat(published), pk) for published, pk in dated)
    for position, begin in enumerate(stated):
        within = absent[bisect_left(absent, (begin, 0)) :]
        if len(within) <= len(stated) - position:
            return [pk for _, pk in within]
    return []


def count_absence(absent: QuerySet[Sighting], now: datetime) -> list[Sighting]:
    """Returns those that have been absent often enough by this. Call within a transaction."""
    rows = with_entries_locked(absent.filter(missing_since=None))
    rows = rows.only("guid", "absences", "entry__atom_id", "entry__title", "entry__slug")
    gone: list[Sighting] = []
    others: list[Sighting] = []
    for row in rows:
        (gone if row.absences >= MAX_ABSENCES - 1 else others).append(row)
    if others:
        pks = [row.pk for row in others]
        Sighting.objects.filter(pk__in=pks).update(absences=F("absences") + 1)
    if gone:
        pks = [row.pk for row in gone]
        Sighting.objects.filter(pk__in=pks).update(absences=MAX_ABSENCES, missing_since=now)
        index_entries(row.entry_id for row in gone if row.entry_id)
    return gone


def take_back(source: Source, claimed: set[int]) -> list[Sighting]:
    """Those that were counted or marked and are stated again. Returns what was marked."""
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
    """Lock the entries of these sightings; then read those that still have one."""
    lock_entries(Entry.objects.filter(sightings__in=sightings))
    return sightings.exclude(entry=None).select_related("entry")


def report_of(row: Sighting) -> EntryReport:
    atom_id, title = (row.entry.atom_id, row.entry.title) if row.entry else (row.guid, "")
    return EntryReport(atom_id, title, "missing", [GONE])


def line(run: ImportRun, row: Sighting, action: str, reason: str) -> ImportLine:
    title = row.entry.title if row.entry else ""
    return ImportLine(
        run=run, entry=row.entry, guid=row.guid, title=title, action=action, reasons=[reason]
    )
