"""Tracking in a text: tracking pixels, and tracking parameters of links."""

import re
from html import escape

from entries.lib.characters import unescape
from entries.lib.html_tags import ATTRIBUTES
from entries.lib.tracking_parameters import TRACKING_PARAMETER

LINK_WITH_PARAMETERS = re.compile(rf'(<a{ATTRIBUTES}? href=")(https?:[^"?#]*[?#][^"]*)(?=")')
TRACKER_URL = re.compile(
    r"https?://(?:"
    r"feeds\.feedburner\.com/~r/|[\w.-]*feedburner\.com/~[46a-z]+/[^?]*\.gif|"
    r"(?:feedads\.g|ad|ad\.[a-z]{2}|googleads\.g|stats\.g)\.doubleclick\.net/|"
    r"feedproxy\.google\.com/~[ra]/|pixel\.wp\.com/|stats\.wordpress\.com/|"
    r"feeds\.wordpress\.com/1\.0/|pixel\.quantserve\.com/|(?:www|ssl)\.google-analytics\.com/|"
    r"[\w.-]*blogger\.com/tracker/|blogger\.googleusercontent\.com/tracker/|"
    r"[\w.-]*feedsportal\.com/(?:c|s|r|mf|i/mf)[/.]|[\w.-]*\.scorecardresearch\.com/|"
    r"medium\.com/_/stat\b|(?:www\.)?facebook\.com/tr[/?]|b\.wordpress\.com/b\.gif"
    r")",
    re.I,
)
TINY = re.compile(r"[01]")
HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.I)
SIZE = re.compile(r"(?<![\w-])(width|height)\s*:\s*([\d.]+)(?:px)?\s*(?:;|$|!)", re.I)


def is_tracking_pixel(attributes: dict[str, str]) -> bool:
    """True for an image or a frame that is invisible, tiny or from a known tracker."""
    if TRACKER_URL.match(unescape(attributes.get("src", ""))):
        return True
    style = attributes.get("style", "")
    if HIDDEN_STYLE.search(style):
        return True
    sizes = [size for name in ("width", "height") if (size := attributes.get(name))]
    sizes += [size for _, size in SIZE.findall(style)]
    return bool(sizes) and all(TINY.fullmatch(size) for size in sizes)


def without_tracking(url: str) -> str:
    """A URL without its tracking parameters, otherwise unchanged to the letter."""
    url, sharp, fragment = url.partition("#")
    path, mark, query = url.partition("?")
    if fragment and all(is_tracking_parameter(part) for part in fragment.split("&")):
        sharp = fragment = ""
    kept = "&".join(part for part in query.split("&") if not is_tracking_parameter(part))
    return path + (mark if kept or not query else "") + kept + sharp + fragment


def is_tracking_parameter(part: str) -> bool:
    name, equals, _ = part.partition("=")
    return bool(equals) and TRACKING_PARAMETER.fullmatch(name) is not None


def clean_links(fragment: str) -> tuple[str, int]:
    """Remove tracking parameters from the links of sanitised HTML.

    Also returns the number of links that had any.
    """
    count = 0

    def clear(match: re.Match[str]) -> str:
        nonlocal count
        url = unescape(match[2])
        cleared = without_tracking(url)
        count += cleared != url
        return match[1] + (match[2] if cleared == url else escape(cleared))

    if TRACKING_PARAMETER.search(fragment):
        fragment = LINK_WITH_PARAMETERS.sub(clear, fragment)
    return fragment, count
