"""Removal of ruby annotations outside of <ruby>."""

import re

from entries.lib.html_tags import TAG, VOID

ANNOTATION = re.compile(r"<r[tp]\b")


def without_stray_annotations(fragment: str) -> str:
    """Remove the tags of each <rt> and <rp> that is no child of a <ruby>; their text stays.

    Such tags are a parse error (HTML 13.2.6.4.7) that no parser repairs. Takes well-formed HTML.
    """
    if not ANNOTATION.search(fragment):
        return fragment
    open_elements: list[str] = []
    parts: list[str] = []
    end = 0
    for tag in TAG.finditer(fragment):
        name = tag["name"]
        if name in VOID:
            continue
        if tag["closing"]:
            stray = bool(open_elements) and open_elements.pop() == "stray"
        else:
            stray = name in ("rt", "rp") and open_elements[-1:] != ["ruby"]
            open_elements.append("stray" if stray else name)
        if stray:
            parts.append(fragment[end : tag.start()])
            end = tag.end()
    return "".join([*parts, fragment[end:]])
