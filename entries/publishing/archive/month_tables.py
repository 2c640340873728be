"""Months as tables of their days, each weighed by how many entries it has."""

import calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from entries.publishing.rows.periods import Period

# Days are shaded in so many steps; the last is for a year's busiest day.
STEPS = 4


class Day(NamedTuple):
    """A day of a month. Without entries it has no path, no label and no weight."""

    number: int
    path: str = ""
    label: str = ""
    weight: int = 0


@dataclass(slots=True)
class Month:
    """A month's weeks, from Monday to Sunday; None stands for a day of another month."""

    period: Period
    count: int
    weeks: list[list[Day | None]]


def year_tables(year: int, counts: Mapping[date, int]) -> list[Month]:
    """The twelve months of a year, with the entries of each day."""
    return [month_table(Period(year, month), counts) for month in range(1, 13)]


def month_table(month: Period, counts: Mapping[date, int]) -> Month:
    """A month's table. Days are weighed against the busiest among `counts`."""
    busiest = max([STEPS, *counts.values()])
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
        return Day(number, period.path, label, -(-STEPS * entries // busiest))

    rows = calendar.Calendar(calendar.MONDAY).monthdayscalendar(month.year, month.month)
    weeks = [[day(number) for number in row] for row in rows]
    return Month(month, count, weeks)
