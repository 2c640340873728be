"""What only tells somebody that a text is read: counters, and marks on addresses."""

import re
from html import escape

from entries.lib.characters import unescape
from entries.lib.html_tags import ATTRIBUTES
from entries.lib.tracking_parameters import TRACKING_PARAMETER

MARKED = re.compile(rf'(<a{ATTRIBUTES}? href=")(https?:[^"?#]*[?#][^"]*)(?=")')
COUNTER = re.compile(
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
UNSEEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.I)
SIZE = re.compile(r"(?<![\w-])(width|height)\s*:\s*([\d.]+)(?:px)?\s*(?:;|$|!)", re.I)


def is_counter(attributes: dict[str, str]) -> bool:
    """Whether an image or a frame is there to be fetched, not to be seen."""
    if COUNTER.match(unescape(attributes.get("src", ""))):
        return True
    style = attributes.get("style", "")
    if UNSEEN.search(style):
        return True
    sizes = [size for name in ("width", "height") if (size := attributes.get(name))]
    sizes += [size for _, size in SIZE.findall(style)]
    return bool(sizes) and all(TINY.fullmatch(size) for size in sizes)


def without_marks(address: str) -> str:
    """An address without its tracking parameters, otherwise letter for letter."""
    address, sharp, fragment = address.partition("#")
    path, mark, query = address.partition("?")
    if fragment and all(is_mark(part) for part in fragment.split("&")):
        sharp = fragment = ""
    kept = "&".join(part for part in query.split("&") if not is_mark(part))
    return path + (mark if kept or not query else "") + kept + sharp + fragment


def is_mark(part: str) -> bool:
    name, equals, _ = part.partition("=")
    return bool(equals) and TRACKING_PARAMETER.fullmatch(name) is not None


def clear_links(fragment: str) -> tuple[str, int]:
    """Sanitised HTML without tracking parameters in its links, and how many links had any."""
    count = 0

    def clear(match: re.Match[str]) -> str:
        nonlocal count
        address = unescape(match[2])
        cleared = without_marks(address)
        count += cleared != address
        return match[1] + (match[2] if cleared == address else escape(cleared))

    return MARKED.sub(clear, fragment) if TRACKING_PARAMETER.search(fragment) else fragment, count
