"""Pages served by gunicorn, against the same bytes from a WSGI application that has them."""

import base64
import http.client
import json
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from . import child
from .feed import COMMON_TAG

# As `make run` starts it.
SERVER = [
    *("--workers", "2", "--threads", "4", "--reuse-port"),
    *("--log-level", "warning", "--no-control-socket"),
]
# Short and many: what else a machine does comes and goes, and each round compares like with like.
ROUNDS = 25
COMPRESSED = "gzip"


@dataclass(frozen=True)
class Page:
    """A page of ours as it was answered once."""

    path: str
    body: bytes
    etag: str


@dataclass(frozen=True)
class Rates:
    """Answers a second: from memory, made anew, and those of the application with the bytes."""

    name: str
    size: int
    kept: float
    anew: float
    hello: float
    kept_ratio: float
    anew_ratio: float


def measure_pages(database: str, directory: Path, seconds: float) -> Iterator[Rates]:
    """The rates of each kind of page: whole, compressed, as 304. The servers take turns."""
    bodies = directory / "pages.json"
    with served("config.wsgi", database) as kept:
        pages = read_pages(kept)
        bodies.write_text(json.dumps(dict(bodies_of(kept, pages))), "utf-8")
        with (
            served("config.wsgi", database, CACHE_PAGES_BYTES="0") as anew,
            served("tests.bench.hello", database, BENCH_PAGES=str(bodies)) as hello,
        ):
            for name, page in pages.items():
                for how, status, header in [
                    ("", "200", ""),
                    (", gzip", "200", f"Accept-Encoding: {COMPRESSED}"),
                    (", 304", "304", f"If-None-Match: {page.etag}"),
                ]:
                    rates: dict[int, list[float]] = {kept: [], anew: [], hello: []}
                    for _ in range(ROUNDS):
                        for port in rates:
                            asked = (str(port), page.path, status, header, str(seconds))
                            rates[port].append(child.run("load", *asked)["rate"])
                    yield Rates(
                        name + how,
                        0 if how else len(page.body),
                        *map(median, rates.values()),
                        *(middle_ratio(rates[port], rates[hello]) for port in (kept, anew)),
                    )


def middle_ratio(ours: list[float], hello: list[float]) -> float:
    return median(a / b for a, b in zip(ours, hello, strict=True))


def read_pages(port: int) -> dict[str, Page]:
    home = get(port, "/").body.decode()
    entry = re.search(r'class="u-url u-uid" href="([^"]+)"', home)
    if not entry:
        raise SystemExit("The front page shows no entry.")
    paths = {
        "list (home)": "/",
        "kind": "/links/",
        "tag": f"/tags/{COMMON_TAG}/",
        "entry": entry[1],
        "archive": "/archive/",
        "Atom feed": "/atom/everything/",
        "JSON Feed": "/json/everything/",
    }
    return {name: get(port, path) for name, path in paths.items()}


def bodies_of(port: int, pages: dict[str, Page]) -> Iterator[tuple[str, str]]:
    """The bytes of each page by path and Accept-Encoding."""
    for page in pages.values():
        for encoding in ("", COMPRESSED):
            body = get(port, page.path, encoding).body
            yield f"{page.path} {encoding}", base64.b64encode(body).decode()


def get(port: int, path: str, encoding: str = "") -> Page:
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("GET", path, headers={"Accept-Encoding": encoding} if encoding else {})
    response = connection.getresponse()
    body = response.read()
    if response.status != 200:
        raise SystemExit(f"{path} is answered with {response.status}.")
    return Page(path, body, response.headers["ETag"])


@contextmanager
def served(application: str, database: str, **variables: str) -> Iterator[int]:
    """A gunicorn with this application; gives its port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", application, "--bind", f"127.0.0.1:{port}", *SERVER],
        cwd=child.ROOT,
        env=child.environment(database, **variables),
    )
    try:
        wait_for(port)
        yield port
    finally:
        server.terminate()
        server.wait()


def wait_for(port: int) -> None:
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit("gunicorn did not come up.")
