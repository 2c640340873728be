"""Conditional requests: ETag, Last-Modified and 304 Not Modified (RFC 9110, 8.8 and 13)."""

import hashlib
import time

from django.core.cache import caches
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.http import http_date, parse_http_date_safe

# Browsers ask each time (a 304 is cheap); a cache in front of the site may wait a minute.
CACHE_CONTROL = "public, max-age=0, s-maxage=60"

# The cache forgets when a URL last changed after this time, because anybody may make up URLs.
MAX_KNOWN_SECONDS = 7 * 24 * 3600

# Two processes may first see two versions of a document within one second. The chance that both
# versions get the same date is one in this number.
MAX_SET_BACK_SECONDS = 3600


def conditional(request: HttpRequest, response: HttpResponse) -> HttpResponseBase:
    """Add validators to a response. Return it, or a 304 if the client has this document already.

    The ETag is a hash of the body. It is weak, because it is the same for the compressed body.
    A 304 has the headers that the 200 would have (RFC 9110, 15.4.5).
    """
    digest = _digest(response.content)
    modified = _read_changed_at(request.get_full_path(), digest)
    response["ETag"] = f'W/"{digest}"'
    response["Last-Modified"] = http_date(modified)
    response["Cache-Control"] = CACHE_CONTROL
    patch_vary_headers(response, ["Accept-Encoding"])
    compared = _compared_date(request, modified)
    return get_conditional_response(request, response["ETag"], compared, response) or response


def _read_changed_at(url: str, digest: str) -> int:
    """When the document at a URL last changed, in seconds since 1970.

    The database does not know, because a deletion or a changed tag leaves no date on the page.
    The result is the time at which this cache first saw the version. If the cache has forgotten
    it, the result is now, and a client without our ETag gets a full response. Within one cache,
    the dates of a URL only grow.

    HTTP dates have whole seconds, and another process with its own cache may have seen another
    version within the same second. To tell the two apart, each date is moved back by up to
    MAX_SET_BACK_SECONDS, by a number taken from the digest.
    """
    key = f"changed:{_digest(url.encode('utf-8', 'surrogatepass'))}"
    cache = caches["addresses"]
    known_digest, known_at = cache.get(key) or ("", 0)
    if known_digest == digest:
        return known_at
    set_back = int(digest[:8], 16) % MAX_SET_BACK_SECONDS
    changed_at = max(int(time.time()) - set_back, known_at + 1)
    cache.set(key, (digest, changed_at), timeout=MAX_KNOWN_SECONDS)
    return changed_at


def _compared_date(request: HttpRequest, modified: int) -> int:
    """The date of change to compare with If-Modified-Since.

    The client has the current version only if it sends exactly the date of that version. A later
    date may come from another process and belong to an edit that has been undone. For any other
    date, returns a date that makes the document count as changed.
    """
    asked = parse_http_date_safe(request.headers.get("If-Modified-Since", ""))
    return modified if asked in (None, modified) else asked + 1


def _digest(content: bytes) -> str:
    return hashlib.blake2b(content, digest_size=12).hexdigest()
