"""Old posts that a feed shows for the first time: they are no news."""

from datetime import datetime, timedelta

from entries.importing.normalizing.dates import EntryDates
from entries.models import Entry, Source

# For so long a source is new itself, and all that it has.
SETTLED_AFTER = timedelta(days=1)
# A post that is not older than this has only come late.
OLD_AFTER = timedelta(days=7)


def newest_of(source: Source) -> datetime | None:
    """When the newest post that is known from a source was published."""
    known = Entry.objects.filter(sightings__source=source).order_by("-published")
    return known.values_list("published", flat=True).first()


def is_backfill(newest: datetime | None, source: Source, dates: EntryDates, now: datetime) -> bool:
    """Whether a new post is older than what its source has long shown.

    `newest` is the date of the newest post that was known before this import.
    """
    if newest is None or now - source.added_at < SETTLED_AFTER:
        return False
    return dates.published < newest and now - dates.published > OLD_AFTER
