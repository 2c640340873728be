"""The bar chart of a tag's use."""

import pytest

from entries.publishing.tags import use_chart
from entries.publishing.tags.use_chart import draw_use


def test_a_bar_stands_for_each_month_with_a_use():
    drawn = draw_use("python", {(2023, 11): 1, (2024, 2): 8})

    assert [bar.label for bar in drawn.bars] == ["November 2023: 1", "February 2024: 8"]
    assert [bar.x for bar in drawn.bars] == [0, 3 * use_chart.MAX_BAR_WIDTH]
    assert [bar.height for bar in drawn.bars] == [use_chart.HEIGHT / 8, use_chart.HEIGHT]
    assert drawn.title == "The use of python over time"
    assert drawn.summary == ("From November 2023 to February 2024; the most, 8, in February 2024.")


def test_what_was_never_used_twice_in_a_month_is_drawn_low():
    drawn = draw_use("python", {(2023, 11): 1, (2024, 2): 1})

    assert {bar.height for bar in drawn.bars} == {use_chart.HEIGHT / use_chart.MIN_FULL_HEIGHT_USES}
    assert drawn.summary == "From November 2023 to February 2024."


@pytest.mark.parametrize("counts", [{}, {(2024, 2): 90}])
def test_one_month_makes_no_picture(counts):
    assert draw_use("python", counts) is None


@pytest.mark.parametrize(
    ("years", "label"),
    [
        (4, "January 2000: 1"),
        (10, "first quarter of 2000: 1"),
        (50, "2000: 1"),
        (200, "2000 to 2004: 1"),
        (500, "2000 to 2009: 1"),
        (2000, "2000 to 2049: 1"),
    ],
)
def test_the_longer_the_time_the_more_a_bar_stands_for(years, label):
    drawn = draw_use("python", {(2000, 1): 1, (2000 + years, 1): 1})

    assert drawn.bars[0].label == label
    assert drawn.bars[-1].x + drawn.bars[-1].width <= use_chart.WIDTH
    assert drawn.bars[-1].x / drawn.bars[-1].width < use_chart.MAX_BARS * 1.3


def test_the_longest_time_that_dates_can_hold_is_a_picture_of_few_bars():
    every = {(year, month): 1 for year in range(1, 10000, 7) for month in (1, 12)}

    drawn = draw_use("python", every)

    assert 2 < len(drawn.bars) <= use_chart.MAX_BARS
    assert sum(int(bar.label.rpartition(" ")[2]) for bar in drawn.bars) == len(every)


def test_a_single_use_is_seen_beside_a_thousand():
    drawn = draw_use("python", {(2024, 1): 1, (2024, 2): 1000})

    assert drawn.bars[0].height >= 1
    assert all(bar.y + bar.height == use_chart.HEIGHT for bar in drawn.bars)
