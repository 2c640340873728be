"""Identity of pictures by their URLs, and detection of avatars and site-wide pictures."""

import re
from collections import Counter
from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from entries.lib.characters import unescape

ENDING = re.compile(r"\.(?:avif|gif|jpe?g|png|webp)\Z", re.I)
# WordPress names smaller copies of a picture photo-300x200.jpg.
SIZE_IN_NAME = re.compile(r"-(\d{1,5})x\d{1,5}(?=\.\w{3,5}\Z)")
SIZE_PARAMETERS = {"w", "h", "width", "height", "resize", "fit", "crop", "quality", "dpr"}
# WordPress.com copies other sites' pictures to i0.wp.com/blog.example/photo.jpg.
WORDPRESS_COM_COPY = re.compile(r"\Ai\d\.wp\.com/(?=[^/]+\.[^/]+/)")
AVATAR = re.compile(r"\A(?:[\w-]+\.)*gravatar\.com/avatar(?:/|\Z)")
# Attributes with URLs; in srcset white space separates them.
URL_ATTRIBUTE = re.compile(
    r"\b(?:src|srcset|href|poster|data-[a-z-]{1,20})\s{0,5}=\s{0,5}"
    r"(?:\"([^\"<>]{1,20000})\"|'([^'<>]{1,20000})'|([^\s\"'<>]{1,2000}))",
    re.I,
)
MIN_ENTRIES = 3  # a feed with fewer entries has no pictures of all


def picture_key(url: str) -> str:
    """The part of a URL that is the same for all sizes and schemes of a picture.

    Drops the whole query if the file name has a picture's extension, else only its sizes.
    """
    try:
        parts = urlsplit(url)
        host = (parts.netloc or "").lower()
    except ValueError:
        return url
    path = SIZE_IN_NAME.sub("", parts.path)
    query = ""
    if parts.query and not ENDING.search(path):
        stated = parse_qsl(parts.query, keep_blank_values=True)
        query = "?" + urlencode([(k, v) for k, v in stated if k.lower() not in SIZE_PARAMETERS])
    return WORDPRESS_COM_COPY.sub("", host + path + query.rstrip("?"))


def stated_width(url: str, width: int | None) -> int:
    """The width in pixels, stated or read from the URL; 0 if unknown."""
    size = SIZE_IN_NAME.search(url.partition("?")[0])
    return width or (int(size.group(1)) if size else 0)


def pictures_in(text: str, absolute: Any) -> set[str]:
    """The picture keys of all URLs in a fragment of HTML."""
    keys = set()
    for match in URL_ATTRIBUTE.finditer(text):
        value = unescape(match[1] or match[2] or match[3])
        for url in {value.strip(), *(part.strip(",") for part in value.split())}:
            keys.add(picture_key(absolute(url)))
    return keys


def is_avatar(url: str) -> bool:
    """True for a picture on gravatar.com."""
    return AVATAR.match(picture_key(url)) is not None


def is_of_person(url: str, title: str, is_image: bool, authors: Iterable[str]) -> bool:
    """True for a picture that is titled with the name of one of the authors."""
    title = title.strip().casefold()
    is_picture = is_image or ENDING.search(url.partition("?")[0])
    return bool(title and is_picture) and title in {name.strip().casefold() for name in authors}


def pictures_of_all(entries: Iterable[Iterable[str]]) -> tuple[str, ...]:
    """The keys of pictures that more than half of the entries have in their Media RSS.

    `entries` are each entry's URLs. Such a picture shows a person or the site, not a post. Empty
    for fewer than MIN_ENTRIES entries.
    """
    uses: Counter[str] = Counter()
    number = 0
    for addresses in entries:
        number += 1
        uses.update({picture_key(url) for url in addresses})
    if number < MIN_ENTRIES:
        return ()
    return tuple(sorted(key for key, times in uses.items() if key and 2 * times > number))
