import json
import os
import re
import sys

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from entries.importing.errors import FeedError, tell_error
from entries.importing.fetching.client import CREDENTIALS
from entries.importing.fetching.fetched import read_path, read_stdin
from entries.importing.importer import (
    Options,
    import_document,
    import_feed,
    import_page,
)
from entries.importing.merging.decisions import TAKEN, WAITS
from entries.importing.report import EntryReport, Report, SourceReport
from entries.models import Source

from ..policy_options import add_policy_arguments, policies_in

# What an address without a scheme begins with: a name with a dot, or with a port.
HOST = re.compile(r"(?:[\w-]+\.)+[\w-]+(?::\d+)?(?=/|$)|[\w-]+:\d+(?=/|$)")
# What ends so and has no path is the name of a file that is not there.
FILES = (".atom", ".gz", ".html", ".htm", ".json", ".opml", ".rdf", ".rss", ".txt", ".xml", ".zip")


class Command(BaseCommand):
    help = "Import posts from Atom or RSS feeds."

    def add_arguments(self, parser):
        parser.add_argument(
            "sources",
            nargs="+",
            metavar="SOURCE",
            help="a path, a URL, whose https:// may be left out, or - (stdin)",
        )
        parser.add_argument("--url", default="", help="what a file or stdin was fetched from")
        parser.add_argument("--draft", action="store_true", help="new entries wait as drafts")
        parser.add_argument("--limit", type=int, metavar="N", help="only the first N entries")
        parser.add_argument(
            "--all-pages",
            action="store_true",
            help="go on to the feed's further pages (RFC 5005), down to its first post",
        )
        parser.add_argument("--dry-run", action="store_true", help="say all, write nothing")
        parser.add_argument("--json", action="store_true", help="the report as JSON on stdout")
        add_policy_arguments(parser)

    def handle(
        self, *, sources, url, draft, limit, all_pages, dry_run, json: bool, verbosity, **options
    ):
        if limit is not None and limit < 1:
            raise CommandError("--limit must be at least 1.", returncode=2)
        if url and len(sources) > 1:
            raise CommandError("--url goes with a single SOURCE.", returncode=2)
        if url and (is_on_the_web(sources[0]) or not is_address(url)):
            raise CommandError(
                "--url takes the http address that a file or stdin was fetched from.", returncode=2
            )
        if CREDENTIALS.search(url):
            raise CommandError(
                "--url takes an address without a user name or a password: it would be shown.",
                returncode=2,
            )
        if all_pages and (limit or not all(is_on_the_web(name) for name in sources)):
            raise CommandError(
                "--all-pages goes with addresses, and without --limit.", returncode=2
            )
        report = Report(dry_run)
        how = Options(dry_run, draft, limit, all_pages, policies_in(options))
        stopped = False
        with self.progress() as progress:
            try:
                for name in sources:
                    task = progress.add_task(name, total=None)
                    result = import_one(
                        name, url, how, lambda number, task=task: progress.advance(task, number)
                    )
                    report.sources.append(result)
                    progress.remove_task(task)
                    self.print_problems(result)
                    if not json:
                        self.print_result(result, dry_run, verbosity)
            except KeyboardInterrupt:
                stopped = True
        if json:
            self.stdout.write(as_json(report))
        if stopped:
            self.stderr.write("Stopped. What is stored is whole; run it again to go on.")
            sys.exit(130)
        if report.failed:
            sys.exit(1)

    def progress(self):
        console = Console(stderr=True)
        return Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=console,
            disable=not sys.stderr.isatty(),
            transient=True,
        )

    def print_problems(self, result: SourceReport):
        for warning in result.warnings:
            self.stderr.write(f"{result.source}: {warning}", self.style.WARNING)
        if result.error:
            self.stderr.write(result.error)

    def print_result(self, result: SourceReport, dry_run, verbosity):
        if result.status == "failed":
            return
        if result.status == "not_modified":
            self.stdout.write(f"{result.source}: not modified since it was last read")
            return
        would = "would be " if dry_run else ""
        counts = ", ".join(
            f"{result.counts[name]} {name}"
            for name in ("created", "updated", "unchanged", "conflicts", "skipped")
            if result.counts[name] or name == "created"
        )
        self.stdout.write(f"{result.title or result.source}: {would}{counts}")
        for entry in result.entries:
            if entry.action in ("skipped", "conflict") or dry_run or verbosity > 1:
                self.stdout.write(entry_line(entry))
        for entry in result.missing:
            self.stdout.write(entry_line(entry))


def import_one(name, url, how, on_entries) -> SourceReport:
    """The report of one source, also where anything raises: the others are still to come."""
    try:
        if is_address(name):
            address = Source.objects.feed_of(name)
            if address != name and not how.all_pages:
                return import_page(name, how, on_entries)
            source = Source.objects.known_as(address) or Source(url=address)
            return import_feed(source, how, on_entries)
        if is_on_the_web(name):
            return import_host(name, url, how, on_entries)
        document = read_stdin(url) if name == "-" else read_path(name, url)
        return import_document(document, how, on_entries)
    except FeedError as error:
        return SourceReport(name).fail(str(error))
    except Exception as error:
        reason = tell_error(error, f"{name} could not be imported")
        return SourceReport(name).fail(f"{name}: {reason}")


def import_host(name, url, how, on_entries) -> SourceReport:
    """The report of an address without a scheme: asked by https, by http where that fails.

    One that is a source here already is asked as it is known.
    """
    report = import_one(f"https://{name}", url, how, on_entries)
    if report.status != "failed" or Source.objects.known_as(f"https://{name}"):
        return report
    other = import_one(f"http://{name}", url, how, on_entries)
    if other.status != "failed":
        return other
    taken = f"There is no file {name} here, so it was taken for an address."
    return report.fail(f"{report.error} ({taken})")


def entry_line(entry: EntryReport) -> str:
    about = "; ".join(entry.reasons)
    what = (entry.title or entry.id or "(untitled)")[:80]
    line = f"  {entry.action}: {what}" + (f" – {about}" if about else "")
    return "\n".join([line, *field_lines(entry)])


def field_lines(entry: EntryReport) -> list[str]:
    """What became of each field that upstream has changed."""
    verbs = {TAKEN: "becomes", WAITS: "stays, and upstream's waits:"}
    return [
        f"    {name.replace('_', ' ')}: “{before}” {verbs[what]} “{after}”"
        for name, (what, before, after) in entry.fields.items()
    ]


def is_address(name: str) -> bool:
    return name.startswith(("http://", "https://"))


def is_on_the_web(name: str) -> bool:
    """Whether it is an address, also one without a scheme that is the path of no file."""
    if is_address(name):
        return True
    match = HOST.match(name)
    if not match or (match.end() == len(name) and name.lower().endswith(FILES)):
        return False
    return not os.path.lexists(name)


def as_json(report: Report) -> str:
    return json.dumps(report.as_dict(), indent=1, ensure_ascii=False)
