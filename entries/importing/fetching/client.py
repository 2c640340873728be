"""The HTTP client: URL to bytes. All requests to other sites go through it and its guard."""

import re
import threading
from collections import defaultdict
from contextlib import suppress
from urllib.parse import urljoin, urlsplit

import urllib3
from django.conf import settings
from urllib3.util import Timeout

from entries.importing.errors import FetchError, RefusedError

from .cache_headers import fresh_for, retry_after
from .fetched import Fetched
from .guard import AddressRefusedError, Deadline, GuardedPoolManager

MAX_REDIRECTS = 5
# The share of FETCH_TIMEOUT that connecting may take: 10 seconds of 30.
CONNECT_TIMEOUT_SHARE = 1 / 3
CHUNK_BYTES = 64 * 1024
MAX_PAGE_BYTES = 256 * 1024  # of the page served with 410 Gone
CREDENTIALS = re.compile(r"//[^/?#\\]*@")  # a user name, perhaps with a password, before the host
REDIRECTS = {301, 302, 303, 307, 308}
PERMANENT_REDIRECTS = {301, 308}
ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json, "
    "application/xml;q=0.9, */*;q=0.5"
)

# One request at a time per host: a thread holds the host's lock during its request.
host_locks: dict[str, threading.Lock] = defaultdict(threading.Lock)


def fetch_feed(url: str, *, etag: str = "", last_modified: str = "") -> Fetched:
    """GET a feed, conditionally when the last response's validators are given.

    Returns its bytes, or no bytes and `unchanged` when the server answers 304 Not Modified
    (RFC 9110, 15.4.5). Follows at most MAX_REDIRECTS redirects, takes at most
    settings.FETCH_TIMEOUT seconds in all and reads at most settings.FETCH_MAX_BYTES bytes after
    decompression. Sends one request at a time to a host; the wait for another thread's request
    does not count. Raises FetchError for everything else.
    """
    validators = {"If-None-Match": etag} if etag else {}
    if last_modified:
        validators["If-Modified-Since"] = last_modified
    current_url, moved_to, left = url, "", float(settings.FETCH_TIMEOUT)
    for hop in range(MAX_REDIRECTS + 1):
        with host_locks[checked_host(url, current_url)], Deadline(left) as deadline:
            result = send_request(url, current_url, validators, deadline)
            left = deadline.left
        if isinstance(result, Fetched):
            return Fetched(**vars(result) | {"moved_to": moved_to})
        # A move is permanent only as far as all redirects so far were permanent.
        moved_on = moved_to == (current_url if hop else "")
        current_url = result.target
        if result.is_permanent and moved_on:
            moved_to = current_url
    raise FetchError(url, f"it redirects more than {MAX_REDIRECTS} times")


class Redirect:
    def __init__(self, target: str, is_permanent: bool):
        self.target = target
        self.is_permanent = is_permanent


def send_request(
    url: str, current_url: str, validators: dict[str, str], deadline: Deadline
) -> Fetched | Redirect:
    """Send one request and read its response. Raises FetchError."""
    with GuardedPoolManager(deadline) as pool:
        response = open_response(pool, url, current_url, validators, deadline)
        try:
            return read_response(url, current_url, validators, response, deadline)
        finally:
            response.close()


def read_response(url, current_url, validators, response, deadline) -> Fetched | Redirect:
    status, headers = response.status, response.headers
    if status in REDIRECTS and "location" in headers:
        target = redirect_target(url, current_url, headers["location"])
        return Redirect(target, status in PERMANENT_REDIRECTS)
    if status == 304 and validators:
        return Fetched(url, b"", url=current_url, fresh_for=fresh_for(headers), unchanged=True)
    if status == 410:
        page = read_body(url, response, deadline, MAX_PAGE_BYTES, cut=True)
        raise RefusedError(url, describe_status(status), status, page=page, page_url=current_url)
    if status != 200:
        wait = retry_after(headers) if status in (429, 503) else None
        raise RefusedError(url, describe_status(status), status, retry_after=wait)
    return Fetched(
        url,
        read_body(url, response, deadline, settings.FETCH_MAX_BYTES),
        url=current_url,
        content_type=headers.get("content-type", ""),
        etag=headers.get("etag", ""),
        last_modified=headers.get("last-modified", ""),
        fresh_for=fresh_for(headers),
    )


def connect_timeout() -> float:
    """The seconds that connecting may take."""
    return settings.FETCH_TIMEOUT * CONNECT_TIMEOUT_SHARE


def open_response(
    pool, url, current_url, validators, deadline: Deadline
) -> urllib3.BaseHTTPResponse:
    if deadline.is_over:
        raise FetchError(url, describe_timeout())
    try:
        return pool.request(
            "GET",
            current_url,
            headers={
                "User-Agent": user_agent(),
                "Accept": ACCEPT,
                "Accept-Encoding": "gzip, br",
                **validators,
            },
            redirect=False,
            retries=False,
            preload_content=False,
            timeout=Timeout(connect=min(connect_timeout(), deadline.left), read=deadline.left),
        )
    except AddressRefusedError as error:
        raise FetchError(url, str(error)) from error
    except (urllib3.exceptions.HTTPError, ValueError, OSError) as error:
        raise FetchError(url, describe_failure(error, deadline)) from error


def read_body(url, response, deadline: Deadline, limit: int, cut: bool = False) -> bytes:
    """The decompressed body, of at most about `limit` bytes.

    A longer body is cut if `cut` is true. Raises FetchError for a longer body otherwise, for a
    broken connection, and when the deadline has passed.
    """
    parts, length = [], 0
    try:
        # Decompresses only what is read: a decompression bomb never fills the memory.
        for part in response.stream(CHUNK_BYTES, decode_content=True):
            parts.append(part)
            length += len(part)
            if length > limit:
                if cut:
                    break
                raise FetchError(
                    url, f"it is larger than the limit of {limit:,} bytes (FETCH_MAX_BYTES)"
                )
    except (urllib3.exceptions.HTTPError, ValueError, OSError) as error:
        raise FetchError(url, describe_failure(error, deadline)) from error
    # A body without a length ends with the connection, also when the deadline has closed that.
    if deadline.is_over:
        raise FetchError(url, describe_timeout())
    return b"".join(parts)


def checked_host(url: str, current_url: str) -> str:
    """The host of a URL that may be fetched. Raises FetchError for any other URL."""
    if CREDENTIALS.search(current_url):
        raise FetchError(
            url,
            "an address with a user name or a password in it is not fetched: it would be shown",
        )
    try:
        parts = urlsplit(current_url)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise FetchError(url, f"{current_url[:200]} is no address: {error}") from error
    if parts.scheme not in ("http", "https") or not host:
        raise FetchError(url, f"{current_url[:200]} is no http address")
    return host.rstrip(".")


def redirect_target(url: str, current_url: str, location: str) -> str:
    # http.client reads headers as Latin-1; today's servers write UTF-8.
    with suppress(UnicodeError):
        location = location.encode("latin-1").decode()
    try:
        target = urljoin(current_url, location.strip())
    except ValueError as error:
        raise FetchError(url, f"it redirects to {location[:200]}, which is no address") from error
    if urlsplit(target).scheme not in ("http", "https"):
        raise FetchError(url, f"it redirects to {target[:200]}, which is no http address")
    return target


def user_agent() -> str:
    """Feedstead with the site's title and URL, in the characters that a header may have."""
    title = "".join(
        character
        for character in settings.SITE_TITLE
        if character.isascii() and character.isprintable() and character not in "()\\"
    ).strip()
    return f"Feedstead ({title}; +{settings.SITE_URL}/)"


def describe_timeout() -> str:
    return f"no whole answer within {settings.FETCH_TIMEOUT} seconds (FETCH_TIMEOUT)"


def describe_status(status: int) -> str:
    meanings = {
        401: "it wants a password",
        403: "it may not be read (forbidden)",
        404: "there is no feed at this address (not found)",
        410: "the feed is gone for good",
        429: "the server asks to be left alone for a while (too many requests)",
        503: "the server can't answer for now (service unavailable)",
    }
    return f"{meanings.get(status, 'the server does not give it')}: HTTP status {status}"


def describe_failure(error: Exception, deadline: Deadline) -> str:
    if deadline.is_over:
        return describe_timeout()
    if isinstance(error, urllib3.exceptions.NameResolutionError):
        return "its host is not known; check the spelling"
    if isinstance(error, urllib3.exceptions.NewConnectionError):
        return "its server can't be reached (connection refused or no route)"
    if isinstance(error, urllib3.exceptions.ConnectTimeoutError):
        return f"its server does not take the connection within {connect_timeout():.2g} seconds"
    if isinstance(error, urllib3.exceptions.LocationParseError):
        return f"its address can't be read: {error}"
    if isinstance(error, urllib3.exceptions.SSLError):
        return f"its certificate or TLS is not in order: {error}"
    if isinstance(error, urllib3.exceptions.DecodeError):
        return "its compression is broken"
    return f"the connection broke: {error}"
