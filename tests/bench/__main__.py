"""`make bench`: what importing and serving cost, as parts of what the bare libraries cost."""

import argparse
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from rich.console import Console

from . import child, results
from .feed import URL, write_feed
from .pages import measure_pages
from .sources import measure_sources

ROUNDS = 3
# A run with fewer entries is for a quick look, and leaves the documentation alone.
FULL = 10_000
DOCUMENT = child.ROOT / "docs" / "benchmarks.md"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--entries", type=int, default=FULL, metavar="N")
    parser.add_argument("--sources", type=int, default=1_000, metavar="N")
    parser.add_argument("--seconds", type=float, default=0.4, help="of load on each page, a round")
    options = parser.parse_args()
    console = Console(stderr=True)
    with tempfile.TemporaryDirectory(prefix="bench") as name, console.status("…") as status:
        directory = Path(name)
        feed = directory / "feed.atom"
        write_feed(feed, options.entries)
        databases = {"SQLite": f"sqlite:///{directory}/0.sqlite3"}
        if other := os.environ.get("BENCH_DATABASE_URL"):
            databases["PostgreSQL"] = other
        bare, imports = measure_imports(feed, databases, status.update)
        status.update("Serving pages")
        child.manage("collectstatic", "-v0", "--no-input", database=databases["SQLite"])
        pages = list(measure_pages(databases["SQLite"], directory, options.seconds))
        status.update("Reading many sources")
        sources = measure_sources(options.sources, f"sqlite:///{directory}/sources.sqlite3")
        size = feed.stat().st_size
    tables = [
        results.imports_table(bare, imports),
        results.sources_table(options.sources, sources),
        results.pages_table(pages),
    ]
    for table in tables:
        Console().print(results.for_terminal(table))
    if options.entries >= FULL:
        DOCUMENT.write_text(results.document(options.entries, size, tables), "utf-8")


def measure_imports(
    feed: Path, databases: dict[str, str], say: Callable[[str], None]
) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """The medians of some rounds, in which the libraries and our imports take turns."""
    bare: list[dict[str, Any]] = []
    imports: dict[str, list[dict[str, Any]]] = {}
    for number in range(ROUNDS):
        say(f"Bare libraries, round {number + 1} of {ROUNDS}")
        bare.append(child.run("libraries", str(feed)))
        for name, database in databases.items():
            say(f"Import into {name}, round {number + 1} of {ROUNDS}")
            empty(database)
            for what in ("first import", "re-import, unchanged"):
                measured = child.run("imports", str(feed), URL, database=database)
                imports.setdefault(f"{what}, {name}", []).append(measured)
    return middle(bare), {name: middle(rounds) for name, rounds in imports.items()}


def empty(database: str) -> None:
    """Make the tables anew, where nothing is in them but what a round before has left."""
    child.manage("migrate", "-v0", database=database)
    child.manage("shell", "-v0", "-c", EMPTY, database=database)


EMPTY = f"""
from entries.models import Entry, ImportRun, Sighting, Source, Tag
if Source.objects.exclude(url={URL!r}).exists() or Entry.objects.exclude(
    atom_id__startswith={URL.removesuffix("feed/")!r}
).exists():
    raise SystemExit("The database of a benchmark must be empty.")
for model in (ImportRun, Sighting, Entry, Source, Tag):
    model.objects.all().delete()
"""


def middle(rounds: list[dict[str, Any]]) -> dict[str, Any]:
    """The median of each number; of anything else the last."""
    last = rounds[-1]
    return {
        name: median(measured[name] for measured in rounds)
        if isinstance(value, int | float)
        else value
        for name, value in last.items()
    }


main()
