"""The client's limits of time and bytes, its redirects and its User-Agent."""

import gzip
import socket
import threading
import time
import tracemalloc
import zlib
from contextlib import suppress

import brotli
import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Response

from entries.importing.errors import FetchError
from entries.importing.fetching.client import fetch_feed
from tests.importing.atom import feed

MEGABYTE = 1024 * 1024


class Drip:
    """A server that sends its pieces slowly, and then may keep the connection open.

    `was_left` is set when the client hangs up before the server has finished.
    """

    def __init__(self, pieces, hold):
        self.pieces, self.hold = pieces, hold
        self.was_left = threading.Event()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}/feed"
        threading.Thread(target=self.answer, daemon=True).start()

    def answer(self):
        with suppress(OSError), self.listener.accept()[0] as connection:
            connection.recv(65536)
            try:
                for piece in self.pieces:
                    if self.is_left(connection, 0.05):
                        return
                    connection.sendall(piece)
                if self.hold:
                    self.is_left(connection, 60)
            except OSError:
                self.was_left.set()

    def is_left(self, connection, seconds):
        """Wait until the client hangs up, with a timeout. Returns True if it does."""
        connection.settimeout(seconds)
        try:
            is_left = connection.recv(1) == b""
        except TimeoutError:
            return False
        if is_left:
            self.was_left.set()
        return is_left


@pytest.fixture
def drip():
    servers = []

    def start(pieces, hold=True):
        servers.append(Drip(pieces, hold))
        return servers[-1]

    yield start
    for server in servers:
        server.listener.close()


def reason_of(url):
    with pytest.raises(FetchError) as caught:
        fetch_feed(url)
    return caught.value.reason


HEAD = b"HTTP/1.1 200 OK\r\n"


@pytest.mark.parametrize(
    "pieces",
    [
        [],
        [HEAD, *[b"X-Drip: 1\r\n"] * 1000],
        [bytes([byte]) for byte in HEAD + b"X-Drip: " + b"1" * 1000],
        [HEAD + b"\r\n", *[b" "] * 1000],
        [HEAD + b"Content-Length: 100000\r\n\r\n", *[b" "] * 1000],
        [HEAD + b"Transfer-Encoding: chunked\r\n\r\n", *[b"1\r\n \r\n"] * 1000],
        [HEAD + b"Transfer-Encoding: chunked\r\n\r\n", *[b"0"] * 1000],
    ],
    ids=["silence", "headers", "one header", "body", "body of a length", "chunks", "chunk size"],
)
def test_a_server_that_drips_is_left_when_the_time_is_up(settings, drip, pieces):
    settings.FETCH_TIMEOUT = 1
    server = drip(pieces)

    reason = reason_of(server.url)

    assert reason == "no whole answer within 1 seconds (FETCH_TIMEOUT)"
    assert server.was_left.wait(60)


def test_the_time_is_for_all_redirects_together(settings, httpserver):
    settings.FETCH_TIMEOUT = 1

    # Each response is in time, but the first and MAX_REDIRECTS more together are not.
    def answer(request):
        time.sleep(0.3)
        return Response(status=302, headers={"Location": "/feed?again=" + request.path})

    httpserver.expect_request("/feed").respond_with_handler(answer)

    reason = reason_of(httpserver.url_for("/feed"))

    assert reason == "no whole answer within 1 seconds (FETCH_TIMEOUT)"


def test_a_resolver_that_hangs_does_not_hold_a_fetch(settings, monkeypatch):
    settings.FETCH_TIMEOUT = 1
    asked, released = threading.Event(), threading.Event()

    def hang(*args, **kwargs):
        asked.set()
        released.wait(60)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", hang)

    reason = reason_of("http://slow.example/feed")

    assert "connection" in reason
    assert asked.is_set()
    assert not released.is_set()
    released.set()


def test_a_server_that_does_not_take_the_connection_is_left(settings):
    settings.FETCH_TIMEOUT = 3
    full = socket.socket()
    full.bind(("127.0.0.1", 0))
    full.listen(0)
    waiting = []
    for _ in range(4):
        one = socket.socket()
        one.setblocking(False)
        one.connect_ex(full.getsockname())
        waiting.append(one)

    reason = reason_of(f"http://127.0.0.1:{full.getsockname()[1]}/feed")

    assert reason == "its server does not take the connection within 1 seconds"
    for one in [*waiting, full]:
        one.close()


def test_a_document_of_just_the_allowed_size_is_read(settings, httpserver):
    settings.FETCH_MAX_BYTES = 10_000
    httpserver.expect_request("/feed").respond_with_data(b" " * 10_000)

    assert len(fetch_feed(httpserver.url_for("/feed")).data) == 10_000


def test_one_byte_more_is_too_many(settings, httpserver):
    settings.FETCH_MAX_BYTES = 10_000
    httpserver.expect_request("/feed").respond_with_data(b" " * 10_001)

    assert "larger than the limit of 10,000 bytes" in reason_of(httpserver.url_for("/feed"))


def deflate(data):
    return zlib.compress(data, 9)


def brotly(data):
    return brotli.compress(data, quality=3)


def twice(data):
    return gzip.compress(gzip.compress(data, 9), 9)


@pytest.mark.parametrize(
    ("encoding", "compress"),
    [("gzip", gzip.compress), ("deflate", deflate), ("br", brotly), ("gzip, gzip", twice)],
)
def test_a_compressed_feed_is_read(httpserver, encoding, compress):
    httpserver.expect_request("/feed").respond_with_data(
        compress(feed()), headers={"Content-Encoding": encoding}
    )

    assert fetch_feed(httpserver.url_for("/feed")).data == feed()


@pytest.mark.parametrize(
    ("encoding", "compress"),
    [("gzip", gzip.compress), ("deflate", deflate), ("br", brotly), ("gzip, gzip", twice)],
)
def test_a_bomb_stops_at_the_limit_without_taking_the_memory(
    settings, httpserver, encoding, compress
):
    settings.FETCH_MAX_BYTES = MEGABYTE
    bomb = compress(bytes(100 * MEGABYTE))
    httpserver.expect_request("/feed").respond_with_data(
        bomb, headers={"Content-Encoding": encoding}
    )
    tracemalloc.start()
    tracemalloc.reset_peak()
    before, _ = tracemalloc.get_traced_memory()

    reason = reason_of(httpserver.url_for("/feed"))

    assert "larger than the limit" in reason
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak - before < 20 * MEGABYTE


def test_broken_compression_is_said_to_be_that(httpserver):
    httpserver.expect_request("/feed").respond_with_data(
        b"this is not gzip", headers={"Content-Encoding": "gzip"}
    )

    assert reason_of(httpserver.url_for("/feed")) == "its compression is broken"


def test_a_body_that_breaks_off_is_not_taken_for_whole(drip):
    server = drip([HEAD + b"Content-Length: 5000\r\n\r\n" + feed()[:100]], hold=False)

    assert "the connection broke" in reason_of(server.url)


@pytest.mark.parametrize("hops", [1, 5])
def test_five_redirects_are_followed(httpserver, hops):
    for hop in range(hops):
        httpserver.expect_request(f"/{hop}").respond_with_data(
            status=302, headers={"Location": f"/{hop + 1}"}
        )
    httpserver.expect_request(f"/{hops}").respond_with_data(feed())

    fetched = fetch_feed(httpserver.url_for("/0"))

    assert fetched.data == feed()
    assert fetched.url == httpserver.url_for(f"/{hops}")
    assert fetched.moved_to == ""


def test_a_sixth_redirect_is_not(httpserver):
    for hop in range(6):
        httpserver.expect_request(f"/{hop}").respond_with_data(
            status=302, headers={"Location": f"/{hop + 1}"}
        )

    assert reason_of(httpserver.url_for("/0")) == "it redirects more than 5 times"
    assert len(httpserver.log) == 6


def test_the_client_says_who_asks_and_for_whom(settings, httpserver):
    settings.SITE_TITLE, settings.SITE_URL = "Ada’s (own) stead", "https://stead.example"
    httpserver.expect_request("/feed").respond_with_data(feed())

    fetch_feed(httpserver.url_for("/feed"))

    headers = httpserver.log[0][0].headers
    assert headers["User-Agent"] == "Feedstead (Adas own stead; +https://stead.example/)"
    assert headers["Accept-Encoding"] == "gzip, br"
    assert "If-None-Match" not in headers


def test_one_host_is_asked_one_thing_at_a_time():
    busy, most = [], []

    def answer(request):
        busy.append(1)
        most.append(len(busy))
        time.sleep(0.05)
        busy.pop()
        return Response(feed())

    with HTTPServer(threaded=True) as server:
        server.expect_request("/feed").respond_with_handler(answer)
        url = server.url_for("/feed")
        threads = [threading.Thread(target=fetch_feed, args=[url]) for _ in range(6)]

        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert most == [1] * 6


def test_a_redirect_in_utf_8_is_followed_as_it_is_meant(httpserver, drip):
    httpserver.expect_request("/föhn").respond_with_data(feed())
    location = httpserver.url_for("/").encode() + "föhn".encode()
    server = drip([b"HTTP/1.1 302 Found\r\nLocation: " + location + b"\r\n\r\n"])

    assert fetch_feed(server.url).data == feed()
