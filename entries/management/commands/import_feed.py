import json
import os
import re
import sys

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from entries.importing.errors import FeedError, describe_error
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

# The host at the start of a URL without a scheme: a name with a dot, or with a port.
HOST_START = re.compile(r"(?:[\w-]+\.)+[\w-]+(?::\d+)?(?=/|$)|[\w-]+:\d+(?=/|$)")
# A name without a path that ends like this is a missing file, not a host.
FILE_SUFFIXES = (
    ".atom",
    ".gz",
    ".html",
    ".htm",
    ".json",
    ".opml",
    ".rdf",
    ".rss",
    ".txt",
    ".xml",
    ".zip",
)


class Command(BaseCommand):
    help = "Import posts from Atom or RSS feeds."

    def add_arguments(self, parser):
        parser.add_argument(
            "sources",
            nargs="+",
            metavar="SOURCE",
            help="a path, a URL (https:// can be left out), or - for stdin",
        )
        parser.add_argument(
            "--url", default="", help="the URL that the file or stdin was fetched from"
        )
        parser.add_argument("--draft", action="store_true", help="import new entries as drafts")
        parser.add_argument(
            "--limit", type=int, metavar="N", help="import only the first N entries"
        )
        parser.add_argument(
            "--all-pages",
            action="store_true",
            help="also import the feed's older pages (RFC 5005), down to its first post",
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="report everything, write nothing"
        )
        parser.add_argument(
            "--json", action="store_true", help="print the report as JSON on stdout"
        )
        add_policy_arguments(parser)

    def handle(
        self, *, sources, url, draft, limit, all_pages, dry_run, json: bool, verbosity, **options
    ):
        if limit is not None and limit < 1:
            raise CommandError("--limit must be at least 1.", returncode=2)
        if url and len(sources) > 1:
            raise CommandError("--url can be used with a single SOURCE only.", returncode=2)
        if url and (is_web_address(sources[0]) or not is_address(url)):
            raise CommandError(
                "--url takes the http URL that a file or stdin was fetched from.", returncode=2
            )
        if CREDENTIALS.search(url):
            raise CommandError(
                "--url must not contain a user name or a password, since it is shown.",
                returncode=2,
            )
        if all_pages and (limit or not all(is_web_address(name) for name in sources)):
            raise CommandError(
                "--all-pages can be used with URLs only, and not with --limit.", returncode=2
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
    """Import one source. Returns a report for every error too, so that the next can follow."""
    try:
        if is_address(name):
            address = Source.objects.feed_of(name)
            if address != name and not how.all_pages:
                return import_page(name, how, on_entries)
            source = Source.objects.known_as(address) or Source(url=address)
            return import_feed(source, how, on_entries)
        if is_web_address(name):
            return import_host(name, url, how, on_entries)
        document = read_stdin(url) if name == "-" else read_path(name, url)
        return import_document(document, how, on_entries)
    except FeedError as error:
        return SourceReport(name).fail(str(error))
    except Exception as error:
        reason = describe_error(error, f"{name} could not be imported")
        return SourceReport(name).fail(f"{name}: {reason}")


def import_host(name, url, how, on_entries) -> SourceReport:
    """Import a URL without a scheme: by https, or by http if that fails. Returns the report.

    A URL that belongs to a source is only fetched as it is stored there.
    """
    report = import_one(f"https://{name}", url, how, on_entries)
    if report.status != "failed" or Source.objects.known_as(f"https://{name}"):
        return report
    other = import_one(f"http://{name}", url, how, on_entries)
    if other.status != "failed":
        return other
    taken = f"There is no file {name}, so it was taken for a URL."
    return report.fail(f"{report.error} ({taken})")


def entry_line(entry: EntryReport) -> str:
    about = "; ".join(entry.reasons)
    what = (entry.title or entry.id or "(untitled)")[:80]
    line = f"  {entry.action}: {what}" + (f" – {about}" if about else "")
    return "\n".join([line, *field_lines(entry)])


def field_lines(entry: EntryReport) -> list[str]:
    """Returns a line for each field that upstream has changed."""
    verbs = {TAKEN: "becomes", WAITS: "stays, and upstream's waits:"}
    return [
        f"    {name.replace('_', ' ')}: “{before}” {verbs[what]} “{after}”"
        for name, (what, before, after) in entry.fields.items()
    ]


def is_address(name: str) -> bool:
    return name.startswith(("http://", "https://"))


def is_web_address(name: str) -> bool:
    """True if the name is a URL. Without a scheme, it must not be the path of a file."""
    if is_address(name):
        return True
    match = HOST_START.match(name)
    if not match or (match.end() == len(name) and name.lower().endswith(FILE_SUFFIXES)):
        return False
    return not os.path.lexists(name)


def as_json(report: Report) -> str:
    return json.dumps(report.as_dict(), indent=1, ensure_ascii=False)
