"""Import a feed: fetch, parse, date, shape, clean, match, merge, store, a batch at a time."""

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
from entries.importing.merging.storing import Storing
from entries.importing.normalizing.item import Frame
from entries.importing.normalizing.source_policies import Policies, set_policies
from entries.importing.reading.reading import Reading, read_document
from entries.models import ImportRun, Source

from .errors import BusyError, FeedError, PageError, RefusedError, StoppedError, tell_error
from .further_pages import further_pages
from .lease import lease_of, leased, renewing
from .report import SourceReport
from .source_row import find_source, stored_and_held, update_source
from .source_state import (
    follow_move,
    is_same_feed,
    note_failure,
    note_feed_updated,
    note_imported,
    note_unchanged,
)
from .successor import find_successor

logger = logging.getLogger(__name__)

MAX_BATCH_ENTRIES = 200


@dataclass(frozen=True)
class Options:
    """How to import.

    `draft` lets new entries wait, `limit` stops after that many entries of a document,
    `all_pages` goes on to the feed's further pages, down to its first post, `policies` are
    given to the source, by the names of its fields.
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
    """Fetch a source and import what it says. Returns a report, also of a failure.

    The source need not be stored yet: it is when its feed has been read. `on_entries` is
    told the number of entries done since the last call. Fails when another run imports the
    source at this moment.
    """
    set_policies(source, options.policies, save=source.pk is not None and not options.dry_run)

    def work() -> SourceReport:
        if source.pk is None or options.dry_run:
            return import_answer(source, ask_source(source, options), options, on_entries)
        with lease_of(source) as lease:
            answer = ask_source(source, options)
            return import_answer(source, answer, options, renewing(lease, on_entries))

    return reported(source, options, work)


def reported(source: Source, options: Options, work: Callable[[], SourceReport]) -> SourceReport:
    """The report of some work on a source, also where it raises.

    What one source brings to light in our own code or in the database must not keep others
    from being imported: it is logged with its traceback, noted at the source and reported.
    """
    report = SourceReport(source.url, source.title)
    try:
        return work()
    except FeedError as error:
        return report.fail(str(error))
    except Source.DoesNotExist:
        return report.fail(f"{report.source}: it has been deleted")
    except Exception as error:
        reason = tell_error(error, f"{report.source} could not be imported")
        failure = FeedError(report.source, reason)
        try:
            if not options.dry_run and Source.objects.filter(pk=source.pk).exists():
                note_failure(source, failure)
        except DatabaseError:
            logger.warning("What failed could not be noted at %s", report.source)
        return report.fail(str(failure))


def ask_source(source: Source, options: Options = Options()) -> Fetched | FeedError:
    """Fetch a source. Returns also the failure, names its successor. No database."""
    validators = {"etag": source.etag, "last_modified": source.last_modified}
    try:
        # Who wants all pages wants to know where the first one leads.
        return fetch_feed(source.url, **{} if options.all_pages else validators)
    except RefusedError as error:
        if error.status != 410:
            return error
        successor = find_successor(error, source.url, source.site_url)
        named = f"; its site names another feed: {successor}" if successor else ""
        return RefusedError(error.url, error.reason + named, error.status)
    except FeedError as error:
        return error


def import_answer(
    source: Source,
    answer: Fetched | FeedError,
    options: Options,
    on_entries: Callable[[int], None],
) -> SourceReport:
    """Import what a source has answered. Returns a report, also of a failure.

    What that says of the source is written down, unless it is a dry run.
    """
    report = SourceReport(source.url, source.title)
    try:
        if isinstance(answer, FeedError):
            raise answer
        if answer.unchanged:
            if not options.dry_run:
                note_unchanged(source, answer)
                report.missing += count_unmodified(source, timezone.now())
            report.status = "not_modified"
            return report
        import_fetched(source, answer, options, report, on_entries)
    except BusyError as error:
        return report.fail(str(error))
    except FeedError as error:
        if source.pk and not options.dry_run:
            note_failure(source, error)
        return report.fail(str(error))
    return report


def import_fetched(source, fetched: Fetched, options, report, on_entries) -> None:
    """Import a document that has been fetched as the source's own, and its further pages."""
    with ExitStack() as held:
        with read_document(fetched) as reading:
            is_same = is_same_feed(source, reading.feed)
            if moved := follow_move(source, fetched, is_same):
                reading.feed.warnings.append(moved)
            report.title = reading.feed.title or source.title
            # One that is stored is held by the caller.
            holding = nullcontext(on_entries) if source.pk else hold(source, options, on_entries)
            on_batch = held.enter_context(holding)
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
            note_imported(source, fetched, is_whole)


def import_further_pages(source, first: str, matcher: Matcher, options, report, on_entries) -> None:
    """Import the pages from `first` on, or from where the last reading of them was stopped.

    Ends also at a page that only repeats what others have stated.
    """
    resumed, stated = source.next_page, {entry.id for entry in report.entries}

    def go_on_from(address: str) -> None:
        source.next_page = address
        if not options.dry_run:
            source.save(update_fields=["next_page"])

    try:
        with closing(further_pages(source.url, resumed or first)) as pages:
            for page in pages:
                go_on_from(page.url)
                known = len(report.entries)
                # What a dry run takes back, only the matcher of the pages before remembers.
                if not options.dry_run:
                    matcher = Matcher(source, matcher.policies)
                import_entries(source, page.reading, matcher, options, report, on_entries)
                news = {entry.id for entry in report.entries[known:]} - stated
                if not news:
                    break
                stated |= news
        go_on_from("")
    except PageError as error:
        # Where the old place has ceased to be, the next run starts from the first page.
        go_on_from(error.page_url if error.page_url != resumed else "")
        report.fail(f"{error}; what was read before it is stored, and the next run goes on here")


def import_document(
    fetched: Fetched,
    options: Options = Options(),
    on_entries: Callable[[int], None] = lambda number: None,
    source: Source | None = None,
) -> SourceReport:
    """Import a document that has been read already.

    It belongs to `source`, which need not be stored yet. Where none is given, to that with the
    address it was fetched from, else to that of the blog whose export it is, else to that which
    its link rel=self names. Raises FeedError when it is no feed, when nothing says where it is
    from, and when another run imports the source; then nothing has been written.
    """
    with read_document(fetched) as reading:
        source = source or find_source(fetched, reading.feed)
        set_policies(source, options.policies, save=source.pk is not None and not options.dry_run)
        report = SourceReport(fetched.name, reading.feed.title or source.title)
        with hold(source, options, on_entries) as on_batch:
            reading.on_wait = lambda: on_batch(0)
            update_source(source, reading.feed, save=not options.dry_run)
            matcher = Matcher(source, Policies(source))
            try:
                import_entries(source, reading, matcher, options, report, on_batch)
            except StoppedError as error:
                report.fail(str(error))
    return report


def hold(
    source: Source, options: Options, on_entries: Callable[[int], None]
) -> AbstractContextManager[Callable[[int], None]]:
    """Hold a source, stored first if it is new; gives the callback that holds on to it.

    A dry run holds nothing. Raises BusyError when another run holds it.
    """
    if options.dry_run:
        return nullcontext(on_entries)
    if source.pk:
        return leased(source, on_entries)
    return stored_and_held(source, options.policies, on_entries)


def import_entries(
    source, reading: Reading, matcher: Matcher, options, report, on_entries, is_window=False
) -> None:
    """Store what the document says: every batch whole or not at all, with the run's sums.

    What the whole document should state and does not is counted when it `is_window`, the
    feed as it has just been fetched. Raises StoppedError when it has to end before the end; the
    run says why.
    """
    site_zone = timezone.get_current_timezone()
    frame = Frame(timezone.now(), source.zone, site_zone, source.pk or 0, source.site_url)
    run = None if options.dry_run else ImportRun.objects.create(source=source)
    storing = Storing(source, run, matcher, frame, report, options.draft)
    before = Counter(report.counts)
    try:
        for number, items in reading.batches(MAX_BATCH_ENTRIES, frame, options.limit):
            storing.store(items, reading.cleaner(number), reading.go_on)
            on_entries(len(items))
        if is_window:
            report.missing += storing.note_absences()
    except Exception as error:
        if isinstance(error, FeedError):
            reason = error.reason
        else:
            reason = tell_error(error, f"The import of {source.url} was stopped")
        finish(run, ImportRun.Status.FAILED, f"{reason}; what was stored before it is whole")
        raise StoppedError(report.source, f"{reason}; what was read before it is stored") from error
    except BaseException:
        why = "The import was stopped; what it had stored until then is whole."
        finish(run, ImportRun.Status.FAILED, why)
        raise
    news = report.counts - before
    if run and (news["created"] or news["updated"] or source.feed_updated is None):
        note_feed_updated(source, reading.feed)
    report.warnings += reading.feed.warnings
    finish(run, ImportRun.Status.IMPORTED, warnings=reading.feed.warnings)


def import_page(
    address: str,
    options: Options = Options(),
    on_entries: Callable[[int], None] = lambda number: None,
) -> SourceReport:
    """Fetch one page of a feed, such as ?paged=2, and import it into the feed's source.

    Returns a report, also of a failure. What the server says of the page is not kept: it is
    not what the source is asked for.
    """
    url = Source.objects.feed_of(address)
    source = Source.objects.known_as(url) or Source(url=url)
    try:
        return import_document(fetch_feed(address), options, on_entries, source)
    except FeedError as error:
        return SourceReport(address, source.title).fail(str(error))


def finish(run: ImportRun | None, status: str, error: str = "", warnings=()) -> None:
    """Say how a run has ended. Its sums are written with the batches."""
    if run:
        run.status, run.error, run.warnings = status, error, list(warnings)
        run.finished_at = timezone.now()
        run.save(update_fields=["status", "error", "warnings", "finished_at"])
