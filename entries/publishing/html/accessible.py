"""What foreign HTML lacks for those who hear a page or walk through it by keyboard.

Works on HTML as our sanitiser leaves it, where every element is closed and every value of an
attribute stands in double quotes. Feeds carry the author's own; only pages are mended.
"""

import re
from contextlib import suppress
from html import escape, unescape
from urllib.parse import urlsplit

from .accessible_lists import mend_lists

STATED = r'((?: [^\s=">]+="[^"]*")*)'
IMAGE = re.compile(rf"<img{STATED}>")
FRAME = re.compile(rf"<iframe{STATED}>")
# A link with nothing between its tags but tags and white space.
BARE_LINK = re.compile(rf'<a{STATED}>((?:\s|&nbsp;|<[^<>"]*(?:"[^"]*"[^<>"]*)*>)*?)</a>')
NAMED_IMAGE = re.compile(r'<img [^<>]*?alt="[^"\s]')
ADDRESS = re.compile(r' (?:href|src)="([^"]*)"')
TITLED = re.compile(r' (?:aria-label|title)="\s*[^"\s]')
BARE_SUMMARY = re.compile(rf"(<summary{STATED}>)\s*(?=</summary>)")
# The page has its own.
LANDMARK = re.compile(r"<(/?)(?:main|nav)(?=[ >])")
CELL = re.compile(rf"<(t[dh]){STATED}>")
# The headers that a cell names have lost their ids at the gate.
LOST = re.compile(r' (?:headers="[^"]*"|scope="(?!(?:row|col|rowgroup|colgroup)")[^"]*")')
LISTED = re.compile(r"<(?:[uod]l|li|d[td])[ >]")
LANGUAGE = re.compile(r'(<[a-z][a-z0-9]*(?: [^\s=">]+="[^"]*")*?) lang="([^"]*)"')
LANGUAGE_TAG = re.compile(r"[a-zA-Z]{2,3}(?:-[a-zA-Z0-9]{1,8})*")


def mend(content: str) -> str:
    """The body with a name for each picture, frame and link, and with lists of items alone."""
    if "<img" in content:
        content = IMAGE.sub(_with_alternative, content)
    if "<iframe" in content:
        content = FRAME.sub(_with_title, content)
    if "<a " in content:
        content = BARE_LINK.sub(_with_name, content)
    if "<summary" in content:
        content = BARE_SUMMARY.sub(r"\1Details", content)
    if "<main" in content or "<nav" in content:
        content = LANDMARK.sub(r"<\1div", content)
    if ' headers="' in content or ' scope="' in content:
        content = CELL.sub(lambda cell: f"<{cell[1]}{LOST.sub('', cell[2])}>", content)
    if ' lang="' in content:
        content = LANGUAGE.sub(_in_a_language, content)
    return mend_lists(content) if LISTED.search(content) else content


def _with_alternative(image: re.Match[str]) -> str:
    return image[0] if ' alt="' in image[1] else f'<img alt=""{image[1]}>'


def _with_title(frame: re.Match[str]) -> str:
    if TITLED.search(frame[1]):
        return frame[0]
    stated = frame[1].replace(' title=""', "")
    return f'<iframe title="From {_place(stated) or "elsewhere"}"{stated}>'


def _with_name(link: re.Match[str]) -> str:
    place = _place(link[1])
    if not place or TITLED.search(link[1]) or NAMED_IMAGE.search(link[2]):
        return link[0]
    return f'<a aria-label="{place}"{link[1]}>{link[2]}</a>'


def _place(stated: str) -> str:
    """Where an address leads, in a few letters: its host, or what it is."""
    address = ADDRESS.search(stated)
    if not address:
        return ""
    text = unescape(address[1])
    with suppress(ValueError):
        text = urlsplit(text).hostname or text
    return escape(text[:60])


def _in_a_language(tag: re.Match[str]) -> str:
    name = tag[2].replace("_", "-")
    return f'{tag[1]} lang="{name}"' if LANGUAGE_TAG.fullmatch(name) else tag[1]
