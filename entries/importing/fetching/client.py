"""URL to bytes: the one HTTP client, with its guard. The only way out of the process."""

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
from .guard import AddressRefusedError, GuardedPoolManager, Watch

MAX_REDIRECTS = 5
# Of the time that a fetch may take, this part is for the connection: 10 seconds of 30.
CONNECTION_PART = 1 / 3
CHUNK = 64 * 1024  # bytes
MAX_PAGE_BYTES = 256 * 1024  # of the page that stands where a feed has gone
USER = re.compile(r"//[^/?#\\]*@")  # a user name, and perhaps a password, before a host
REDIRECTS = {301, 302, 303, 307, 308}
PERMANENT_REDIRECTS = {301, 308}
ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json, "
    "application/xml;q=0.9, */*;q=0.5"
)

# One request at a time per host: whoever is about to ask one holds its lock.
host_locks: dict[str, threading.Lock] = defaultdict(threading.Lock)


def fetch_feed(url: str, *, etag: str = "", last_modified: str = "") -> Fetched:
    """GET a feed, conditionally when the last response's validators are given.

    Returns its bytes, or none of them and `unchanged` when the server answers 304 Not
    Modified (RFC 9110, 15.4.5). Follows at most MAX_REDIRECTS redirects, waits at most
    settings.FETCH_TIMEOUT seconds of the clock in all and reads at most
    settings.FETCH_MAX_BYTES bytes after decompression. Asks one host one thing at a time;
    waiting for another thread's turn to end is not counted. Raises FetchError for
    everything else.
    """
    validators = {"If-None-Match": etag} if etag else {}
    if last_modified:
        validators["If-Modified-Since"] = last_modified
    address, moved_to, left = url, "", float(settings.FETCH_TIMEOUT)
    for hop in range(MAX_REDIRECTS + 1):
        with host_locks[checked_host(url, address)], Watch(left) as watch:
            answer = ask(url, address, validators, watch)
            left = watch.left
        if isinstance(answer, Fetched):
            return Fetched(**vars(answer) | {"moved_to": moved_to})
        # Permanent is what permanent redirects alone have led to; beyond is for today only.
        moved_on = moved_to == (address if hop else "")
        address = answer.target
        if answer.is_permanent and moved_on:
            moved_to = address
    raise FetchError(url, f"it redirects more than {MAX_REDIRECTS} times")


class Redirect:
    def __init__(self, target: str, is_permanent: bool):
        self.target = target
        self.is_permanent = is_permanent


def ask(url: str, address: str, validators: dict[str, str], watch: Watch) -> Fetched | Redirect:
    """One request and what is to be made of its answer. Raises FetchError."""
    with GuardedPoolManager(watch) as pool:
        response = request(pool, url, address, validators, watch)
        try:
            return understand(url, address, validators, response, watch)
        finally:
            response.close()


def understand(url, address, validators, response, watch) -> Fetched | Redirect:
    status, headers = response.status, response.headers
    if status in REDIRECTS and "location" in headers:
        target = redirect_target(url, address, headers["location"])
        return Redirect(target, status in PERMANENT_REDIRECTS)
    if status == 304 and validators:
        return Fetched(url, b"", url=address, fresh_for=fresh_for(headers), unchanged=True)
    if status == 410:
        page = read_body(url, response, watch, MAX_PAGE_BYTES, cut=True)
        raise RefusedError(url, describe_status(status), status, page=page, page_url=address)
    if status != 200:
        wait = retry_after(headers) if status in (429, 503) else None
        raise RefusedError(url, describe_status(status), status, retry_after=wait)
    return Fetched(
        url,
        read_body(url, response, watch, settings.FETCH_MAX_BYTES),
        url=address,
        content_type=headers.get("content-type", ""),
        etag=headers.get("etag", ""),
        last_modified=headers.get("last-modified", ""),
        fresh_for=fresh_for(headers),
    )


def connect_timeout() -> float:
    """How long, in seconds, a server may take to take the connection."""
    return settings.FETCH_TIMEOUT * CONNECTION_PART


def request(pool, url, address, validators, watch: Watch) -> urllib3.BaseHTTPResponse:
    if watch.is_over:
        raise FetchError(url, too_slow())
    try:
        return pool.request(
            "GET",
            address,
            headers={
                "User-Agent": user_agent(),
                "Accept": ACCEPT,
                "Accept-Encoding": "gzip, br",
                **validators,
            },
            redirect=False,
            retries=False,
            preload_content=False,
            timeout=Timeout(connect=min(connect_timeout(), watch.left), read=watch.left),
        )
    except AddressRefusedError as error:
        raise FetchError(url, str(error)) from error
    except (urllib3.exceptions.HTTPError, ValueError, OSError) as error:
        raise FetchError(url, describe_failure(error, watch)) from error


def read_body(url, response, watch: Watch, limit: int, cut: bool = False) -> bytes:
    """The decompressed body, `cut` at the limit.

    Raises FetchError when it takes too long, or is too long and not to be cut.
    """
    parts, length = [], 0
    try:
        # Decompresses no more than is asked for: what a bomb would unfold to is never there.
        for part in response.stream(CHUNK, decode_content=True):
            parts.append(part)
            length += len(part)
            if length > limit:
                if cut:
                    break
                raise FetchError(
                    url, f"it is larger than the limit of {limit:,} bytes (FETCH_MAX_BYTES)"
                )
    except (urllib3.exceptions.HTTPError, ValueError, OSError) as error:
        raise FetchError(url, describe_failure(error, watch)) from error
    # A body without a length ends where the connection does, also when we have cut it.
    if watch.is_over:
        raise FetchError(url, too_slow())
    return b"".join(parts)


def checked_host(url: str, address: str) -> str:
    """The host of an address that may be asked. Raises FetchError for one that may not."""
    if USER.search(address):
        raise FetchError(
            url, "an address with a user name or a password in it is not fetched: it would be shown"
        )
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise FetchError(url, f"{address[:200]} is no address: {error}") from error
    if parts.scheme not in ("http", "https") or not host:
        raise FetchError(url, f"{address[:200]} is no http address")
    return host.rstrip(".")


def redirect_target(url: str, address: str, location: str) -> str:
    # http.client reads headers as Latin-1; today's servers write UTF-8.
    with suppress(UnicodeError):
        location = location.encode("latin-1").decode()
    try:
        target = urljoin(address, location.strip())
    except ValueError as error:
        raise FetchError(url, f"it redirects to {location[:200]}, which is no address") from error
    if urlsplit(target).scheme not in ("http", "https"):
        raise FetchError(url, f"it redirects to {target[:200]}, which is no http address")
    return target


def user_agent() -> str:
    """Names the site and where to find it, in the characters that a header may have."""
    title = "".join(
        character
        for character in settings.SITE_TITLE
        if character.isascii() and character.isprintable() and character not in "()\\"
    ).strip()
    return f"Feedstead ({title}; +{settings.SITE_URL}/)"


def too_slow() -> str:
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


def describe_failure(error: Exception, watch: Watch) -> str:
    if watch.is_over:
        return too_slow()
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
