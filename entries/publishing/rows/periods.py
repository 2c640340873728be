"""Periods of the archive: years, months and days, with their paths and names."""

import calendar
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from django.urls import reverse

from entries.models.entry import MONTHS

MONTH_NAMES = [
    "January", "February", "March", "April", "May", "June", "July",
    "August", "September", "October", "November", "December",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Period:
    """A year, month or day: the page at `/2025/`, `/2025/Sep/` or `/2025/Sep/11/`.

    `month` and `day` are 0 if the period is longer.
    """

    year: int
    month: int = 0
    day: int = 0

    @property
    def first(self) -> date:
        """The first day. Raises ValueError if there is no such day."""
        return date(self.year, self.month or 1, self.day or 1)

    @property
    def last(self) -> date:
        month = self.month or 12
        return date(self.year, month, self.day or calendar.monthrange(self.year, month)[1])

    @property
    def path(self) -> str:
        return period_path(self)

    @property
    def month_name(self) -> str:
        return MONTH_NAMES[self.month - 1]

    @property
    def short_month_name(self) -> str:
        return MONTHS[self.month - 1]

    @property
    def name(self) -> str:
        parts = [self.day, self.month and self.month_name, self.year]
        return " ".join(str(part) for part in parts if part)

    @classmethod
    def of_day(cls, day: date) -> "Period":
        return cls(day.year, day.month, day.day)

    def of(self, day: date) -> "Period":
        """The period of the same length that contains a day."""
        return Period(day.year, self.month and day.month, self.day and day.day)


@lru_cache(maxsize=10_000)
def period_path(period: Period) -> str:
    if period.day:
        return reverse("entries:day", args=[period.year, MONTHS[period.month - 1], period.day])
    if period.month:
        return reverse("entries:month", args=[period.year, MONTHS[period.month - 1]])
    return reverse("entries:year", args=[period.year])
