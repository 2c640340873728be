"""The years, months and days above the list of entries, found without reading every entry."""

from datetime import date, datetime, timedelta
from itertools import pairwise

from django.db.models import Exists
from django.utils import timezone

from entries.models import Entry, EntryQuerySet

# Databases limit what one query may ask: SQLite the columns, to 2,000.
MOST_PERIODS = 300
# Long enough to reach the next period from the first day of any.
STEPS = {"year": timedelta(days=366), "month": timedelta(days=31), "day": timedelta(days=1)}


class DatedQuerySet(EntryQuerySet):
    """Entries whose `datetimes` asks once per period instead of truncating every entry's date.

    Django's takes a second for 300,000 entries in SQLite. This asks whether there is an
    entry in each year, month or day between the first and the last, all in one query,
    which an index answers.
    """

    def datetimes(self, field_name, kind, order="ASC", tzinfo=None):
        """The periods with entries by their local starts, as the date hierarchy asks for them.

        Entries more than 300 periods apart are left to Django.
        """
        moments = self.order_by(field_name).values_list(field_name, flat=True)
        first, last = moments.first(), moments.last()
        if first is None:
            return []
        first, last = timezone.localdate(first), timezone.localdate(last)
        if last - first > STEPS[kind] * MOST_PERIODS or last.year == date.max.year:
            return super().datetimes(field_name, kind, order, tzinfo)
        starts = period_starts(first, last, kind)
        bounds = [timezone.make_aware(datetime.combine(day, datetime.min.time())) for day in starts]
        questions = [
            Exists(
                self.order_by().filter(**{f"{field_name}__gte": start, f"{field_name}__lt": end})
            )
            for start, end in pairwise(bounds)
        ]
        answers = Entry.objects.order_by().values_list(*questions)[:1].get()
        return [start for start, answer in zip(bounds, answers, strict=False) if answer]


def period_starts(first: date, last: date, kind: str) -> list[date]:
    """The first days of the periods from that of `first` to the one after that of `last`."""
    starts = [truncated(first, kind)]
    while starts[-1] <= last:
        starts.append(truncated(starts[-1] + STEPS[kind], kind))
    return starts


def truncated(day: date, kind: str) -> date:
    if kind == "year":
        return day.replace(month=1, day=1)
    return day.replace(day=1) if kind == "month" else day
