"""The archive: which days have entries, and how many."""

from collections import Counter
from dataclasses import dataclass
from datetime import date

from django.db.models import Count

from entries.models import Entry

from .periods import Period


@dataclass(slots=True)
class Year:
    """A year of the archive with its months, each with its number of live entries."""

    period: Period
    count: int
    months: list[tuple[Period, int]]


def years(first: date = date.min, last: date = date.max) -> list[Year]:
    """The years with live entries, newest first, their months in the calendar's order.

    One query, which reads the index of the days between first and last.
    """
    months: Counter[tuple[int, int]] = Counter()
    for day, count in count_by_day(first, last).items():
        months[day.year, day.month] += count
    found: dict[int, Year] = {}
    for (year, month), count in sorted(months.items()):
        entry = found.setdefault(year, Year(Period(year), 0, []))
        entry.count += count
        entry.months.append((Period(year, month), count))
    return list(reversed(found.values()))


def count_by_day(first: date, last: date) -> Counter[date]:
    """How many live entries each day has, from first to last. One query."""
    days = Entry.objects.live().filter(day__range=(first, last)).order_by("day")
    return Counter(dict(days.values_list("day").annotate(count=Count("pk"))))


def around(period: Period) -> tuple[Period | None, Period | None]:
    """The nearest periods of the same length with live entries: before and after. Two queries."""
    days = Entry.objects.live().values_list("day", flat=True)
    before = days.filter(day__lt=period.first).order_by("-day").first()
    after = days.filter(day__gt=period.last).order_by("day").first()
    return before and period.of(before), after and period.of(after)
