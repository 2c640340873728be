"""Images in a text: srcset, images that a script would load, tracking pixels."""

import re
from collections.abc import Callable

from entries.lib.characters import unescape
from entries.lib.html_tags import ATTRIBUTES, read_attributes, write_tag

from .tracking import is_tracking_pixel

Resolve = Callable[[str], str | None]

# Attributes with the URL of an image that a script would load later, in place of a placeholder.
LAZY_SRC = ("data-src", "data-lazy-src", "data-original", "data-lazy")
LAZY_SRCSET = ("data-srcset", "data-lazy-srcset")
PLACEHOLDER = re.compile(
    r"data:|[^?#]{0,1000}(blank|placeholder|spacer|loading|lazy|transparent|empty|pixel|1x1|gr[ae]y)"
    r"[\w.-]{0,100}($|[?#])",
    re.I,
)
CANDIDATE = re.compile(r"[\s,]*(?P<url>[^\s,]\S*)(?P<descriptor>[^,]*)")
DESCRIPTOR = re.compile(r"(?:\d{1,5}[wh]|\d{1,3}(?:\.\d{1,4})?x)?")
MAX_SRCSET_CANDIDATES = 50
MAX_SRCSET_CHARS = 20_000

IMAGE = re.compile(rf"<img{ATTRIBUTES}>|</?x-noscript>")


def clean_srcset(value: str, resolve: Resolve) -> str | None:
    """The candidates of a `srcset` that `resolve` accepts, with the URLs that it returns.

    Parses as the HTML standard does (4.8.4.2.2): a comma ends a candidate only after white space
    or at the end of a URL. Reads at most MAX_SRCSET_CANDIDATES. Returns None if no candidate is
    left or the value is longer than MAX_SRCSET_CHARS.
    """
    if len(value) > MAX_SRCSET_CHARS:
        return None
    kept: list[str] = []
    position = 0
    while (match := CANDIDATE.match(value, position)) and len(kept) < MAX_SRCSET_CANDIDATES:
        url = match["url"]
        if url.endswith(","):
            position = match.end("url")
            descriptor = ""
        else:
            position = match.end()
            descriptor = match["descriptor"].strip()
        absolute = resolve(url.rstrip(","))
        if absolute and DESCRIPTOR.fullmatch(descriptor):
            kept.append(f"{absolute} {descriptor}".strip())
    return ", ".join(kept) or None


def show_images(fragment: str) -> tuple[str, int, int]:
    """Give images the URLs that a script would load; drop tracking pixels and duplicates.

    Reads well-formed HTML in which <noscript> is renamed to <x-noscript>. An image in there is
    kept unless the text shows the same one outside. Returns the HTML, the number of tracking
    pixels and the number of duplicates.
    """
    shown: set[str] = set()
    counters = duplicates = 0
    for_no_script = False

    def show(match: re.Match[str]) -> str:
        nonlocal counters, duplicates, for_no_script
        if match.group().endswith("x-noscript>"):
            for_no_script = match.group().startswith("<x")
            return ""
        attributes = read_attributes(match.group())
        fill_lazy_attributes(attributes)
        if is_tracking_pixel(attributes):
            counters += 1
            return ""
        attributes.pop("style", "")
        url = attributes.get("src", "")
        if for_no_script and url in shown:
            duplicates += 1
            return ""
        shown.add(url)
        return write_tag("img", attributes)

    return IMAGE.sub(show, fragment), counters, duplicates


def fill_lazy_attributes(attributes: dict[str, str]) -> None:
    """Move the URLs that a script would load into `src` and `srcset`."""
    for names, target in ((LAZY_SRC, "src"), (LAZY_SRCSET, "srcset")):
        waiting = [value for name in names if (value := attributes.pop(name, ""))]
        present = unescape(attributes.get(target, ""))
        if waiting and (not present or PLACEHOLDER.match(present)):
            attributes[target] = waiting[0]
            if target == "src" and PLACEHOLDER.match(unescape(attributes.get("srcset", "x"))):
                del attributes["srcset"]
