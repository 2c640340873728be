"""ETag and Last-Modified: a document is not made again for one who has it."""

import hashlib
import time
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.cache import caches
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.http import http_date

# Browsers ask each time (a 304 is cheap); a cache in front of the site may wait a minute.
CACHE_CONTROL = "public, max-age=0, s-maxage=60"

# In seconds, for how long a time of change is kept. Anybody may make up addresses.
KNOWN_FOR = 7 * 24 * 3600

PRINTED_BY = ["theme", "templates", "entries/publishing", "entries/static"]


def answer(
    request: HttpRequest, shown: Any, render: Callable[[], HttpResponse]
) -> HttpResponseBase:
    """The document that `render` makes, or 304 Not Modified without making it.

    `shown` is all that the document prints, read but not yet rendered: its repr is what the
    ETag stands for, so that whatever changes the document changes the ETag: an edit, a tag,
    a deletion, an entry falling due, a new version of the templates.
    """
    etag = f'"{_digest(_version(), repr(shown))}"'
    modified = _changed_at(request.get_full_path(), etag)
    response = get_conditional_response(request, etag=etag, last_modified=modified) or render()
    response["ETag"] = etag
    response["Last-Modified"] = http_date(modified)
    response["Cache-Control"] = CACHE_CONTROL
    return response


def _changed_at(address: str, etag: str) -> int:
    """Since when the document at an address has been what it is, in seconds since 1970.

    No stored time says it: what a deletion or a tag changes carries no date. So it is the time
    when this ETag was first seen here, kept in the cache; unknown is now, which costs a
    reader without our ETag a full answer and is never wrong. A change within the second
    of the last one counts as one of the next second, the finest step that HTTP dates have.
    """
    key = f"changed:{_digest(address)}"
    cache = caches["addresses"]
    known_etag, known_at = cache.get(key) or ("", 0)
    if known_etag == etag:
        return known_at
    now = max(int(time.time()), known_at + 1)
    cache.set(key, (etag, now), timeout=KNOWN_FOR)
    return now


def _version() -> str:
    """What the site's own files and settings add to a page."""
    return _read_version() if settings.DEBUG else _version_once()


@lru_cache(maxsize=1)
def _version_once() -> str:
    return _read_version()


def _read_version() -> str:
    files = sorted(
        file
        for directory in PRINTED_BY
        for file in Path(settings.BASE_DIR, directory).rglob("*.*")
        if file.is_file() and file.suffix != ".pyc"
    )
    names = (settings.SITE_URL, settings.SITE_TITLE, settings.LANGUAGE_CODE, settings.TIME_ZONE)
    return _digest(*names, *(file.read_bytes() for file in files))


def _digest(*parts: str | bytes) -> str:
    digest = hashlib.blake2b(digest_size=12)
    for part in parts:
        digest.update(part if isinstance(part, bytes) else part.encode("utf-8", "surrogatepass"))
        digest.update(b"\0")
    return digest.hexdigest()
