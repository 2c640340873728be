"""A site with a database and a server of its own."""

import json
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from tests.browser.sample import free_port, wait_for

ROOT = Path(__file__).parents[2]


class Site:
    """Where it is, and what runs on it. What its processes say on stderr is in `log`."""

    def __init__(self, database_url: str, log: Path):
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.bind = f"127.0.0.1:{port}"
        self.log = log
        self.environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "tests.stress.settings",
            "DATABASE_URL": database_url,
            "CACHE_URL": "locmemcache://",
            "DEBUG": "false",
            "SITE_URL": self.url,
            "SECRET_KEY": "of a site that lives for a minute, and long enough for Django's checks",
            "ALLOWED_HOSTS": "127.0.0.1",
            "TIME_ZONE": "UTC",
            "FETCH_ALLOW_PRIVATE": "localhost,127.0.0.1",
        }

    def start(self, module: str, *arguments: str) -> subprocess.Popen[str]:
        """Start a module of this package. It reads stdin, and answers on stdout in JSON."""
        with self.log.open("a") as log:
            return subprocess.Popen(
                [sys.executable, "-m", f"tests.stress.{module}", *arguments],
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )

    def run(self, module: str, *arguments: str, told: Any = None) -> Any:
        return answer_of(self.start(module, *arguments), told)

    @contextmanager
    def served(self) -> Iterator[None]:
        """gunicorn, as `make run` starts it."""
        with self.log.open("a") as log:
            server = subprocess.Popen(
                [
                    *(sys.executable, "-m", "gunicorn", "config.wsgi", "--bind", self.bind),
                    *("--workers", "2", "--threads", "4"),
                    *("--log-level", "warning", "--no-control-socket"),
                ],
                cwd=ROOT,
                env=self.environment,
                stderr=log,
            )
        try:
            wait_for(self.url, server)
            yield
        finally:
            server.terminate()
            server.wait()


def answer_of(process: subprocess.Popen[str], told: Any = None) -> Any:
    """What a module has answered at its end. Raises when it has failed."""
    out, _ = process.communicate(json.dumps(told))
    assert process.returncode == 0, f"{process.args} has failed; its log says why."
    return json.loads(out)


@contextmanager
def new_database(folder: Path) -> Iterator[str]:
    """The address of an empty database: where TEST_DATABASE_URL is, else a file of SQLite."""
    server = os.environ.get("TEST_DATABASE_URL", "sqlite://")
    if server.startswith("sqlite"):
        yield f"sqlite:///{folder}/stress.sqlite3"
        return
    base = server.rpartition("/")[0]
    name = f"stress_{secrets.token_hex(4)}"
    with psycopg.connect(f"{base}/postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        try:
            yield f"{base}/{name}"
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
