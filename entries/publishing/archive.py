"""The archive: which days have entries, and how many."""

import calendar
from collections import Counter
from dataclasses import dataclass
from datetime import date

from django.db.models import Count
from django.urls import reverse

from entries.models import Entry
from entries.models.entry import MONTHS

from .listing import MONTH_NAMES


@dataclass(frozen=True, slots=True)
class Period:
    """A year, a month or a day, as `/2025/`, `/2025/Sep/` and `/2025/Sep/11/` name them."""

    year: int
    month: int = 0
    day: int = 0

    @property
    def first(self) -> date:
        """The first day. Raises ValueError when there is no such day."""
        return date(self.year, self.month or 1, self.day or 1)

    @property
    def last(self) -> date:
        month = self.month or 12
        return date(self.year, month, self.day or calendar.monthrange(self.year, month)[1])

    @property
    def path(self) -> str:
        if self.day:
            return reverse("entries:day", args=[self.year, MONTHS[self.month - 1], self.day])
        if self.month:
            return reverse("entries:month", args=[self.year, MONTHS[self.month - 1]])
        return reverse("entries:year", args=[self.year])

    @property
    def month_name(self) -> str:
        return MONTH_NAMES[self.month - 1]

    @property
    def name(self) -> str:
        parts = [self.day, self.month and self.month_name, self.year]
        return " ".join(str(part) for part in parts if part)

    @property
    def short_name(self) -> str:
        """A day without its year: 11 Sep."""
        return f"{self.day} {MONTHS[self.month - 1]}"

    def of(self, day: date) -> "Period":
        """The period of this length that a day lies in."""
        return Period(day.year, self.month and day.month, self.day and day.day)


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
