"""Pages served by gunicorn, against the same bytes from a WSGI application that has them."""

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
SERVER = ["--workers", "2", "--threads", "4", "--log-level", "warning", "--no-control-socket"]
# Short and many: what else a machine does comes and goes, and each round compares like with like.
ROUNDS = 25


@dataclass(frozen=True)
class Page:
    """A page of ours as it was answered once."""

    name: str
    path: str
    body: str
    etag: str


@dataclass(frozen=True)
class Rates:
    """Answers a second: ours, and those of the application that has the bytes."""

    name: str
    size: int
    ours: float
    hello: float
    ratio: float


def measure_pages(database: str, directory: Path, seconds: float) -> Iterator[Rates]:
    """The rates of each kind of page, whole and as 304; the two servers take turns."""
    bodies = directory / "pages.json"
    with served("config.wsgi", database) as ours:
        pages = read_pages(ours)
        bodies.write_text(json.dumps({page.path: page.body for page in pages}), "utf-8")
        with served("tests.bench.hello", database, BENCH_PAGES=str(bodies)) as hello:
            for page in pages:
                size = len(page.body.encode())
                for name, status, etag in [
                    (page.name, "200", ""),
                    (f"{page.name}, 304", "304", page.etag),
                ]:
                    rates: dict[int, list[float]] = {ours: [], hello: []}
                    for _ in range(ROUNDS):
                        for port in rates:
                            asked = (str(port), page.path, status, etag, str(seconds))
                            rates[port].append(child.run("load", *asked)["rate"])
                    ratio = median(a / b for a, b in zip(*rates.values(), strict=True))
                    size = size if status == "200" else 0
                    yield Rates(name, size, *map(median, rates.values()), ratio)


def read_pages(port: int) -> list[Page]:
    _, home, _ = get(port, "/")
    entry = re.search(r'class="u-url u-uid" href="([^"]+)"', home)
    if not entry:
        raise SystemExit("The front page shows no entry.")
    paths = {
        "list (home)": "/",
        "entry": entry[1],
        "tag": f"/tags/{COMMON_TAG}/",
        "Atom feed": "/atom/everything/",
    }
    return [Page(name, *get(port, path)) for name, path in paths.items()]


def get(port: int, path: str) -> tuple[str, str, str]:
    """The path, the body and the ETag."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("GET", path)
    response = connection.getresponse()
    body = response.read().decode()
    if response.status != 200:
        raise SystemExit(f"{path} is answered with {response.status}.")
    return path, body, response.headers["ETag"]


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
