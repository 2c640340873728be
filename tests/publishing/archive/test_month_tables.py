"""The calendar of a year, and the bars of the archive."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from entries.publishing.archive import counts
from entries.publishing.archive.month_tables import month_table, year_tables
from entries.publishing.rows import kept_counts
from entries.publishing.rows.periods import Period

NOON = datetime(2024, 3, 9, 12, 0, tzinfo=UTC)


def test_a_month_is_its_weeks_from_monday_to_sunday():
    month = month_table(Period(2024, 3), {})

    assert [[day and day.number for day in week] for week in month.weeks] == [
        [None, None, None, None, 1, 2, 3],
        [4, 5, 6, 7, 8, 9, 10],
        [11, 12, 13, 14, 15, 16, 17],
        [18, 19, 20, 21, 22, 23, 24],
        [25, 26, 27, 28, 29, 30, 31],
    ]


def test_a_day_with_entries_leads_to_them_and_says_how_many():
    month = month_table(Period(2024, 3), {date(2024, 3, 9): 1, date(2024, 3, 10): 1200})

    saturday, sunday = month.weeks[1][5:]
    assert saturday == (9, "/2024/Mar/9/", "9 March: 1 entry", 1)
    assert sunday == (10, "/2024/Mar/10/", "10 March: 1,200 entries", 4)
    assert month.weeks[1][0] == (4, "", "", 0)
    assert month.count == 1201


@pytest.mark.parametrize(
    ("count", "busiest", "weight"),
    [(1, 1, 1), (2, 2, 2), (4, 4, 4), (1, 100, 1), (25, 100, 1), (26, 100, 2), (100, 100, 4)],
)
def test_days_are_weighed_against_the_busiest_and_a_single_entry_is_always_light(
    count, busiest, weight
):
    counts = {date(2024, 3, 1): count, date(2024, 3, 2): busiest}

    assert month_table(Period(2024, 3), counts).weeks[0][4].weight == weight


@pytest.mark.parametrize("year", [1, 1582, 2024, 9999])
def test_every_year_that_an_address_can_name_has_a_calendar_of_all_its_days(year):
    months = year_tables(year, {})

    days = [day for month in months for week in month.weeks for day in week if day]
    assert len(months) == 12
    assert len(days) == (366 if year == 2024 else 365)
    assert all(len(week) == 7 for month in months for week in month.weeks)


def test_the_bars_of_all_years_are_on_one_scale(make_entry):
    for year, number in ((2023, 4), (2024, 1)):
        for _ in range(number):
            make_entry(published=NOON.replace(year=year))

    years = counts.years()

    assert [(year.period.name, year.count) for year in years] == [("2024", 1), ("2023", 4)]
    bars = [[(column.month.name, column.height) for column in year.columns] for year in years]
    assert bars[0][2] == ("March 2024", counts.MAX_BAR_HEIGHT / 4)
    assert bars[1][2] == ("March 2023", counts.MAX_BAR_HEIGHT)
    assert [height for _, height in bars[0][3:]] == [0] * 9


def test_the_archive_counts_this_year_and_those_before(make_entry):
    make_entry(published=NOON)
    make_entry(published=NOON - timedelta(days=366))

    with time_machine.travel(NOON + timedelta(days=1)):
        years = counts.years()

    assert [(year.period.year, year.count) for year in years] == [(2024, 1), (2023, 1)]


def test_the_first_year_that_dates_can_have_is_in_the_archive(make_entry):
    make_entry(published=datetime(1, 1, 2, tzinfo=UTC))
    make_entry(published=NOON)

    assert counts.count_by_month(date.min, date.max) == {(1, 1): 1, (2024, 3): 1}
    assert [year.period.path for year in counts.years()] == ["/2024/", "/0001/"]


def test_few_entries_are_counted_each_time(make_entry):
    make_entry(published=NOON)
    day = NOON.date()
    before = counts.count_by_day(day, day)
    make_entry(published=NOON)

    assert before[day] == 1
    assert counts.count_by_day(day, day)[day] == 2


def test_what_took_long_to_count_is_kept_for_a_while():
    many = Counter({"a": kept_counts.MAX_RECOUNTED_ENTRIES, "b": 1})
    counted = []

    def count():
        counted.append(1)
        return many

    with time_machine.travel(NOON, tick=False) as clock:
        assert (
            kept_counts.keep_count("name", count) == kept_counts.keep_count("name", count) == many
        )
        assert len(counted) == 1
        clock.shift(timedelta(days=1))
        kept_counts.keep_count("name", count)

    assert len(counted) == 2
