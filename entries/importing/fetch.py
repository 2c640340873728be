"""URL to bytes: the one HTTP client, with its guard. The only way out of the process."""

import time
from urllib.parse import urljoin, urlsplit

import urllib3
from django.conf import settings
from urllib3.util import Timeout

from .document import Fetched
from .errors import FetchError
from .guard import AddressRefusedError, GuardedPoolManager

MAX_REDIRECTS = 5
CONNECT_TIMEOUT = 10  # seconds
CHUNK = 64 * 1024  # bytes
REDIRECTS = {301, 302, 303, 307, 308}
ACCEPT = "application/atom+xml, application/rss+xml, application/xml;q=0.9, */*;q=0.5"


def fetch_feed(url: str, *, etag: str = "", last_modified: str = "") -> Fetched | None:
    """GET a feed, conditionally when the last response's validators are given.

    Returns its bytes, or None when the server answers 304 Not Modified (RFC 9110,
    15.4.5). Follows at most MAX_REDIRECTS redirects, waits at most settings.FETCH_TIMEOUT
    seconds in all and reads at most settings.FETCH_MAX_BYTES bytes after decompression.
    Raises FetchError for everything else.
    """
    headers = {"If-None-Match": etag} if etag else {}
    if last_modified:
        headers["If-Modified-Since"] = last_modified
    deadline = time.monotonic() + settings.FETCH_TIMEOUT
    address = url
    with GuardedPoolManager() as pool:
        for _ in range(MAX_REDIRECTS + 1):
            response = request(pool, url, address, headers, deadline)
            try:
                if response.status == 304:
                    return None
                if response.status in REDIRECTS and "location" in response.headers:
                    address = redirect_target(url, address, response.headers["location"])
                    continue
                if response.status != 200:
                    raise FetchError(url, describe_status(response.status))
                return Fetched(
                    url,
                    read_body(url, response, deadline),
                    url=address,
                    content_type=response.headers.get("content-type", ""),
                    etag=response.headers.get("etag", ""),
                    last_modified=response.headers.get("last-modified", ""),
                    is_from_network=True,
                )
            finally:
                response.release_conn()
                response.close()
    raise FetchError(url, f"it redirects more than {MAX_REDIRECTS} times")


def request(pool, url, address, headers, deadline) -> urllib3.BaseHTTPResponse:
    left = deadline - time.monotonic()
    if left <= 0:
        raise FetchError(url, too_slow())
    try:
        return pool.request(
            "GET",
            address,
            headers={
                "User-Agent": f"Feedstead (+{settings.SITE_URL}/)",
                "Accept": ACCEPT,
                "Accept-Encoding": "gzip, deflate",
                **headers,
            },
            redirect=False,
            retries=False,
            preload_content=False,
            timeout=Timeout(connect=min(CONNECT_TIMEOUT, left), read=left),
        )
    except AddressRefusedError as error:
        raise FetchError(url, str(error)) from error
    except (urllib3.exceptions.HTTPError, ValueError, OSError) as error:
        raise FetchError(url, describe_failure(error)) from error


def read_body(url, response, deadline) -> bytes:
    """The decompressed body. Raises FetchError when it is too long or takes too long."""
    parts, length = [], 0
    try:
        for part in response.stream(CHUNK, decode_content=True):
            parts.append(part)
            length += len(part)
            if length > settings.FETCH_MAX_BYTES:
                limit = f"{settings.FETCH_MAX_BYTES:,} bytes (FETCH_MAX_BYTES)"
                raise FetchError(url, f"it is larger than the limit of {limit}")
            if time.monotonic() > deadline:
                raise FetchError(url, too_slow())
    except urllib3.exceptions.HTTPError as error:
        raise FetchError(url, describe_failure(error)) from error
    return b"".join(parts)


def redirect_target(url: str, address: str, location: str) -> str:
    target = urljoin(address, location)
    if urlsplit(target).scheme not in ("http", "https"):
        raise FetchError(url, f"it redirects to {target[:200]}, which is no http address")
    return target


def too_slow() -> str:
    return f"no whole answer within {settings.FETCH_TIMEOUT} seconds (FETCH_TIMEOUT)"


def describe_status(status: int) -> str:
    meanings = {
        401: "it wants a password",
        403: "it may not be read (forbidden)",
        404: "there is no feed at this address (not found)",
        410: "the feed is gone for good",
        429: "the server asks to be left alone for a while (too many requests)",
    }
    return f"{meanings.get(status, 'the server does not give it')}: HTTP status {status}"


def describe_failure(error: Exception) -> str:
    if isinstance(error, urllib3.exceptions.NameResolutionError):
        return "its host is not known; check the spelling"
    if isinstance(error, urllib3.exceptions.TimeoutError):
        return too_slow()
    if isinstance(error, urllib3.exceptions.NewConnectionError):
        return "its server can't be reached (connection refused or no route)"
    if isinstance(error, urllib3.exceptions.SSLError):
        return f"its certificate or TLS is not in order: {error}"
    if isinstance(error, urllib3.exceptions.DecodeError):
        return "its compression is broken"
    return f"the connection broke: {error}"
