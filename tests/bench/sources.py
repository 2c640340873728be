"""Many sources, read for the first time and once more with nothing changed."""

import json
import subprocess
import sys
from typing import Any
from urllib.request import urlopen

from . import child
from .feedserver import HOSTS

PATIENCE = "3"  # seconds that a fetch may take


def measure_sources(number: int, database: str) -> dict[str, dict[str, Any]]:
    """What a first and a second sync of so many sources take, by name."""
    child.manage("migrate", "-v0", database=database)
    with subprocess.Popen(
        [sys.executable, "-m", "tests.bench.feedserver"],
        cwd=child.ROOT,
        stdout=subprocess.PIPE,
        text=True,
    ) as server:
        try:
            assert server.stdout
            port = server.stdout.readline().strip()
            measured = {}
            for name in ("first", "again, unchanged"):
                measured[name] = child.run(
                    "syncing",
                    port,
                    str(number),
                    database=database,
                    FETCH_ALLOW_PRIVATE=",".join(HOSTS),
                    FETCH_TIMEOUT=PATIENCE,
                )
                with urlopen(f"http://{HOSTS[0]}:{port}/asked") as answer:
                    measured[name]["asked"] = json.load(answer)
            return measured
        finally:
            server.terminate()
