"""ETag and Last-Modified (RFC 9110, 8.8): a document is not sent again to one who has it."""

import hashlib
import time

from django.core.cache import caches
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.http import http_date, parse_http_date_safe

# Browsers ask each time (a 304 is cheap); a cache in front of the site may wait a minute.
CACHE_CONTROL = "public, max-age=0, s-maxage=60"

# In seconds, for how long a time of change is kept. Anybody may make up addresses.
KNOWN_FOR = 7 * 24 * 3600

# Two processes may first see two versions of a document within one second. The chance that both
# versions get the same date is one in this number.
MAX_SET_BACK_SECONDS = 3600


def conditional(request: HttpRequest, response: HttpResponse) -> HttpResponseBase:
    """The response with its validators; 304 Not Modified for one who has the document already.

    The ETag stands for the document's bytes. It is weak: the same whether they go out
    compressed or not. A 304 has the headers of the 200 that it stands for (RFC 9110, 15.4.5).
    """
    digest = _digest(response.content)
    modified = _changed_at(request.get_full_path(), digest)
    response["ETag"] = f'W/"{digest}"'
    response["Last-Modified"] = http_date(modified)
    response["Cache-Control"] = CACHE_CONTROL
    patch_vary_headers(response, ["Accept-Encoding"])
    told = get_conditional_response(
        request, response["ETag"], _by_date(request, modified), response
    )
    return told or response


def _changed_at(address: str, digest: str) -> int:
    """Since when the document at an address has been what it is, in seconds since 1970.

    No stored time says it: what a deletion or a tag changes carries no date. So it is the time
    when this version was first seen here, kept in the cache; unknown is now, which costs a
    reader without our ETag a full answer. The dates that one cache gives to an address only
    grow. HTTP dates have whole seconds, and another process with a cache of its own may have
    seen another version within the same one: so each date is set back by up to an hour, by a
    number that the version's digest gives.
    """
    key = f"changed:{_digest(address.encode('utf-8', 'surrogatepass'))}"
    cache = caches["addresses"]
    known_digest, known_at = cache.get(key) or ("", 0)
    if known_digest == digest:
        return known_at
    set_back = int(digest[:8], 16) % MAX_SET_BACK_SECONDS
    changed_at = max(int(time.time()) - set_back, known_at + 1)
    cache.set(key, (digest, changed_at), timeout=KNOWN_FOR)
    return changed_at


def _by_date(request: HttpRequest, modified: int) -> int:
    """The time of change, for a request that knows no ETag.

    Only the very date of the version that there is now says that a reader has it: a later
    one may be that of an edit that was undone since, told by another process. For any other
    date the document counts as changed since.
    """
    asked = parse_http_date_safe(request.headers.get("If-Modified-Since", ""))
    return modified if asked in (None, modified) else asked + 1


def _digest(content: bytes) -> str:
    return hashlib.blake2b(content, digest_size=12).hexdigest()
