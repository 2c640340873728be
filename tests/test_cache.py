"""The cache: within the process, where it is bounded, and on a Redis server, which may fail."""

import logging
import pickle
import socket
import threading
from collections import Counter
from contextlib import suppress

import pytest
from django.core.cache import cache, caches
from django.test import Client

from config import values
from config.cache import failed_until, hosts_of

SERVER = ("127.0.0.1", 6379)
PAGES = ["/", "/tags/", "/archive/", "/sources/", "/search/?q=post", "/atom/everything/"]
PAGES += ["/sitemap.xml", "/robots.txt", "/2024/Mar/9/"]


class Port:
    """A port in front of the Redis server that passes on, closes or ignores connections.

    `connections` is the number of connections so far.
    """

    def __init__(self, mode):
        self.mode = mode
        self.connections = 0
        self.sockets = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"redis://127.0.0.1:{self.listener.getsockname()[1]}/9"
        if mode == "pass on":
            # A slow answer of a busy machine is no failure.
            self.url += "?socket_timeout=30&socket_connect_timeout=30"
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        with suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                self.connections += 1
                self.sockets.append(client)
                if self.mode == "close":
                    client.close()
                elif self.mode == "pass on":
                    server = socket.create_connection(SERVER)
                    self.sockets.append(server)
                    for ends in [(client, server), (server, client)]:
                        threading.Thread(target=self.copy, args=ends, daemon=True).start()

    def copy(self, one, other):
        with suppress(OSError):
            while data := one.recv(65536):
                other.sendall(data)

    def drop_connections(self):
        for connection in self.sockets:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def close(self):
        self.listener.close()
        self.drop_connections()


@pytest.fixture
def use_cache(settings, tmp_path):
    """Let the site use the cache at a URL, with a key prefix of this test."""

    def use(url):
        settings.CACHES = values.caches(url, prefix=str(tmp_path))

    yield use
    failed_until.clear()


@pytest.fixture
def open_port(use_cache):
    """Let the site use a cache behind a `Port` in this mode."""
    ports = []

    def start(mode):
        ports.append(Port(mode))
        use_cache(ports[-1].url)
        return ports[-1]

    yield start
    for port in ports:
        port.close()


@pytest.fixture
def redis(open_port):
    """The Redis server on this machine, behind a `Port`. Skips the test if there is none."""
    try:
        socket.create_connection(SERVER).close()
    except OSError:
        pytest.skip("There is no Redis server at 127.0.0.1:6379.")
    yield open_port("pass on")
    failed_until.clear()
    cache.delete_many(["a", "b", "c"])


def test_redis_keeps_what_the_site_keeps(redis):
    cache.set("a", Counter({1: 2}), 60)
    cache.set_many({"b": 1, "c": ("etag", 5)}, 60)

    assert cache.get("a") == Counter({1: 2})
    assert cache.get_many(["b", "c", "d"]) == {"b": 1, "c": ("etag", 5)}
    assert cache.incr("b") == 2
    assert (cache.add("a", 0), cache.touch("a", 60), cache.has_key("a")) == (False, True, True)
    assert cache.delete("a")
    assert cache.get("a", "nothing") == "nothing"


def test_pages_keep_their_time_of_change_in_redis(redis, make_entry, client):
    make_entry()
    first = client.get("/")

    again = client.get("/", headers={"if-modified-since": first["Last-Modified"]})

    assert again.status_code == 304
    assert client.get("/readyz").content.decode() == "database: ok\ncache: ok\n"
    assert redis.connections > 0


@pytest.mark.parametrize("mode", ["close", "ignore"])
def test_a_cache_that_fails_spoils_no_page_and_is_logged_once(
    open_port, make_entry, client, caplog, mode
):
    port = open_port(mode)
    make_entry(title="A post", tags=["threads"])

    statuses = {page: client.get(page).status_code for page in PAGES}

    assert statuses == dict.fromkeys(PAGES, 200)
    assert [record.levelno for record in caplog.records] == [logging.ERROR]
    assert "CACHE_URL" in caplog.text
    # A connection that the server has closed is tried once more, then the server is left alone.
    assert port.connections <= 2


def test_a_cache_that_nobody_serves_spoils_no_page(use_cache, make_entry, client, caplog):
    use_cache("redis://:sesame@127.0.0.1:1/0")
    make_entry()

    assert client.get("/").status_code == 200
    assert client.get("/healthz").content == b"ok"
    ready = client.get("/readyz")
    assert ready.status_code == 200
    assert "cache: fails" in ready.content.decode()
    assert "sesame" not in caplog.text


def test_every_question_to_a_cache_that_fails_has_an_answer(use_cache):
    use_cache("redis://127.0.0.1:1/0")

    assert cache.get("a", "nothing") == "nothing"
    assert cache.get_many(["a"]) == {}
    assert cache.set("a", 1) is None
    assert cache.set_many({"a": 1}) == ["a"]
    assert cache.delete_many(["a"]) is None
    assert not any([cache.add("a", 1), cache.touch("a"), cache.delete("a"), cache.clear()])
    assert not cache.has_key("a")
    assert cache.get_or_set("a", 5) == 5
    with pytest.raises(ValueError, match="not found"):
        cache.incr("a")


def test_a_cache_that_has_come_back_is_used_again(redis, caplog):
    redis.mode = "close"
    redis.drop_connections()
    cache.set("a", 1, 60)
    redis.mode = "pass on"

    cache.set("a", 2, 60)
    assert cache.get("a") is None
    # The pause is over.
    failed_until.update(dict.fromkeys(failed_until, 0.0))
    cache.set("a", 3, 60)

    assert cache.get("a") == 3
    assert [record.levelname for record in caplog.records] == ["ERROR", "WARNING"]
    assert "works again" in caplog.text


def test_a_server_that_was_started_anew_is_no_failure(redis, caplog):
    cache.set("a", 1, 60)

    redis.drop_connections()

    assert cache.get("a") == 1
    assert caplog.records == []


def test_what_another_version_has_written_is_taken_for_nothing(redis):
    cache.set("a", 1, 60)
    key = cache.make_key("a")
    client = caches["default"]._cache.get_client()
    gone = pickle.dumps(Counter()).replace(b"Counter", b"Countee")

    for data in [gone, b"\x80\x05", b"no pickle at all"]:
        client.set(key, data, ex=60)
        assert cache.get("a", "nothing") == "nothing"


def test_two_sites_may_share_a_server(redis, settings, tmp_path):
    cache.set("a", 1, 60)
    settings.CACHES = values.caches(redis.url, prefix=f"{tmp_path}-another")

    assert cache.get("a") is None


def test_a_crawler_drops_no_count_from_the_cache_within_the_process(
    monkeypatch, use_cache, make_entry
):
    monkeypatch.setattr(values, "MAX_CACHED_ADDRESSES", 20)
    use_cache("locmemcache://")
    make_entry()
    cache.set("tally:1", Counter({1: 2}), 60)
    crawl = Client().get

    for number in range(100):
        assert crawl("/robots.txt", {"page": number}).status_code == 200

    assert cache.get("tally:1") == Counter({1: 2})
    assert len(caches["addresses"]._cache) <= 20


def test_a_password_is_not_among_the_hosts_that_are_shown():
    servers = ("redis://joe:sesame@cache.example:6379/0", "unix:///run/redis.sock")

    assert hosts_of(servers) == "cache.example:6379, unix:///run/redis.sock"
