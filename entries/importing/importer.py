"""Imports a feed into the database: from the fetch to the report, one batch at a time."""

import logging
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, ExitStack, closing, nullcontext
from dataclasses import dataclass, field

from django.db import DatabaseError
from django.utils import timezone

from entries.importing.fetching.client import fetch_feed
from entries.importing.fetching.fetched import Fetched
from entries.importing.matching.absences import count_unmodified
from entries.importing.matching.matcher import Matcher
from entries.importing.merging.storing import DocumentStore
from entries.importing.normalizing.item import ImportContext
from entries.importing.normalizing.source_policies import Policies, set_policies
from entries.importing.reading.reading import Reading, read_document
from entries.models import ImportRun, Source

from .errors import BusyError, FeedError, PageError, RefusedError, StoppedError, describe_error
from .further_pages import further_pages
from .lease import hold_lease, hold_source, renew_after
from .report import SourceReport
from .source_row import find_source, store_and_hold, update_source
from .source_state import (
    follow_move,
    is_same_feed,
    record_failure,
    record_feed_updated,
    record_imported,
    record_not_modified,
)
from .successor import find_successor

logger = logging.getLogger(__name__)

MAX_BATCH_ENTRIES = 200


@dataclass(frozen=True)
class Options:
    """How to import.

    `dry_run` rolls everything back. `draft` makes new entries drafts. `limit` is the maximum
    number of entries read from a document. `all_pages` also imports the feed's older pages, down
    to its first post. `policies` are values for the policy fields of the source.
    """

    dry_run: bool = False
    draft: bool = False
    limit: int | None = None
    all_pages: bool = False
    policies: Mapping[str, str] = field(default_factory=dict)


def import_feed(
    source: Source,
    options: Options = Options(),
    on_entries: Callable[[int], None] = lambda number: None,
) -> SourceReport:
    """Fetch a source and import its entries. Returns a report, for a failure too.

    A new source may be passed unsaved: it is saved once its feed has been read. `on_entries` is
    called with the number of entries done since its last call. The report is a failure when
    another run is importing the source.
    """
    set_policies(source, options.policies, save=source.pk is not None and not options.dry_run)

    def work() -> SourceReport:
        if source.pk is None or options.dry_run:
            return import_fetch_result(source, fetch_source(source, options), options, on_entries)
        with hold_lease(source) as lease:
            result = fetch_source(source, options)
            return import_fetch_result(source, result, options, renew_after(lease, on_entries))

    return report_errors(source, options, work)


def report_errors(
    source: Source, options: Options, work: Callable[[], SourceReport]
) -> SourceReport:
    """Returns the report of `work`, or a failed report for whatever it raises.

    An unexpected error with one source must not stop the import of others: it is logged with
    its traceback, recorded at the source and reported.
    """
    report = SourceReport(source.url, source.title)
    try:
        return work()
    except FeedError as error:
        return report.fail(str(error))
    except Source.DoesNotExist:
        return report.fail(f"{report.source}: it has been deleted")
    except Exception as error:
        reason = describe_error(error, f"{report.source} could not be imported")
        failure = FeedError(report.source, reason)
        try:
            if not options.dry_run and Source.objects.filter(pk=source.pk).exists():
                record_failure(source, failure)
        except DatabaseError:
            logger.warning("The failure of %s could not be recorded", report.source)
        return report.fail(str(failure))


def fetch_source(source: Source, options: Options = Options()) -> Fetched | FeedError:
    """Fetch a source. Returns the error instead of raising it. Does not use the database.

    Where the feed is gone (410), the error names its successor if the site links to one.
    """
    validators = {"etag": source.etag, "last_modified": source.last_modified}
    try:
        # The links to the older pages are in the first: a 304 would not bring them.
        return fetch_feed(source.url, **{} if options.all_pages else validators)
    except RefusedError as error:
        if error.status != 410:
            return error
        successor = find_successor(error, source.url, source.site_url)
        named = f"; its site names another feed: {successor}" if successor else ""
        return RefusedError(error.url, error.reason + named, error.status)
    except FeedError as error:
        return error


def import_fetch_result(
    source: Source,
    result: Fetched | FeedError,
    options: Options,
    on_entries: Callable[[int], None],
) -> SourceReport:
    """Import the result of a fetch. Returns a report, for a failure too.

    The source's fetch state is saved, except in a dry run.
    """
    report = SourceReport(source.url, source.title)
    try:
        if isinstance(result, FeedError):
            raise result
        if result.unchanged:
            if not options.dry_run:
                record_not_modified(source, result)
                report.missing += count_unmodified(source, timezone.now())
            report.status = "not_modified"
            return report
        import_fetched(source, result, options, report, on_entries)
    except BusyError as error:
        return report.fail(str(error))
    except FeedError as error:
        if source.pk and not options.dry_run:
            record_failure(source, error)
        return report.fail(str(error))
    return report


def import_fetched(source, fetched: Fetched, options, report, on_entries) -> None:
    """Import the document fetched from the source's URL, and its older pages if asked for.

    A new source is saved and leased here.
    """
    with ExitStack() as stack:
        with read_document(fetched) as reading:
            is_same = is_same_feed(source, reading.feed)
            if moved := follow_move(source, fetched, is_same):
                reading.feed.warnings.append(moved)
            report.title = reading.feed.title or source.title
            # The caller holds the lease of a source that was stored before.
            lease = (
                nullcontext(on_entries) if source.pk else ensure_held(source, options, on_entries)
            )
            on_batch = stack.enter_context(lease)
            reading.on_wait = lambda: on_batch(0)
            if is_same or not fetched.moved_to:
                update_source(source, reading.feed, save=not options.dry_run)
            matcher = Matcher(source, Policies(source))
            is_window = is_same and options.limit is None
            import_entries(source, reading, matcher, options, report, on_batch, is_window)
            is_whole = reading.is_at_end()
        if options.all_pages:
            import_further_pages(source, reading.feed.next_page, matcher, options, report, on_batch)
        if not options.dry_run:
            record_imported(source, fetched, is_whole)


def import_further_pages(source, first: str, matcher: Matcher, options, report, on_entries) -> None:
    """Import the pages from `first` on, or from the page at which the last run stopped.

    Also ends at a page whose entries were all on the pages before.
    """
    resumed, stated = source.next_page, {entry.id for entry in report.entries}

    def save_next_page(url: str) -> None:
        source.next_page = url
        if not options.dry_run:
            source.save(update_fields=["next_page"])

    try:
        with closing(further_pages(source.url, resumed or first)) as pages:
            for page in pages:
                save_next_page(page.url)
                known = len(report.entries)
                # A dry run stores nothing, so it needs the matcher that knows the earlier pages.
                if not options.dry_run:
                    matcher = Matcher(source, matcher.policies)
                import_entries(source, page.reading, matcher, options, report, on_entries)
                news = {entry.id for entry in report.entries[known:]} - stated
                if not news:
                    break
                stated |= news
        save_next_page("")
    except PageError as error:
        # If the saved page no longer exists, the next run starts from the first page.
        save_next_page(error.page_url if error.page_url != resumed else "")
        report.fail(f"{error}; what was read before it is stored, and the next run goes on here")


def import_document(
    fetched: Fetched,
    options: Options = Options(),
    on_entries: Callable[[int], None] = lambda number: None,
    source: Source | None = None,
) -> SourceReport:
    """Import a document whose bytes are at hand, such as a file.

    `source` may be unsaved. Without it, the source is found by `find_source`. Raises FeedError
    when the document is not a feed, when its source cannot be told, and when another run is
    importing the source; then nothing has been written.
    """
    with read_document(fetched) as reading:
        source = source or find_source(fetched, reading.feed)
        set_policies(source, options.policies, save=source.pk is not None and not options.dry_run)
        report = SourceReport(fetched.name, reading.feed.title or source.title)
        with ensure_held(source, options, on_entries) as on_batch:
            reading.on_wait = lambda: on_batch(0)
            update_source(source, reading.feed, save=not options.dry_run)
            matcher = Matcher(source, Policies(source))
            try:
                import_entries(source, reading, matcher, options, report, on_batch)
            except StoppedError as error:
                report.fail(str(error))
    return report


def ensure_held(
    source: Source, options: Options, on_entries: Callable[[int], None]
) -> AbstractContextManager[Callable[[int], None]]:
    """Take the lease of a source, which is saved first if it is new.

    Gives the callback to use in place of `on_entries`: it renews the lease too. A dry run takes
    no lease. Raises BusyError when another run has it.
    """
    if options.dry_run:
        return nullcontext(on_entries)
    if source.pk:
        return hold_source(source, on_entries)
    return store_and_hold(source, options.policies, on_entries)


def import_entries(
    source, reading: Reading, matcher: Matcher, options, report, on_entries, is_window=False
) -> None:
    """Store the entries of a document in batches, each one whole or not at all.

    The counts of the run are written with each batch. `is_window` means that the document is
    the feed as it has just been fetched: then absent posts are counted (`matching/absences.py`).
    Raises StoppedError when the import stops early; the run has the reason.
    """
    site_zone = timezone.get_current_timezone()
    context = ImportContext(timezone.now(), source.zone, site_zone, source.pk or 0, source.site_url)
    run = None if options.dry_run else ImportRun.objects.create(source=source)
    store = DocumentStore(source, run, matcher, context, report, options.draft)
    before = Counter(report.counts)
    try:
        for number, items in reading.batches(MAX_BATCH_ENTRIES, context, options.limit):
            store.store(items, reading.cleaner(number), reading.go_on)
            on_entries(len(items))
        if is_window:
            report.missing += store.count_absences()
    except Exception as error:
        if isinstance(error, FeedError):
            reason = error.reason
        else:
            reason = describe_error(error, f"The import of {source.url} was stopped")
        finish_run(run, ImportRun.Status.FAILED, f"{reason}; what was stored before it is whole")
        raise StoppedError(report.source, f"{reason}; what was read before it is stored") from error
    except BaseException:
        why = "The import was stopped; what it had stored until then is whole."
        finish_run(run, ImportRun.Status.FAILED, why)
        raise
    news = report.counts - before
    if run and (news["created"] or news["updated"] or source.feed_updated is None):
        record_feed_updated(source, reading.feed)
    report.warnings += reading.feed.warnings
    finish_run(run, ImportRun.Status.IMPORTED, warnings=reading.feed.warnings)


def import_page(
    url: str,
    options: Options = Options(),
    on_entries: Callable[[int], None] = lambda number: None,
) -> SourceReport:
    """Fetch one page of a feed, such as ?paged=2, and import it into the feed's source.

    Returns a report, for a failure too. The source's fetch state (validators, schedule) stays:
    the response was for another URL.
    """
    feed_url = Source.objects.feed_of(url)
    source = Source.objects.known_as(feed_url) or Source(url=feed_url)
    try:
        return import_document(fetch_feed(url), options, on_entries, source)
    except FeedError as error:
        return SourceReport(url, source.title).fail(str(error))


def finish_run(run: ImportRun | None, status: str, error: str = "", warnings=()) -> None:
    """Save how a run has ended. Its counts are written with the batches."""
    if run:
        run.status, run.error, run.warnings = status, error, list(warnings)
        run.finished_at = timezone.now()
        run.save(update_fields=["status", "error", "warnings", "finished_at"])
