"""A measurement in a process of its own, so that its peak of memory is its own too."""

import json
import os
import resource
import secrets
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent


def run(module: str, *arguments: str, database: str = "", **more: str) -> dict[str, Any]:
    """Run a module of this package; returns what it has told."""
    done = subprocess.run(
        [sys.executable, "-m", f"tests.bench.{module}", *arguments],
        cwd=ROOT,
        env=environment(database, **more),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


def manage(*arguments: str, database: str) -> None:
    subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=environment(database),
        check=True,
    )


def environment(database: str = "", **more: str) -> dict[str, str]:
    """The variables of a site in production, with this database."""
    return os.environ | {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "SECRET_KEY": secrets.token_urlsafe(60),
        "DEBUG": "false",
        "SITE_URL": "http://127.0.0.1",
        "SITE_TITLE": "Bench",
        "DATABASE_URL": database or "sqlite://:memory:",
        "CACHE_URL": "locmemcache://",
        **more,
    }


def tell(**measured: Any) -> None:
    """Tell the parent what was measured, and the peak of this process's memory in MB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(measured | {"peak": peak}))


@contextmanager
def stopwatch() -> Iterator[Callable[[], float]]:
    """Gives a function that says how many seconds have passed within the block."""
    start = time.perf_counter()
    end: list[float] = []
    yield lambda: (end[0] if end else time.perf_counter()) - start
    end.append(time.perf_counter())
