"""The media that a feed attaches to an entry: enclosures, Media RSS, thumbnails."""

import mimetypes
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from entries.importing.parsing.upstream_fields import Enclosure
from entries.lib.plaintext import squeeze

from .pictures import is_avatar, is_of_person, picture_key, pictures_in, stated_width

# What no browser plays any more, and YouTube's feeds still name.
GONE = "application/x-shockwave-flash"
IMAGE_ENDINGS = (".avif", ".gif", ".jpeg", ".jpg", ".png", ".webp")
PAGE_TYPES = {"text/html", "application/xhtml+xml", "text/plain", "text", "html", "xhtml", ""}


@dataclass(frozen=True, slots=True)
class Medium:
    """One media:content of Media RSS, as the feed gives it. `length` is in bytes."""

    url: str = ""
    type: str = ""
    medium: str = ""
    length: int | None = None
    width: int | None = None
    title: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True)
class Attached:
    """All that a feed attaches to an entry; addresses as it gives them, but those of `linked`.

    `thumbnails` are the addresses of pictures that stand for the entry, best first.
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
    """List every attachment once.

    Leaves out pictures of Media RSS that the entry's `text` shows in any size, pictures of
    the entry's `authors`, and the pictures `of_all` entries, given by their keys. Of one
    picture in several sizes it takes the widest.
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
    """Atom's content by address (RFC 4287, 4.1.3.2), where it is no page."""
    stated = squeeze(stated_type)
    return Enclosure(href, stated if stated not in PAGE_TYPES else guessed_type(href))


def is_page(address: str, stated_type: str) -> bool:
    """True when content by address is a page, to be linked to rather than attached.

    feedparser gives content without a type the type of plain text.
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
    """Media RSS's content."""
    widest: dict[str, tuple[int, Medium]] = {}
    for medium in stated:
        if not medium.url or medium.type == GONE or is_avatar(medium.url):
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
    """The picture that stands for the entry: Media RSS's first thumbnail, a podcast's image."""
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
        # Which one is not said; that it is one decides how it is shown.
        return "image/*"
    return ""


def whole_number(stated: Any) -> int | None:
    length = str(stated or "").strip()
    return int(length) if length.isdecimal() and length.isascii() and len(length) < 16 else None
