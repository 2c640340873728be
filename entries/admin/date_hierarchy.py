"""The links to years, months and days above the list of entries.

They are found in the search index, without reading every entry.
"""

from datetime import MAXYEAR, date, datetime, timedelta
from itertools import pairwise
from typing import Any, NamedTuple

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst

from entries.models import Entry
from entries.models.search_document import place_of
from entries.publishing.search import LAST, Plan, find_occupied

YEAR, MONTH, DAY = (f"published__{part}" for part in ("year", "month", "day"))


class DateLinks(NamedTuple):
    """Links to periods, and a link back to the longer one, for Django's date_hierarchy.html."""

    back: dict[str, Any] | None
    choices: list[dict[str, Any]]


def find_date_links(plan: Plan, chosen: list[int], link) -> DateLinks:
    """Links to the periods that have entries of the plan, within the chosen year, month and day.

    `chosen` holds the year, month and day, or the first of them. If there is a single year or
    month, its months or days are shown at once. `link` makes a URL from parameters. At most five
    queries.
    """
    if len(chosen) == 3:
        day = date(*chosen)
        back = {"link": link({YEAR: day.year, MONTH: day.month}), "title": month_title(day)}
        return DateLinks(back, [{"title": day_title(day)}])
    if not chosen:
        years = find_periods(plan, [])
        if len(years) != 1:
            return DateLinks(
                None, [{"link": link({YEAR: y.year}), "title": str(y.year)} for y in years]
            )
        chosen = [years[0].year]
    if len(chosen) == 1:
        months = find_periods(plan, chosen)
        if len(months) != 1:
            back = {"link": link({}), "title": "All dates"}
            choices = [
                {"link": link({YEAR: month.year, MONTH: month.month}), "title": month_title(month)}
                for month in months
            ]
            return DateLinks(back, choices)
        chosen = [months[0].year, months[0].month]
    back = {"link": link({YEAR: chosen[0]}), "title": str(chosen[0])}
    choices = [
        {"link": link({YEAR: day.year, MONTH: day.month, DAY: day.day}), "title": day_title(day)}
        for day in find_periods(plan, chosen)
    ]
    return DateLinks(back, choices)


def find_periods(plan: Plan, within: list[int]) -> list[date]:
    """The periods that have entries of the plan, each as its first day.

    They are years, the months of a year or the days of a month, depending on `within`.
    """
    starts = period_starts(within) if within else all_years()
    places = [start_place(day) for day in starts]
    spans = [(place, after - 1) for place, after in pairwise(places)]
    found = (starts[number] for number in find_occupied(plan, spans))
    return [day for day in found if day]


def all_years() -> list[date | None]:
    """The first days of the years from the first entry's to the one after the last entry's.

    A day after the last possible one is None. Two queries.
    """
    moments = Entry.objects.order_by("published").values_list("published", flat=True)
    first, last = moments.first(), moments.last()
    if first is None or last is None:
        return []
    years = range(timezone.localdate(first).year, timezone.localdate(last).year + 2)
    return [date(year, 1, 1) if year <= MAXYEAR else None for year in years]


def period_starts(within: list[int]) -> list[date | None]:
    """The first days of the months of a year, or the days of a month, and the day after them.

    A day after the last possible one is None.
    """
    year = within[0]
    if len(within) == 1:
        starts = [date(year, month, 1) for month in range(1, 13)]
        return [*starts, date(year + 1, 1, 1) if year < MAXYEAR else None]
    day = date(year, within[1], 1)
    days: list[date | None] = []
    while day.month == within[1]:
        days.append(day)
        if day == date.max:
            return [*days, None]
        day += timedelta(days=1)
    return [*days, day]


def start_place(day: date | None) -> int:
    """The place in the search index at which a day begins. None is after the last possible day."""
    if day is None:
        return LAST
    return place_of(timezone.make_aware(datetime.combine(day, datetime.min.time())))


def month_title(day: date) -> str:
    return capfirst(date_format(day, "YEAR_MONTH_FORMAT"))


def day_title(day: date) -> str:
    return capfirst(date_format(day, "MONTH_DAY_FORMAT"))
