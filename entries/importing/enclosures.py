"""The media that a feed attaches to an entry: enclosures, Media RSS, thumbnails."""

import mimetypes
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from urllib.parse import urlsplit

from .pictures import is_avatar, picture_key, pictures_in, stated_width
from .text import squeeze

Raw = dict[str, Any]
Row = list[Any]

# What no browser plays any more, and YouTube's feeds still name.
GONE = "application/x-shockwave-flash"
IMAGE_ENDINGS = (".avif", ".gif", ".jpeg", ".jpg", ".png", ".webp")
PAGE_TYPES = {"text/html", "application/xhtml+xml", "text/plain", "text", "html", "xhtml", ""}


def find_enclosures(
    raw: Raw,
    text: str,
    absolute: Callable[[str], str],
    *,
    authors: Iterable[str] = (),
    of_all: Iterable[str] = (),
) -> list[Row]:
    """List every attachment once, in the columns of models.Enclosure.STATED.

    Leaves out pictures of Media RSS that the entry's `text` shows in any size, pictures of
    the entry's `authors`, and the pictures `of_all` entries, given by their keys. Of one
    picture in several sizes it takes the widest.
    """
    rows: dict[str, Row] = {}
    for row in [*linked(raw, absolute), *content_elsewhere(raw, absolute)]:
        if row[0]:
            rows.setdefault(row[0], row)
    found = [*media(raw, absolute, authors), *thumbnails(raw, absolute, of_all)]
    seen = {picture_key(href) for href in rows} | set(of_all)
    seen |= pictures_in(text, absolute) if found else set()
    for row in found:
        key = picture_key(row[0])
        if row[0] and key not in seen:
            seen.add(key)
            rows[row[0]] = row
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


def content_elsewhere(raw: Raw, absolute: Callable[[str], str]) -> Iterator[Row]:
    """Atom's content by address (RFC 4287, 4.1.3.2), where it is no page."""
    for content in raw.get("content") or []:
        if content.get("src") and not is_page(content):
            address = absolute(content["src"])
            stated = squeeze(content.get("type") or "")
            known = stated if stated not in PAGE_TYPES else guessed_type(address)
            yield [address, known, None, "", "", "enclosure"]


def is_page(content: Raw) -> bool:
    """True when content by address is a page, to be linked to rather than attached.

    feedparser gives content without a type the type of plain text.
    """
    stated = squeeze(content.get("type") or "").partition(";")[0].lower()
    if stated not in PAGE_TYPES:
        return False
    guessed = guessed_type(str(content.get("src") or ""))
    return stated != "text/plain" or guessed in PAGE_TYPES


def guessed_type(address: str) -> str:
    path = address.partition("?")[0].partition("#")[0]
    return mimetypes.guess_type(path[-200:], strict=False)[0] or ""


def media(raw: Raw, absolute: Callable[[str], str], authors: Iterable[str] = ()) -> Iterator[Row]:
    """Media RSS's content."""
    widest: dict[str, tuple[int, Raw]] = {}
    for content in raw.get("media_content") or []:
        address = str(content.get("url") or "")
        if not address or content.get("type") == GONE or is_avatar(content, address, authors):
            continue
        key = picture_key(absolute(address))
        width = stated_width(address, whole_number(content.get("width")))
        if key not in widest or width > widest[key][0]:
            widest[key] = (width, content)
    for _, content in widest.values():
        href = absolute(content["url"])
        title = content.get("description") or content.get("title") or ""
        length = whole_number(content.get("filesize"))
        yield [href, media_type(content, href), length, squeeze(title), "", "media"]


def thumbnails(
    raw: Raw, absolute: Callable[[str], str], of_all: Iterable[str] = ()
) -> Iterator[Row]:
    """The picture that stands for the entry: Media RSS's first thumbnail, a podcast's image."""
    image = raw.get("image") or {}
    for thumbnail in [*(raw.get("media_thumbnail") or []), {"url": image.get("href")}]:
        if thumbnail.get("url"):
            address = absolute(thumbnail["url"])
            if picture_key(address) not in of_all and not is_avatar(thumbnail, address, ()):
                yield [address, "", None, "", "", "thumbnail"]
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
