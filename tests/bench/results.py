"""What was measured, as tables for a terminal and as the page of the documentation."""

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

import rich.table

from .pages import Rates

PACKAGES = ["Django", "feedparser", "nh3", "bleach", "gunicorn"]

ABOUT = """\
# Benchmarks

Measured on {date} by `make bench`, on {machine} with {cores} cores, with Python {python},
{packages}.

Numbers are medians of at least three rounds in which the measured parties take turns. What counts
are the ratios, since both sides of each were measured in the same run. The absolute numbers are
those of this machine at that hour: whatever else it did is in them, and a second run differs by a
tenth or more, the rates of serving by a third. `make bench` on yours replaces this page.

## Importing

A generated feed of {entries:,} entries, {size:,} bytes each, in the shapes of the sample: links
with a body that lacks its first `<p>`, quotations, articles with highlighted code, notes, a
tags line each. The bare libraries do the least that any importer built on them must do: one
`feedparser.parse` of the whole document with `sanitize_html` and `resolve_relative_uris` off,
then nh3 and bleach over each text, with cleaners that are made once. Nothing is matched, shaped
or stored. Our import does all of that, into an empty database; then the same document comes
once more. Each measurement is a process of its own; memory is its peak resident set,
interpreter and all. The goals are at most 3 times the bare libraries for an import, and at most
1.5 times the bare parse for one in which nothing is new.

"""
SOURCES = """
## Many sources

`sync` of feeds of 20 entries each on 50 loopback addresses, 8 at a time, one at a time for each
address. One in fifty is missing, an HTML page, slower than the time allowed, a redirect into a
private network, or endless: each is reported, and none stops the others. The second run comes
when all are due again and nothing has changed. The goals are at most 300 MB, and for the second
run one conditional request and at most three queries a source.

"""
SERVING = """
## Serving

gunicorn with 2 workers of 4 threads, as `make run` starts it, serving the database of the
import (SQLite), against a WSGI application that does nothing but return the very same bytes,
under the same gunicorn. The client keeps 8 connections open, on the same machine: it takes its
share of the cores from all. Rates are medians of 25 rounds of 0.4 seconds, in which they take
turns; the ratio is the median of the rounds' ratios. "From memory" is a page that was asked for
before and has not changed since ([decision 23](decisions/023-finished-pages.md)): the goals are
0.9, and 1.0 for a 304, which is asked with `If-None-Match`. "Made anew" is the same page with
`CACHE_PAGES_BYTES=0`, read from the database and rendered at each request: the goal for a list of
20 entries is a tenth.

"""


@dataclass(frozen=True)
class Table:
    title: str
    columns: Sequence[str]
    rows: list[Sequence[str]]


def imports_table(bare: dict[str, Any], imports: dict[str, dict[str, Any]]) -> Table:
    parse, cleaning = bare["parse"], bare["nh3"] + bare["bleach"]
    rows: list[Sequence[str]] = [
        ("feedparser", f"{parse:.2f} s", "", "", megabytes(bare)),
        ("nh3", f"{bare['nh3']:.2f} s", "", "", ""),
        ("bleach", f"{bare['bleach']:.2f} s", "", "", ""),
    ]
    for name, ours in imports.items():
        is_first = name.startswith("first")
        ratio = ours["seconds"] / (parse + cleaning if is_first else parse)
        than = "all three" if is_first else "feedparser"
        queries = " or ".join(map(str, ours["queries"]))
        seconds = f"{ours['seconds']:.2f} s"
        rows.append((name, seconds, f"{ratio:.2f} × {than}", queries, megabytes(ours)))
    columns = ["", "time", "ratio", "queries a batch of 200", "peak memory"]
    return Table("Importing", columns, rows)


def sources_table(number: int, runs: dict[str, dict[str, Any]]) -> Table:
    rows = [
        (
            name,
            f"{run['seconds']:.1f} s",
            ", ".join(f"{n} {status.replace('_', ' ')}" for status, n in run["statuses"].items()),
            ", ".join(f"{n} {how}" for how, n in run["asked"].items()),
            f"{run['queries']:.1f}",
            megabytes(run),
        )
        for name, run in runs.items()
    ]
    columns = ["", "time", "sources", "requests", "queries a source", "peak memory"]
    return Table(f"{number:,} sources", columns, list(rows))


def pages_table(pages: Sequence[Rates]) -> Table:
    rows = [
        (
            page.name,
            f"{page.size:,}" if page.size else "",
            f"{page.hello:,.0f}/s",
            f"{page.kept:,.0f}/s",
            f"{page.kept_ratio:.2f}",
            f"{page.anew:,.0f}/s",
            f"{page.anew_ratio:.2f}",
        )
        for page in pages
    ]
    columns = ["", "bytes", "hello world", "from memory", "ratio", "made anew", "ratio"]
    return Table("Serving", columns, list(rows))


def megabytes(measured: dict[str, Any]) -> str:
    return f"{measured['peak']:.0f} MB"


def for_terminal(table: Table) -> rich.table.Table:
    shown = rich.table.Table(title=table.title)
    for column in table.columns:
        shown.add_column(column, justify="right" if column else "left")
    for row in table.rows:
        shown.add_row(*row)
    return shown


def in_markdown(table: Table) -> str:
    ruler = ["---" if not column else "---:" for column in table.columns]
    lines = [table.columns, ruler, *table.rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def document(entries: int, size: int, tables: Sequence[Table]) -> str:
    """The page, with the tables of importing, of many sources and of serving."""
    about = ABOUT.format(
        date=f"{datetime.now(UTC):%Y-%m-%d}",
        python=platform.python_version(),
        packages=", ".join(f"{name} {version(name)}" for name in PACKAGES),
        machine=f"{platform.system()} ({platform.machine()})",
        cores=os.cpu_count(),
        entries=entries,
        size=size // entries,
    )
    importing, sources, serving = map(in_markdown, tables)
    return about + importing + SOURCES + sources + SERVING + serving
