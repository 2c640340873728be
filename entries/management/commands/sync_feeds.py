import sys

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from entries.importing.errors import describe_error
from entries.importing.importer import Options
from entries.importing.report import Report, SourceReport
from entries.importing.sync import sync
from entries.models import Source

from .import_feed import as_json, entry_line

DEFAULT_JOBS = 8


class Command(BaseCommand):
    help = (
        "Import every source that is due. Without a terminal, such as in cron, it prints only "
        "failures, on stderr."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--source",
            action="append",
            metavar="URL",
            help="only this source, due or not; can be repeated",
        )
        parser.add_argument(
            "--jobs",
            type=int,
            default=DEFAULT_JOBS,
            metavar="N",
            help=f"hosts to fetch from at the same time (default: {DEFAULT_JOBS})",
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="report everything, write nothing"
        )
        parser.add_argument(
            "--json", action="store_true", help="print the report as JSON on stdout"
        )

    def handle(self, *, source, jobs, dry_run, json: bool, verbosity, **options):
        if jobs < 1:
            raise CommandError("--jobs must be at least 1.", returncode=2)
        wanted = self.find_sources(source) if source else Source.objects.due()
        asked = list(wanted) if source else []
        in_full = not json and (dry_run or verbosity > 1)
        told = in_full or (not json and self.stdout.isatty())
        report = Report(dry_run)
        with self.progress() as progress:
            task = progress.add_task("sources", total=None)

            def on_report(result: SourceReport):
                if not json:
                    # A thousand feeds have many entries: keep only those that will be printed.
                    result.entries = [
                        entry for entry in result.entries if in_full and entry.action != "unchanged"
                    ]
                report.sources.append(result)
                progress.advance(task)

            try:
                sync(
                    wanted,
                    Options(dry_run=dry_run),
                    jobs,
                    lambda number: progress.update(task, total=number),
                    on_report,
                )
                stopped, error = False, ""
            except KeyboardInterrupt:
                stopped, error = True, ""
            except Exception as raised:
                what = "The run was stopped by an error"
                stopped, error = False, f"{what}: {describe_error(raised, what)}"
        if not stopped and not error:
            self.add_busy(asked, report)
        self.print_report(report, json, told, in_full)
        if error:
            self.stderr.write(error)
            sys.exit(1)
        if stopped:
            self.stderr.write("Stopped. What is stored is whole; the next run goes on.")
            sys.exit(130)
        if report.failed:
            sys.exit(1)

    def find_sources(self, urls):
        found = [Source.objects.fetchable().known_as(url) for url in urls]
        for url, source in zip(urls, found, strict=True):
            if source is None:
                raise CommandError(
                    f"{url} is not a source; add it with `add_source {url}`.", returncode=2
                )
        return Source.objects.filter(pk__in=[source.pk for source in found if source])

    def add_busy(self, asked: list[Source], report: Report):
        """Report the sources named with --source that another run holds."""
        done = {result.source for result in report.sources}
        for source in asked:
            if source.url not in done:
                busy = SourceReport(source.url, source.title)
                report.sources.append(
                    busy.fail(
                        f"{source.url}: another run is importing it, or another feed of its host"
                    )
                )

    def progress(self):
        return Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=Console(stderr=True),
            disable=not sys.stderr.isatty(),
            transient=True,
        )

    def print_report(self, report: Report, json: bool, told: bool, in_full: bool):
        for result in report.sources:
            for warning in result.warnings if told else ():
                self.stderr.write(f"{result.source}: {warning}", self.style.WARNING)
            if result.error:
                self.stderr.write(result.error)
            if told and result.status == "imported":
                self.print_result(result, report.dry_run, in_full)
        if json:
            self.stdout.write(as_json(report))
        elif told:
            status = [result.status for result in report.sources]
            self.stdout.write(
                f"{len(status)} sources: {status.count('imported')} read, "
                f"{status.count('not_modified')} not modified, {status.count('failed')} failed"
            )

    def print_result(self, result: SourceReport, dry_run: bool, in_full: bool):
        would = "would be " if dry_run else ""
        counts = ", ".join(
            f"{result.counts[name]} {name}"
            for name in ("created", "updated", "conflicts", "skipped")
            if result.counts[name]
        )
        if counts:
            self.stdout.write(f"{result.title or result.source}: {would}{counts}")
        for entry in [*result.entries, *result.missing] if in_full else ():
            self.stdout.write(entry_line(entry))
