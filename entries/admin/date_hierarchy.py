"""The years, months and days above the list of entries, found without reading every entry."""

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


class Dates(NamedTuple):
    """What leads to the parts of a time and back, as Django's template shows it."""

    back: dict[str, Any] | None
    choices: list[dict[str, Any]]


def find_dates(plan: Plan, asked: list[int], link) -> Dates:
    """The periods with entries of the plan within the year, month and day that are asked for.

    `link` makes an address of parameters. A single year and a single month open by themselves.
    At most five queries.
    """
    if len(asked) == 3:
        day = date(*asked)
        back = {"link": link({YEAR: day.year, MONTH: day.month}), "title": named_month(day)}
        return Dates(back, [{"title": named_day(day)}])
    if not asked:
        years = find_periods(plan, [])
        if len(years) != 1:
            return Dates(
                None, [{"link": link({YEAR: y.year}), "title": str(y.year)} for y in years]
            )
        asked = [years[0].year]
    if len(asked) == 1:
        months = find_periods(plan, asked)
        if len(months) != 1:
            back = {"link": link({}), "title": "All dates"}
            choices = [
                {"link": link({YEAR: month.year, MONTH: month.month}), "title": named_month(month)}
                for month in months
            ]
            return Dates(back, choices)
        asked = [months[0].year, months[0].month]
    back = {"link": link({YEAR: asked[0]}), "title": str(asked[0])}
    choices = [
        {"link": link({YEAR: day.year, MONTH: day.month, DAY: day.day}), "title": named_day(day)}
        for day in find_periods(plan, asked)
    ]
    return Dates(back, choices)


def find_periods(plan: Plan, within: list[int]) -> list[date]:
    """The first days of the years, the months of a year or the days of a month with entries."""
    starts = period_starts(within) if within else all_years()
    places = [start_place(day) for day in starts]
    spans = [(place, after - 1) for place, after in pairwise(places)]
    found = (starts[number] for number in find_occupied(plan, spans))
    return [day for day in found if day]


def all_years() -> list[date | None]:
    """The first days of the years from the first entry's to the one after the last's."""
    moments = Entry.objects.order_by("published").values_list("published", flat=True)
    first, last = moments.first(), moments.last()
    if first is None or last is None:
        return []
    years = range(timezone.localdate(first).year, timezone.localdate(last).year + 2)
    return [date(year, 1, 1) if year <= MAXYEAR else None for year in years]


def period_starts(within: list[int]) -> list[date | None]:
    """The first days of the months in a year or of the days in a month, and the day after them."""
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
    """The first place of a day; None is the day after the last that there can be."""
    if day is None:
        return LAST
    return place_of(timezone.make_aware(datetime.combine(day, datetime.min.time())))


def named_month(day: date) -> str:
    return capfirst(date_format(day, "YEAR_MONTH_FORMAT"))


def named_day(day: date) -> str:
    return capfirst(date_format(day, "MONTH_DAY_FORMAT"))
