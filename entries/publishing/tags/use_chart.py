"""Bars over time, ready to be printed as an SVG."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from entries.publishing.rows.periods import MONTH_NAMES

# In the SVG's own units. Wide enough for MOST_BARS of them, and for the text below.
WIDTH = 360
HEIGHT = 36
WIDEST = 20
# What was used once a month at the most is drawn low.
LEAST_TOP = 4

MOST_BARS = 60
# How many months a bar may stand for: the first that needs no more than MOST_BARS is taken.
# A date that some feed got wrong by centuries makes a poor picture, but no endless one.
LENGTHS = [1, 3, 12, 60, 120, 600, 2400]

QUARTERS = ["first", "second", "third", "fourth"]


class Bar(NamedTuple):
    """One bar: where it stands, and what it says to who points at it. Empty ones are left out."""

    x: float
    y: float
    width: float
    height: float
    label: str


@dataclass(slots=True)
class Chart:
    """How often something was used, from its first month to its last."""

    title: str
    summary: str
    width: int
    height: int
    bars: list[Bar]


def draw_use(name: str, months: Mapping[tuple[int, int], int]) -> Chart | None:
    """The use of `name` by (year, month); None where a picture would say nothing."""
    if len(months) < 2:
        return None
    numbers = {12 * year + month - 1: count for (year, month), count in months.items() if count}
    first, last = min(numbers), max(numbers)
    length = next(
        (length for length in LENGTHS if last // length - first // length < MOST_BARS), LENGTHS[-1]
    )
    start = first // length
    counts = [0] * (last // length - start + 1)
    for number, count in numbers.items():
        counts[number // length - start] += count
    labels = [span_name((start + place) * length, length) for place in range(len(counts))]
    most = max(counts)
    return Chart(
        title=f"The use of {name} over time",
        summary=f"From {month_name(first)} to {month_name(last)}"
        + (f"; the most, {most:,}, {_when(labels[counts.index(most)])}." if most > 1 else "."),
        width=WIDTH,
        height=HEIGHT,
        bars=bars(counts, labels),
    )


def bars(counts: Sequence[int], labels: Sequence[str]) -> list[Bar]:
    """A bar for each of the counts that is not 0, the highest as high as the picture, or nearly.

    One of 1 can still be seen beside one of a thousand.
    """
    top = max([LEAST_TOP, *counts])
    step = min(WIDTH / len(counts), WIDEST)
    drawn = []
    for place, (count, label) in enumerate(zip(counts, labels, strict=True)):
        if count:
            height = max(round(HEIGHT * count / top, 1), 1.5)
            y = round(HEIGHT - height, 1)
            text = f"{label}: {count:,}"
            drawn.append(Bar(round(place * step, 1), y, round(step * 0.8, 1), height, text))
    return drawn


def span_name(first: int, months: int) -> str:
    """What a bar stands for: so many months from one on, counted from the year 0."""
    year, month = divmod(first, 12)
    if months == 1:
        return month_name(first)
    if months == 3:
        return f"{QUARTERS[month // 3]} quarter of {year}"
    return str(year) if months == 12 else f"{year} to {year + months // 12 - 1}"


def month_name(number: int) -> str:
    year, month = divmod(number, 12)
    return f"{MONTH_NAMES[month]} {year}"


def _when(name: str) -> str:
    return f"in the {name}" if "quarter" in name else f"in {name}"
