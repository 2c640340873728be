"""A WSGI layer in front of Django that sends public pages from memory.

It keeps the pages of views with the decorator `keep_finished`, each with the version of the site
(`SiteVersion`) that it shows. Every change of the site raises the version, so that nothing has to
be cleared. Each process keeps its own pages.
"""

import logging
import time
from collections.abc import Callable, Iterable
from functools import lru_cache
from http import HTTPStatus
from threading import Event, Lock, local
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.conf import settings
from django.core.handlers.wsgi import get_path_info
from django.db import Error as AnyDatabaseError
from django.db import close_old_connections, connection
from django.http import QueryDict
from django.urls import Resolver404, resolve

from entries.models import SiteVersion, Version
from entries.publishing.pages import Headers, Page, Pages, choose_encoding
from entries.views.finished import Parameters

logger = logging.getLogger(__name__)

Environ = dict[str, Any]
StartResponse = Callable[..., Any]

SAFE_METHODS = ("GET", "HEAD")
# Headers that this layer handles itself. The page does not depend on them.
HANDLED_HEADERS = (
    "HTTP_ACCEPT_ENCODING", "HTTP_COOKIE", "HTTP_IF_MODIFIED_SINCE", "HTTP_IF_NONE_MATCH",
    "HTTP_IF_RANGE", "HTTP_RANGE",
)  # fmt: skip
# Headers that only Django handles: such requests are rare.
UNHANDLED_HEADERS = ("HTTP_IF_MATCH", "HTTP_IF_UNMODIFIED_SINCE", "HTTP_TRANSFER_ENCODING")
MAX_QUERY_CHARS = 1_000
MAX_WAIT_SECONDS = 10  # for another thread that renders the same page

# A process sees a change made by another one after at most this time. SQLite tells in a few
# microseconds that nothing was written. On other databases the row must be read.
MAX_DELAY_SECONDS = {"sqlite": 0.1}
MAX_DELAY_SECONDS_ELSEWHERE = 1.0


class Key(NamedTuple):
    """The parts of a request that a page depends on. It also depends on the site's version."""

    is_secure: bool
    host: str
    path: str
    query: str


class FinishedPages:
    """A WSGI application that answers from memory where it can, else calls `application`."""

    def __init__(self, application: Callable[..., Iterable[bytes]], max_bytes: int):
        self.application = application
        self.pages = Pages(max_bytes)
        self.versions = Versions()
        self.rendering: dict[Key, Event] = {}
        self.lock = Lock()

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        key = key_of(environ)
        version = self.versions.current() if key else None
        if key is None or version is None:
            return self.pass_by(environ, start_response)
        page = self.pages.get(key)
        if page is None or page.version != version:
            return self.render_once(key, version, environ, start_response)
        return self.answer(key, page, environ, start_response)

    def pass_by(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        response = self.application(environ, start_response)
        if environ["REQUEST_METHOD"] not in SAFE_METHODS:
            self.versions.expire()
        return response

    def render_once(
        self, key: Key, version: Version, environ: Environ, start_response: StartResponse
    ) -> Iterable[bytes]:
        """Let Django make the page. Other threads that want the same page wait for it."""
        with self.lock:
            others = self.rendering.get(key)
            if others is None:
                self.rendering[key] = done = Event()
        if others is None:
            try:
                return self.render(key, version, environ, start_response)
            finally:
                with self.lock:
                    del self.rendering[key]
                done.set()
        others.wait(MAX_WAIT_SECONDS)
        page = self.pages.get(key)
        if page is None or page.version != version:
            return self.pass_by(environ, start_response)
        return self.answer(key, page, environ, start_response)

    def render(
        self, key: Key, version: Version, environ: Environ, start_response: StartResponse
    ) -> Iterable[bytes]:
        """Let Django make the page, keep it if all readers get the same, and answer with it."""
        request = {name: value for name, value in environ.items() if name not in HANDLED_HEADERS}
        request |= {"REQUEST_METHOD": "GET", "QUERY_STRING": key.query}
        started: list[Any] = []

        def remember_start(*args: Any) -> None:
            started[:] = args

        response = self.application(request, remember_start)
        try:
            body = b"".join(response)
        finally:
            if hasattr(response, "close"):
                response.close()
        status, headers, *_ = started
        if not may_keep(status, headers):
            start_response(status, headers)
            return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]
        page = Page(version, headers, body)
        previous = self.pages.get(key)
        if previous is not None and previous.body == body:
            page.take_encoded(previous)
        self.pages.keep(key, page)
        return self.answer(key, page, environ, start_response)

    def answer(
        self, key: Key, page: Page, environ: Environ, start_response: StartResponse
    ) -> Iterable[bytes]:
        get = environ.get
        if page.is_known_to(get("HTTP_IF_NONE_MATCH"), get("HTTP_IF_MODIFIED_SINCE")):
            start_response("304 Not Modified", page.headers_of_304)
            return []
        encoding = choose_encoding(get("HTTP_ACCEPT_ENCODING", "")) if page.is_long else ""
        is_new = not page.has(encoding)
        headers, body = page.encoded(encoding)
        if is_new:
            self.pages.measure_again(key, page)
        start_response("200 OK", headers)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]


def key_of(environ: Environ) -> Key | None:
    """The key of the requested page. None if Django has to answer the request."""
    if (
        environ["REQUEST_METHOD"] not in SAFE_METHODS
        or settings.SESSION_COOKIE_NAME in environ.get("HTTP_COOKIE", "")
        or environ.get("CONTENT_LENGTH") not in (None, "", "0")
        or environ.get("SCRIPT_NAME")
        or any(name in environ for name in UNHANDLED_HEADERS)
    ):
        return None
    path, query = environ["PATH_INFO"], environ.get("QUERY_STRING", "")
    parameters = parameters_of(path)
    if parameters is None:
        return None
    if query:
        known = known_query(query, parameters)
        if known is None:
            return None
        query = known
    return Key(is_secure(environ), environ.get("HTTP_HOST", "").lower(), path, query)


@lru_cache(maxsize=1024)
def parameters_of(path: str) -> Parameters | None:
    """The query parameters of the view at a path (PATH_INFO). None if its pages are not kept."""
    try:
        match = resolve(get_path_info({"PATH_INFO": path}))
    except Resolver404:
        return None
    return getattr(match.func, "finished", None)


def known_query(query: str, parameters: Parameters) -> str | None:
    """The parameters of a query that the view knows, in a fixed order.

    Returns None if Django has to answer: the query is too long, or the view must see all of it.
    """
    if len(query) > MAX_QUERY_CHARS:
        return None
    given = QueryDict(query)
    if parameters.are_all and not set(parameters.names).issuperset(given):
        return None
    known = [(name, given.getlist(name)) for name in parameters.names if name in given]
    return urlencode(known, doseq=True)


def is_secure(environ: Environ) -> bool:
    """True if the client used https. Follows the rule of Django's `HttpRequest.scheme`."""
    if settings.SECURE_PROXY_SSL_HEADER:
        name, secure = settings.SECURE_PROXY_SSL_HEADER
        if (value := environ.get(name)) is not None:
            return value.split(",", 1)[0].strip() == secure
    return environ.get("wsgi.url_scheme") == "https"


def may_keep(status: str, headers: Headers) -> bool:
    """True if all readers get the same response until the site changes."""
    named = {name.lower(): value.lower() for name, value in headers}
    return (
        status.startswith(f"{HTTPStatus.OK:d} ")
        and "set-cookie" not in named
        and "content-encoding" not in named
        and named.get("vary", "accept-encoding") == "accept-encoding"
        and not any(word in named.get("cache-control", "") for word in ("no-store", "private"))
    )


class Versions:
    """The version of the site, read from the database at most once in MAX_DELAY_SECONDS."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.version: Version | None = None
        self.check_at = 0.0  # time.monotonic() of the next look into the database
        self.until = float("inf")  # time.time() at which an entry appears and the version ends
        self.seen = local()  # the data version that each thread's connection saw last

    def current(self) -> Version | None:
        """Return the version, which may be MAX_DELAY_SECONDS old.

        While the database fails, the last version is returned: nobody can change the site then.
        Returns None if no version was ever read.
        """
        if self.is_due():
            with self.lock:
                # Another thread may have read it while this one waited for the lock.
                if self.is_due():
                    self.read()
        return self.version

    def is_due(self) -> bool:
        return time.monotonic() >= self.check_at or time.time() >= self.until

    def expire(self) -> None:
        """Read the version before the next page: this thread may have changed the site."""
        self.seen.data_version = None
        self.check_at = 0.0

    def read(self) -> None:
        # The delay counts from before the reading: a change may be committed meanwhile.
        started = time.monotonic()
        try:
            # Django does this at the start of a request. A transaction is open only in tests.
            if not connection.in_atomic_block:
                close_old_connections()
            if time.time() >= self.until or self.may_have_changed():
                self.version = SiteVersion.objects.current()
                until = self.version.until
                self.until = until.timestamp() if until else float("inf")
        except AnyDatabaseError:
            logger.exception("The version of the site can't be read.")
            connection.close()
            self.seen.data_version = None
            self.until = float("inf")
        delay = MAX_DELAY_SECONDS.get(connection.vendor, MAX_DELAY_SECONDS_ELSEWHERE)
        self.check_at = started + delay

    def may_have_changed(self) -> bool:
        """True if the database may have changed since this thread last called this method."""
        if connection.vendor != "sqlite":
            return True
        with connection.cursor() as cursor:
            # The number changes when another connection writes. Numbers are comparable only
            # within one connection.
            cursor.execute("PRAGMA data_version")
            seen = connection.connection, cursor.fetchone()[0]
        is_same = getattr(self.seen, "data_version", None) == seen
        self.seen.data_version = seen
        return not is_same
