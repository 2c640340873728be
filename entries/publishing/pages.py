"""Finished pages in memory: their bytes in each encoding, and the site's version they show."""

import gzip
import re
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from contextlib import suppress
from functools import lru_cache
from threading import Lock

import brotli
from django.utils.http import parse_etags, parse_http_date_safe

from entries.models import Version

Headers = list[tuple[str, str]]

# Shorter bodies gain nothing. Django's GZipMiddleware has the same limit.
MIN_COMPRESSED_BYTES = 200
GZIP_LEVEL = 6
BROTLI_QUALITY = 5  # as fast as gzip, and smaller
# The memory for headers, key and Python's objects of one page, as measured.
OVERHEAD_BYTES = 4_096

# The first one is sent to a client that accepts several with equal weight.
ENCODINGS: dict[str, Callable[[bytes], bytes]] = {
    "br": lambda body: brotli.compress(body, mode=brotli.MODE_TEXT, quality=BROTLI_QUALITY),
    "gzip": lambda body: gzip.compress(body, GZIP_LEVEL, mtime=0),
}
WEIGHT = re.compile(r"q\s*=\s*(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)", re.I)
# The headers of a 304. The client has all others with the page (RFC 9110, 15.4.5).
IN_304 = {"cache-control", "etag", "last-modified", "vary"}


class Page:
    """A response with status 200: its headers, and its body in each encoding.

    The page shows the site in this `version`, or in a newer one.
    """

    def __init__(self, version: Version, headers: Headers, body: bytes):
        named = {name.lower(): value for name, value in headers}
        self.version = version
        self.body = body
        self.etag = named.get("etag", "")
        self.modified = parse_http_date_safe(named.get("last-modified", ""))
        self.headers_of_304 = [item for item in headers if item[0].lower() in IN_304]
        self._headers = [item for item in headers if item[0].lower() != "content-length"]
        self._encoded: dict[str, tuple[Headers, bytes]] = {}
        self._add("", body)

    def _add(self, encoding: str, body: bytes) -> None:
        headers = [*self._headers, ("Content-Length", str(len(body)))]
        if encoding:
            headers.append(("Content-Encoding", encoding))
        self._encoded[encoding] = headers, body

    @property
    def size(self) -> int:
        """The memory that the page takes, in bytes, roughly."""
        return OVERHEAD_BYTES + sum(len(body) for _, body in list(self._encoded.values()))

    @property
    def is_long(self) -> bool:
        """True if the body is long enough to be compressed."""
        return len(self.body) >= MIN_COMPRESSED_BYTES

    def has(self, encoding: str) -> bool:
        return encoding in self._encoded

    def encoded(self, encoding: str) -> tuple[Headers, bytes]:
        """Return headers and body in one of ENCODINGS, or unencoded for "".

        The encoded body is made at the first call.
        """
        if encoding not in self._encoded:
            self._add(encoding, ENCODINGS[encoding](self.body))
        return self._encoded[encoding]

    def take_encoded(self, other: "Page") -> None:
        """Take the encoded bodies of another page that has the same body."""
        for encoding, (_, body) in list(other._encoded.items()):
            self._add(encoding, body)

    def is_known_to(self, if_none_match: str | None, if_modified_since: str | None) -> bool:
        """True if a client that sends these headers has this page (RFC 9110, 13.2.2).

        A date counts only if it is exactly this page's: a later date may be another version's.
        """
        if if_none_match is not None and self.etag:
            if if_none_match == self.etag:
                return True
            if etags := parse_etags(if_none_match):
                plain = self.etag.removeprefix("W/")
                return "*" in etags or plain in [etag.removeprefix("W/") for etag in etags]
        if if_modified_since is None or self.modified is None:
            return False
        return parse_http_date_safe(if_modified_since) == self.modified


class Pages:
    """Pages by key, in at most `max_bytes` of memory. The least recently used are dropped first."""

    def __init__(self, max_bytes: int):
        self.max_bytes = max_bytes
        self.bytes = 0
        self._pages: OrderedDict[Hashable, tuple[Page, int]] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._pages)

    def get(self, key: Hashable) -> Page | None:
        found = self._pages.get(key)
        if found is None:
            return None
        # Another thread may have dropped it in the meantime.
        with suppress(KeyError):
            self._pages.move_to_end(key)
        return found[0]

    def keep(self, key: Hashable, page: Page) -> None:
        """Store a page and drop the one with the same key. Drops others to make room."""
        with self._lock:
            self._put(key, page)

    def measure_again(self, key: Hashable, page: Page) -> None:
        """Measure a page that has grown, if it is still stored. Drops others to make room."""
        with self._lock:
            if self.get(key) is page:
                self._put(key, page)

    def _put(self, key: Hashable, page: Page) -> None:
        size = page.size
        _, before = self._pages.pop(key, (None, 0))
        self.bytes -= before
        if size > self.max_bytes:
            return
        self._pages[key] = page, size
        self.bytes += size
        while self.bytes > self.max_bytes:
            _, (_, dropped) = self._pages.popitem(last=False)
            self.bytes -= dropped


@lru_cache(maxsize=256)
def choose_encoding(accepted: str) -> str:
    """Return the encoding for a client with this Accept-Encoding (RFC 9110, 12.5.3), or "".

    Also returns "" for a client that refuses unencoded content and everything else.
    """
    weights = dict(_weights(accepted.lower().split(",")))
    of_others = weights.get("*", 0.0)
    best = max(ENCODINGS, key=lambda name: weights.get(name, of_others))
    weight = weights.get(best, of_others)
    return best if weight > 0 and weight >= weights.get("identity", 0.0) else ""


def _weights(accepted: Sequence[str]) -> list[tuple[str, float]]:
    weights = []
    for part in accepted:
        name, *parameters = part.split(";")
        weight = 1.0
        for parameter in parameters:
            found = WEIGHT.fullmatch(parameter.strip())
            weight = float(found[1]) if found else 0.0
        weights.append((name.strip().replace("x-gzip", "gzip"), weight))
    return weights
