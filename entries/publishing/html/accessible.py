"""Repairs that make foreign HTML accessible to screen readers and keyboards (WCAG).

Expects HTML from our sanitiser: every element is closed and every attribute is in double quotes.
Used on pages only. Feeds carry the author's own HTML.
"""

import re
from contextlib import suppress
from html import escape, unescape
from urllib.parse import urlsplit

from .accessible_lists import repair_lists

MAX_NAME_CHARS = 60

ATTRIBUTES = r'((?: [^\s=">]+="[^"]*")*)'
IMAGE = re.compile(rf"<img{ATTRIBUTES}>")
FRAME = re.compile(rf"<iframe{ATTRIBUTES}>")
# A link that has only tags and white space between its tags.
EMPTY_LINK = re.compile(rf'<a{ATTRIBUTES}>((?:\s|&nbsp;|<[^<>"]*(?:"[^"]*"[^<>"]*)*>)*?)</a>')
NAMED_IMAGE = re.compile(r'<img [^<>]*?alt="[^"\s]')
URL = re.compile(r' (?:href|src)="([^"]*)"')
TITLED = re.compile(r' (?:aria-label|title)="\s*[^"\s]')
EMPTY_SUMMARY = re.compile(rf"(<summary{ATTRIBUTES}>)\s*(?=</summary>)")
# A page has landmarks of its own.
LANDMARK = re.compile(r"<(/?)(?:main|nav)(?=[ >])")
CELL = re.compile(rf"<(t[dh]){ATTRIBUTES}>")
# The sanitiser removes ids, so `headers` names nothing. HTML knows no other values of `scope`.
BROKEN = re.compile(r' (?:headers="[^"]*"|scope="(?!(?:row|col|rowgroup|colgroup)")[^"]*")')
LISTED = re.compile(r"<(?:[uod]l|li|d[td])[ >]")
LANGUAGE = re.compile(r'(<[a-z][a-z0-9]*(?: [^\s=">]+="[^"]*")*?) lang="([^"]*)"')
LANGUAGE_TAG = re.compile(r"[a-zA-Z]{2,3}(?:-[a-zA-Z0-9]{1,8})*")


def make_accessible(content: str) -> str:
    """Name each picture, frame, summary and link without a name, and repair lists.

    Also turns landmarks into <div>, and drops broken table headers and invalid languages.
    """
    if "<img" in content:
        content = IMAGE.sub(_with_alternative, content)
    if "<iframe" in content:
        content = FRAME.sub(_with_title, content)
    if "<a " in content:
        content = EMPTY_LINK.sub(_with_name, content)
    if "<summary" in content:
        content = EMPTY_SUMMARY.sub(r"\1Details", content)
    if "<main" in content or "<nav" in content:
        content = LANDMARK.sub(r"<\1div", content)
    if ' headers="' in content or ' scope="' in content:
        content = CELL.sub(lambda cell: f"<{cell[1]}{BROKEN.sub('', cell[2])}>", content)
    if ' lang="' in content:
        content = LANGUAGE.sub(_with_valid_language, content)
    return repair_lists(content) if LISTED.search(content) else content


def _with_alternative(image: re.Match[str]) -> str:
    return image[0] if ' alt="' in image[1] else f'<img alt=""{image[1]}>'


def _with_title(frame: re.Match[str]) -> str:
    if TITLED.search(frame[1]):
        return frame[0]
    attributes = frame[1].replace(' title=""', "")
    return f'<iframe title="From {_place(attributes) or "elsewhere"}"{attributes}>'


def _with_name(link: re.Match[str]) -> str:
    place = _place(link[1])
    if not place or TITLED.search(link[1]) or NAMED_IMAGE.search(link[2]):
        return link[0]
    return f'<a aria-label="{place}"{link[1]}>{link[2]}</a>'


def _place(attributes: str) -> str:
    """The host of the URL in these attributes, else the beginning of that URL, escaped."""
    url = URL.search(attributes)
    if not url:
        return ""
    text = unescape(url[1])
    with suppress(ValueError):
        text = urlsplit(text).hostname or text
    return escape(text[:MAX_NAME_CHARS])


def _with_valid_language(tag: re.Match[str]) -> str:
    name = tag[2].replace("_", "-")
    return f'{tag[1]} lang="{name}"' if LANGUAGE_TAG.fullmatch(name) else tag[1]
