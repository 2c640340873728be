"""The archive: which days have entries, and how many."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from django.db.models import Count
from django.utils import timezone

from entries.models import Entry
from entries.publishing.rows.kept_counts import tally
from entries.publishing.rows.periods import Period

# How high the bar of the busiest month is, in the unit of its picture.
HEIGHT = 24


class Column(NamedTuple):
    """A month with its number of live entries, and the height of the bar that shows it."""

    month: Period
    entries: int
    height: float


@dataclass(slots=True)
class Year:
    """A year of the archive with its number of live entries, and those of its twelve months."""

    period: Period
    count: int
    columns: list[Column]


def years() -> list[Year]:
    """The years with live entries, newest first, the bars of their months on one scale.

    Two queries at the most: this year's entries are counted anew sooner than those before.
    """
    new_year = timezone.localdate().replace(month=1, day=1)
    months = count_by_month(new_year, date.max)
    months += count_by_month(date.min, new_year - timedelta(days=1))
    most = max(months.values(), default=0)
    found = []
    for year in sorted({year for year, _ in months}, reverse=True):
        columns = []
        for month in range(1, 13):
            count = months[year, month]
            height = count and max(round(HEIGHT * count / most, 1), 1)
            columns.append(Column(Period(year, month), count, height))
        found.append(Year(Period(year), sum(column.entries for column in columns), columns))
    return found


def count_by_month(first: date, last: date) -> Counter[tuple[int, int]]:
    """How many live entries each (year, month) has, from first to last. One query at the most."""
    months = Counter[tuple[int, int]]()
    for day, count in count_by_day(first, last).items():
        months[day.year, day.month] += count
    return months


def count_by_day(first: date, last: date) -> Counter[date]:
    """How many live entries each day has, from first to last, the first day first.

    One query at the most; a walk along the index of the days. See `tally`.
    """

    def count() -> Counter[date]:
        days = Entry.objects.live().filter(day__range=(first, last)).order_by("day")
        return Counter(dict(days.values_list("day").annotate(count=Count("pk"))))

    return tally(f"days:{first}:{last}", count)


def around(period: Period) -> tuple[Period | None, Period | None]:
    """The nearest periods of the same length with live entries: before and after. Two queries."""
    days = Entry.objects.live().values_list("day", flat=True)
    before = days.filter(day__lt=period.first).order_by("-day").first()
    after = days.filter(day__gt=period.last).order_by("day").first()
    return before and period.of(before), after and period.of(after)
