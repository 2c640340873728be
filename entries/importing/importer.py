"""Import a feed: fetch, parse, date, shape, clean, match, merge, store, a batch at a time."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

from django.db import transaction
from django.utils import timezone

from entries.models import ImportRun, Source

from .batch import BatchImport
from .errors import FeedError, UsageError
from .fetch import Fetched, fetch_feed
from .matching import Matcher
from .parse import EntryData, FeedData, ParsedFeed, parse_feed
from .report import SourceReport

BATCH = 200  # entries


@dataclass(frozen=True)
class Options:
    """How to import: `draft` lets new entries wait, `limit` stops after that many entries."""

    dry_run: bool = False
    draft: bool = False
    limit: int | None = None


def import_feed(
    source: Source,
    options: Options = Options(),
    on_entries: Callable[[int], None] = lambda number: None,
) -> SourceReport:
    """Fetch a source and import what it says. Returns a report, also of a failure.

    The source need not be stored yet: it is when its feed has been read. `on_entries` is
    told the number of entries done since the last call.
    """
    report = SourceReport(source.url, source.title)
    try:
        fetched = fetch_feed(source.url, etag=source.etag, last_modified=source.last_modified)
        if fetched is None:
            if not options.dry_run:
                note_fetched(source, ImportRun.Status.NOT_MODIFIED)
            report.status = "not_modified"
            return report
        return import_document(fetched, options, on_entries, source=source)
    except FeedError as error:
        if source.pk and not options.dry_run:
            note_failure(source, error.reason)
        return report.fail(str(error))


def import_document(
    fetched: Fetched,
    options: Options = Options(),
    on_entries: Callable[[int], None] = lambda number: None,
    source: Source | None = None,
) -> SourceReport:
    """Import a document that has been read already.

    Without a source, it belongs to the one with the address it was fetched from, else to
    the one that its link rel=self names. Raises FeedError when it is no feed, or when
    nothing says where it is from; then nothing has been written.
    """
    parsed = parse_feed(fetched.data, url=fetched.url, content_type=fetched.content_type)
    source = source or find_source(fetched, parsed.feed)
    report = SourceReport(fetched.name, parsed.feed.title or source.title)
    if not options.dry_run:
        import_entries(source, parsed, fetched, options, report, on_entries)
        return report
    # Done for real and taken back: so it says just what an import would do.
    with transaction.atomic():
        import_entries(source, parsed, fetched, options, report, on_entries)
        transaction.set_rollback(True)
    return report


def import_entries(source, parsed: ParsedFeed, fetched, options, report, on_entries) -> None:
    """Store what the feed says: every batch whole or not at all, then the run's sum."""
    now = timezone.now()
    update_source(source, parsed.feed)
    run = ImportRun.objects.create(source=source)
    matcher = Matcher(source, now)
    entries = islice(parsed.entries, options.limit)
    try:
        for batch in batched(entries):
            with transaction.atomic():
                BatchImport(source, run, matcher, options.draft, now).store(batch, report)
            on_entries(len(batch))
    except BaseException:
        run.status = ImportRun.Status.FAILED
        run.error = "The import was stopped; what it had stored until then is whole."
        finish(run, report)
        raise
    report.warnings = parsed.feed.warnings
    run.status = ImportRun.Status.IMPORTED
    run.warnings = report.warnings
    finish(run, report)
    if fetched.is_from_network:
        source.etag, source.last_modified = fetched.etag, fetched.last_modified
        note_success(source)


def batched(entries: Iterator[EntryData]) -> Iterator[list[EntryData]]:
    while batch := list(islice(entries, BATCH)):
        yield batch


def find_source(fetched: Fetched, feed: FeedData) -> Source:
    url = fetched.url or feed.self_url
    if not url.startswith(("http://", "https://", "file:")):
        url = fetched.fallback_url
    if not url:
        raise UsageError(
            fetched.name, "nothing in it says what its address is; name it with --url URL"
        )
    return Source.objects.known_as(url) or Source(url=url)


def update_source(source: Source, feed: FeedData) -> None:
    """Write down what the feed says of itself, if that is anything new."""
    stated = {
        "title": feed.title,
        "subtitle": feed.subtitle,
        "site_url": feed.site_url,
        "feed_id": feed.feed_id,
        "language": feed.context.language[:64],
        "author_name": feed.context.author.name,
        "author_uri": feed.context.author.uri,
        "author_email": feed.context.author.email,
        "rights": feed.rights,
        "icon": feed.icon,
    }
    news = {name: value for name, value in stated.items() if getattr(source, name) != value}
    for name, value in news.items():
        setattr(source, name, value)
    if source.pk is None:
        source.save()
    elif news:
        source.save(update_fields=news)


def finish(run: ImportRun, report: SourceReport) -> None:
    for name in ("created", "updated", "unchanged", "conflicts", "skipped"):
        setattr(run, name, report.counts[name])
    run.finished_at = timezone.now()
    run.save()


def note_success(source: Source) -> None:
    source.checked_at = timezone.now()
    source.status, source.failures, source.last_error = Source.Status.OK, 0, ""
    source.save()


def note_fetched(source: Source, status: ImportRun.Status) -> None:
    ImportRun.objects.create(source=source, status=status, finished_at=timezone.now())
    note_success(source)


def note_failure(source: Source, reason: str) -> None:
    now = timezone.now()
    ImportRun.objects.create(
        source=source, status=ImportRun.Status.FAILED, error=reason, finished_at=now
    )
    source.checked_at = now
    source.status, source.last_error = Source.Status.FAILED, reason
    source.failures += 1
    source.save()
