"""Colours as #rrggbb, and the contrast that makes text readable (WCAG 2.2, 1.4.3)."""

import re
from colorsys import hls_to_rgb, rgb_to_hls

COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
MIN_CONTRAST = 4.5  # WCAG 2.2, 1.4.3 (AA)
COMFORTABLE_CONTRAST = 7  # WCAG 2.2, 1.4.6 (AAA)
# The background colours of the style sheet: --paper and --wash.
LIGHT_BACKGROUNDS = ("#fbf9f4", "#f3efe5")
DARK_BACKGROUNDS = ("#191816", "#22201d")
LIGHTNESS_STEPS = 200


def contrast(one: str, other: str) -> float:
    """The contrast ratio of WCAG 2.2: from 1 for equal colours to 21 for black on white."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def readability(colour: str, backgrounds: tuple[str, ...]) -> float:
    """The lowest contrast of text in this colour on any of the backgrounds."""
    return min(contrast(colour, background) for background in backgrounds)


def readable(colour: str, backgrounds: tuple[str, ...], minimum: float = MIN_CONTRAST) -> str:
    """The colour, or the nearest one of its hue that has the minimum contrast.

    The other is lighter on dark backgrounds and darker on all others.
    """
    hue, lightness, saturation = rgb_to_hls(*_channels(colour))
    step = (1 if backgrounds == DARK_BACKGROUNDS else -1) / LIGHTNESS_STEPS
    while readability(colour, backgrounds) < minimum:
        lightness = min(max(lightness + step, 0), 1)
        channels = hls_to_rgb(hue, lightness, saturation)
        colour = "#" + "".join(f"{round(channel * 255):02x}" for channel in channels)
    return colour


def _luminance(colour: str) -> float:
    red, green, blue = (
        channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4
        for channel in _channels(colour)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _channels(colour: str) -> tuple[float, float, float]:
    red, green, blue = bytes.fromhex(colour[1:])
    return red / 255, green / 255, blue / 255
