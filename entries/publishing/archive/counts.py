"""Numbers of live entries by day, month and year, for the archive."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from django.db.models import Count
from django.utils import timezone

from entries.models import Entry
from entries.publishing.rows.kept_counts import keep_count
from entries.publishing.rows.periods import Period

# The height of the busiest month's bar, in the units of the SVG.
MAX_BAR_HEIGHT = 24


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
    """The years with live entries, newest first, with the bars of their months on one scale.

    At most two queries. This year is counted separately, because its smaller count is kept for
    a shorter time.
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
            height = count and max(round(MAX_BAR_HEIGHT * count / most, 1), 1)
            columns.append(Column(Period(year, month), count, height))
        found.append(Year(Period(year), sum(column.entries for column in columns), columns))
    return found


def count_by_month(first: date, last: date) -> Counter[tuple[int, int]]:
    """The live entries of each (year, month), from first to last day. At most one query."""
    months = Counter[tuple[int, int]]()
    for day, count in count_by_day(first, last).items():
        months[day.year, day.month] += count
    return months


def count_by_day(first: date, last: date) -> Counter[date]:
    """The live entries of each day from first to last, in this order.

    At most one query, along the index of days. A large count is kept for a while (`keep_count`).
    """

    def count() -> Counter[date]:
        days = Entry.objects.live().filter(day__range=(first, last)).order_by("day")
        return Counter(dict(days.values_list("day").annotate(count=Count("pk"))))

    return keep_count(f"days:{first}:{last}", count)


def adjacent_periods(period: Period) -> tuple[Period | None, Period | None]:
    """The nearest periods of the same length with live entries, before and after. Two queries."""
    days = Entry.objects.live().values_list("day", flat=True)
    before = days.filter(day__lt=period.first).order_by("-day").first()
    after = days.filter(day__gt=period.last).order_by("day").first()
    return before and period.of(before), after and period.of(after)
