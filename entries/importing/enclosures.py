"""The media that a feed attaches to an entry: enclosures, Media RSS, thumbnails."""

import html
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

from .text import squeeze

Raw = dict[str, Any]
Row = list[Any]

# What no browser plays any more, and YouTube's feeds still name.
GONE = "application/x-shockwave-flash"
IMAGE_ENDINGS = (".avif", ".gif", ".jpeg", ".jpg", ".png", ".webp")


def find_enclosures(raw: Raw, text: str, absolute: Callable[[str], str]) -> list[Row]:
    """Every attachment once, by address, as models.Enclosure.STATED lists it.

    `text` is the entry's: an image of Media RSS that stands there as well is left out. Of
    one image in several sizes, told by all but the query of its address, the widest counts.
    """
    rows: dict[str, Row] = {}
    for row in [*linked(raw, absolute), *media(raw, absolute), *thumbnails(raw, absolute)]:
        href, role = row[0], row[5]
        stands_in_text = href in text or html.escape(href) in text
        if href and href not in rows and (role == "enclosure" or not stands_in_text):
            rows[href] = row
    return list(rows.values())


def linked(raw: Raw, absolute: Callable[[str], str]) -> Iterator[Row]:
    """Atom's links of rel=enclosure, RSS's enclosures."""
    for link in raw.get("links") or []:
        if link.get("rel") == "enclosure" and link.get("href"):
            yield [
                absolute(link["href"]),
                squeeze(link.get("type") or ""),
                whole_number(link.get("length")),
                squeeze(link.get("title") or ""),
                squeeze(link.get("hreflang") or ""),
                "enclosure",
            ]


def media(raw: Raw, absolute: Callable[[str], str]) -> Iterator[Row]:
    """Media RSS's content."""
    widest: dict[str, Raw] = {}
    for content in raw.get("media_content") or []:
        if not content.get("url") or content.get("type") == GONE:
            continue
        name = str(content["url"]).partition("?")[0]
        other = widest.get(name)
        if other is None or (whole_number(content.get("width")) or 0) > (
            whole_number(other.get("width")) or 0
        ):
            widest[name] = content
    for content in widest.values():
        href = absolute(content["url"])
        title = content.get("description") or content.get("title") or ""
        length = whole_number(content.get("filesize"))
        yield [href, media_type(content, href), length, squeeze(title), "", "media"]


def thumbnails(raw: Raw, absolute: Callable[[str], str]) -> Iterator[Row]:
    """The picture that stands for the entry: Media RSS's first thumbnail, a podcast's image."""
    image = raw.get("image") or {}
    for thumbnail in [*(raw.get("media_thumbnail") or []), {"url": image.get("href")}]:
        if thumbnail.get("url"):
            yield [absolute(thumbnail["url"]), "", None, "", "", "thumbnail"]
            return


def media_type(content: Raw, href: str) -> str:
    stated = squeeze(content.get("type") or "")
    if "/" in stated:
        return stated
    try:
        path = urlsplit(href).path.lower()
    except ValueError:
        path = ""
    if content.get("medium") == "image" or stated == "image" or path.endswith(IMAGE_ENDINGS):
        # Which one is not said; that it is one decides how it is shown.
        return "image/*"
    return ""


def whole_number(stated: Any) -> int | None:
    length = str(stated or "").strip()
    return int(length) if length.isdecimal() and length.isascii() and len(length) < 16 else None
