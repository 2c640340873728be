"""Backfill: old posts that a feed contains for the first time."""

from datetime import datetime, timedelta

from entries.importing.normalizing.dates import EntryDates
from entries.models import Entry, Source

# All posts of a younger source are new to us, and none of them is backfill.
MIN_SOURCE_AGE = timedelta(days=1)
# A younger post is not backfill, only late.
MIN_BACKFILL_AGE = timedelta(days=7)


def newest_of(source: Source) -> datetime | None:
    """Returns the publication date of the newest known post of a source."""
    known = Entry.objects.filter(sightings__source=source).order_by("-published")
    return known.values_list("published", flat=True).first()


def is_backfill(newest: datetime | None, source: Source, dates: EntryDates, now: datetime) -> bool:
    """True if a new post is older than the newest post known before this import (`newest`)."""
    if newest is None or now - source.added_at < MIN_SOURCE_AGE:
        return False
    return dates.published < newest and now - dates.published > MIN_BACKFILL_AGE
