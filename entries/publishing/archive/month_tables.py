"""Calendars: the days of a month in weeks, shaded by their numbers of entries."""

import calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from entries.publishing.rows.periods import Period

# The number of shades. The darkest is for the busiest day.
SHADES = 4


class Day(NamedTuple):
    """A day of a month. `weight` is its shade. A day without entries has only its number."""

    number: int
    path: str = ""
    label: str = ""
    weight: int = 0


@dataclass(slots=True)
class Month:
    """A month in weeks from Monday to Sunday. A day of another month is None."""

    period: Period
    count: int
    weeks: list[list[Day | None]]


def year_tables(year: int, counts: Mapping[date, int]) -> list[Month]:
    """The twelve months of a year, with the entries of each day."""
    return [month_table(Period(year, month), counts) for month in range(1, 13)]


def month_table(month: Period, counts: Mapping[date, int]) -> Month:
    """A month's calendar. Days are shaded in relation to the busiest day in `counts`."""
    busiest = max([SHADES, *counts.values()])
    count = 0

    def day(number: int) -> Day | None:
        nonlocal count
        if not number:
            return None
        period = Period(month.year, month.month, number)
        entries = counts.get(period.first, 0)
        if not entries:
            return Day(number)
        count += entries
        label = f"{number} {month.month_name}: {entries:,} {'entry' if entries == 1 else 'entries'}"
        return Day(number, period.path, label, -(-SHADES * entries // busiest))

    rows = calendar.Calendar(calendar.MONDAY).monthdayscalendar(month.year, month.month)
    weeks = [[day(number) for number in row] for row in rows]
    return Month(month, count, weeks)
