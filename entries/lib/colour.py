"""Colours as #rrggbb, and whether they can be read (WCAG 2.2, 1.4.3)."""

import re
from colorsys import hls_to_rgb, rgb_to_hls

COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
READABLE = 4.5
COMFORTABLE = 7
# The grounds on which text stands, as the style sheet has them: its paper and its wash.
LIGHT = ("#fbf9f4", "#f3efe5")
DARK = ("#191816", "#22201d")
STEPS = 200


def contrast(one: str, other: str) -> float:
    """From 1, the same, to 21, black on white (WCAG 2.2, contrast ratio)."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def readability(colour: str, grounds: tuple[str, ...]) -> float:
    """The contrast of text in this colour to that ground of these which it is nearest to."""
    return min(contrast(colour, ground) for ground in grounds)


def readable(colour: str, grounds: tuple[str, ...], least: float = READABLE) -> str:
    """The colour, or the nearest lighter or darker one of its hue with this contrast."""
    hue, lightness, saturation = rgb_to_hls(*_channels(colour))
    step = (1 if grounds == DARK else -1) / STEPS
    while readability(colour, grounds) < least:
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
