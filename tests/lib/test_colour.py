"""Accent colours are made readable on the light and the dark background."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from entries.lib.colour import (
    DARK_BACKGROUNDS,
    LIGHT_BACKGROUNDS,
    MIN_CONTRAST,
    contrast,
    readability,
    readable,
)


def test_contrast_is_computed_as_in_wcag():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#ffffff", "#ffffff") == 1
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.005)
    assert contrast("#ff0000", "#ffffff") == pytest.approx(4.0, abs=0.005)


@pytest.mark.parametrize("grounds", [LIGHT_BACKGROUNDS, DARK_BACKGROUNDS])
@pytest.mark.parametrize(
    "colour", ["#000000", "#ffffff", "#ff0000", "#00ff00", "#0000ff", "#7f7f7f", "#fbf9f4"]
)
def test_any_colour_becomes_one_that_can_be_read(colour, grounds):
    assert readability(readable(colour, grounds), grounds) >= MIN_CONTRAST


def test_colours_are_measured_against_the_paper_of_the_style_sheet():
    css = Path(settings.BASE_DIR, "entries/static/entries/site.css").read_text()
    stated = {
        name: re.search(rf"--{name}: light-dark\((#\w+), (#\w+)\)", css).groups()
        for name in ("paper", "wash", "accent")
    }

    assert tuple(zip(stated["paper"], stated["wash"], strict=True)) == (
        LIGHT_BACKGROUNDS,
        DARK_BACKGROUNDS,
    )
    for colour, grounds in zip(
        stated["accent"], (LIGHT_BACKGROUNDS, DARK_BACKGROUNDS), strict=True
    ):
        assert readability(colour, grounds) >= MIN_CONTRAST
