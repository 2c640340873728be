"""The bar chart of a tag's use over time, as numbers for an SVG."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from entries.publishing.rows.periods import MONTH_NAMES

# In units of the SVG. Wide enough for MAX_BARS, and for the text below them.
WIDTH = 360
HEIGHT = 36
MAX_BAR_WIDTH = 20
# A bar has the full height only for this many uses, so that a rarely used tag has low bars.
MIN_FULL_HEIGHT_USES = 4

MAX_BARS = 60
# A bar covers the first of these numbers of months that needs no more than MAX_BARS. The long
# ones are for feeds with dates that are wrong by centuries.
MONTHS_PER_BAR = [1, 3, 12, 60, 120, 600, 2400]

QUARTERS = ["first", "second", "third", "fourth"]


class Bar(NamedTuple):
    """One bar: its rectangle, and the label shown under the pointer."""

    x: float
    y: float
    width: float
    height: float
    label: str


@dataclass(slots=True)
class Chart:
    """A chart from the first month of use to the last. Months without use have no bar."""

    title: str
    summary: str
    width: int
    height: int
    bars: list[Bar]


def draw_use(name: str, months: Mapping[tuple[int, int], int]) -> Chart | None:
    """Draw the use of a tag by (year, month). Returns None for fewer than two months."""
    if len(months) < 2:
        return None
    numbers = {12 * year + month - 1: count for (year, month), count in months.items() if count}
    first, last = min(numbers), max(numbers)
    length = next(
        (length for length in MONTHS_PER_BAR if last // length - first // length < MAX_BARS),
        MONTHS_PER_BAR[-1],
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
    """A bar for each count that is not 0. The largest has the full height.

    Bars have a minimum height, so that a count of 1 is visible beside one of a thousand.
    """
    top = max([MIN_FULL_HEIGHT_USES, *counts])
    step = min(WIDTH / len(counts), MAX_BAR_WIDTH)
    drawn = []
    for place, (count, label) in enumerate(zip(counts, labels, strict=True)):
        if count:
            height = max(round(HEIGHT * count / top, 1), 1.5)
            y = round(HEIGHT - height, 1)
            text = f"{label}: {count:,}"
            drawn.append(Bar(round(place * step, 1), y, round(step * 0.8, 1), height, text))
    return drawn


def span_name(first: int, months: int) -> str:
    """The name of a bar's period: `months` months from `first`, a number of months since year 0."""
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
