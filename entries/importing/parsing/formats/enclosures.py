"""Media attached to an entry: enclosures, Media RSS, thumbnails."""

import mimetypes
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from entries.importing.parsing.upstream_fields import Enclosure
from entries.lib.plaintext import squeeze

from .pictures import is_avatar, is_of_person, picture_key, pictures_in, stated_width

# No browser plays Flash any more; YouTube's feeds still name it.
FLASH_TYPE = "application/x-shockwave-flash"
IMAGE_ENDINGS = (".avif", ".gif", ".jpeg", ".jpg", ".png", ".webp")
PAGE_TYPES = {"text/html", "application/xhtml+xml", "text/plain", "text", "html", "xhtml", ""}


@dataclass(frozen=True, slots=True)
class Medium:
    """One media:content of Media RSS, as the feed gives it. `length` is in bytes, `width` in px."""

    url: str = ""
    type: str = ""
    medium: str = ""
    length: int | None = None
    width: int | None = None
    title: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True)
class Attached:
    """Everything that a feed attaches to an entry. URLs are absolute in `linked` only.

    `thumbnails` are the URLs of pictures that represent the entry, best first.
    """

    linked: tuple[Enclosure, ...] = ()
    media: tuple[Medium, ...] = ()
    thumbnails: tuple[str, ...] = ()


def find_enclosures(
    attached: Attached,
    text: str,
    absolute: Callable[[str], str],
    *,
    authors: Iterable[str] = (),
    of_all: Iterable[str] = (),
) -> tuple[Enclosure, ...]:
    """The attachments as enclosures, without duplicates.

    Leaves out pictures of Media RSS that the entry's `text` shows in any size, pictures titled
    with the name of one of the `authors`, avatars, and the pictures `of_all` entries (keys from
    `pictures_of_all`). Takes the widest of a picture's sizes in Media RSS. `absolute` resolves a
    URL.
    """
    kept: dict[str, Enclosure] = {}
    for linked in attached.linked:
        if linked.href:
            kept.setdefault(linked.href, linked)
    found = [
        *media(attached.media, absolute, authors),
        *thumbnails(attached.thumbnails, absolute, of_all),
    ]
    seen = {picture_key(href) for href in kept} | set(of_all)
    seen |= pictures_in(text, absolute) if found else set()
    for enclosure in found:
        key = picture_key(enclosure.href)
        if enclosure.href and key not in seen:
            seen.add(key)
            kept[enclosure.href] = enclosure
    return tuple(kept.values())


def content_elsewhere(href: str, stated_type: str) -> Enclosure:
    """The enclosure for Atom content by `src` (RFC 4287, 4.1.3.2) that is no page."""
    stated = squeeze(stated_type)
    return Enclosure(href, stated if stated not in PAGE_TYPES else guessed_type(href))


def is_page(address: str, stated_type: str) -> bool:
    """True if Atom content by `src` is a page, which is linked rather than attached.

    feedparser sets the type text/plain for content without a type.
    """
    stated = squeeze(stated_type).partition(";")[0].lower()
    if stated not in PAGE_TYPES:
        return False
    return stated != "text/plain" or guessed_type(address) in PAGE_TYPES


def guessed_type(address: str) -> str:
    path = address.partition("?")[0].partition("#")[0]
    return mimetypes.guess_type(path[-200:], strict=False)[0] or ""


def media(
    stated: Iterable[Medium], absolute: Callable[[str], str], authors: Iterable[str]
) -> Iterator[Enclosure]:
    """The enclosures for the media:content elements of Media RSS."""
    widest: dict[str, tuple[int, Medium]] = {}
    for medium in stated:
        if not medium.url or medium.type == FLASH_TYPE or is_avatar(medium.url):
            continue
        if is_of_person(medium.url, medium.title, medium.medium == "image", authors):
            continue
        key = picture_key(absolute(medium.url))
        width = stated_width(medium.url, medium.width)
        if key not in widest or width > widest[key][0]:
            widest[key] = (width, medium)
    for _, medium in widest.values():
        href = absolute(medium.url)
        title = squeeze(medium.description or medium.title)
        yield Enclosure(href, media_type(medium, href), medium.length, title, role="media")


def thumbnails(
    stated: Iterable[str], absolute: Callable[[str], str], of_all: Iterable[str]
) -> Iterator[Enclosure]:
    """The first picture that represents the entry and is neither an avatar nor `of_all` entries."""
    for url in stated:
        if url:
            address = absolute(url)
            if picture_key(address) not in of_all and not is_avatar(address):
                yield Enclosure(address, role="thumbnail")
                return


def media_type(medium: Medium, href: str) -> str:
    stated = squeeze(medium.type)
    if "/" in stated:
        return stated
    try:
        path = urlsplit(href).path.lower()
    except ValueError:
        path = ""
    if medium.medium == "image" or stated == "image" or path.endswith(IMAGE_ENDINGS):
        # The exact type is unknown, but images are shown differently from files.
        return "image/*"
    return ""


def whole_number(stated: Any) -> int | None:
    length = str(stated or "").strip()
    return int(length) if length.isdecimal() and length.isascii() and len(length) < 16 else None
