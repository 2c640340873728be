"""The images of a text: several sizes, those that a script would load, those that only count."""

import re
from collections.abc import Callable

from entries.lib.characters import unescape
from entries.lib.html_tags import ATTRIBUTES, read_attributes, write_tag

from .tracking import is_counter

Resolve = Callable[[str], str | None]

# What stands for an image until a script has loaded the one in these.
LAZY = ("data-src", "data-lazy-src", "data-original", "data-lazy")
LAZY_SETS = ("data-srcset", "data-lazy-srcset")
PLACEHOLDER = re.compile(
    r"data:|[^?#]{0,1000}(blank|placeholder|spacer|loading|lazy|transparent|empty|pixel|1x1|gr[ae]y)"
    r"[\w.-]{0,100}($|[?#])",
    re.I,
)
CANDIDATE = re.compile(r"[\s,]*(?P<address>[^\s,]\S*)(?P<descriptor>[^,]*)")
DESCRIPTOR = re.compile(r"(?:\d{1,5}[wh]|\d{1,3}(?:\.\d{1,4})?x)?")
MAX_CANDIDATES = 50
MAX_SET_LENGTH = 20_000

IMAGE = re.compile(rf"<img{ATTRIBUTES}>|</?x-noscript>")


def clean_srcset(value: str, resolve: Resolve) -> str | None:
    """The candidates of a `srcset` whose addresses stand the check, each made absolute.

    As the HTML standard reads them (4.8.4.2.2): a comma ends a candidate only behind white
    space or at the end of an address. None when no candidate is left.
    """
    if len(value) > MAX_SET_LENGTH:
        return None
    kept: list[str] = []
    position = 0
    while (match := CANDIDATE.match(value, position)) and len(kept) < MAX_CANDIDATES:
        address = match["address"]
        if address.endswith(","):
            position = match.end("address")
            descriptor = ""
        else:
            position = match.end()
            descriptor = match["descriptor"].strip()
        absolute = resolve(address.rstrip(","))
        if absolute and DESCRIPTOR.fullmatch(descriptor):
            kept.append(f"{absolute} {descriptor}".strip())
    return ", ".join(kept) or None


def show_images(fragment: str) -> tuple[str, int, int]:
    """Fill in what a script would load, drop counters and what would show twice.

    Returns besides how many counters there were, and how many images were there twice.

    Reads well-formed HTML, in which `x-noscript` stands for `noscript`: what is in there
    shows too, unless it is there already.
    """
    shown: set[str] = set()
    counters = doubles = 0
    for_no_script = False

    def show(match: re.Match[str]) -> str:
        nonlocal counters, doubles, for_no_script
        if match.group().endswith("x-noscript>"):
            for_no_script = match.group().startswith("<x")
            return ""
        attributes = read_attributes(match.group())
        fill_in(attributes)
        if is_counter(attributes):
            counters += 1
            return ""
        attributes.pop("style", "")
        address = attributes.get("src", "")
        if for_no_script and address in shown:
            doubles += 1
            return ""
        shown.add(address)
        return write_tag("img", attributes)

    return IMAGE.sub(show, fragment), counters, doubles


def fill_in(attributes: dict[str, str]) -> None:
    """Move what a script would have moved into the attributes that count."""
    for names, target in ((LAZY, "src"), (LAZY_SETS, "srcset")):
        waiting = [value for name in names if (value := attributes.pop(name, ""))]
        present = unescape(attributes.get(target, ""))
        if waiting and (not present or PLACEHOLDER.match(present)):
            attributes[target] = waiting[0]
            if target == "src" and PLACEHOLDER.match(unescape(attributes.get("srcset", "x"))):
                del attributes["srcset"]
