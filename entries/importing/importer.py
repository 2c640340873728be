"""Import a feed: fetch, parse, date, shape, clean, match, merge, store, a batch at a time."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from itertools import islice

from django.db import connection, transaction
from django.utils import timezone

from entries.models import ImportRun, Source

from .batch import BatchImport
from .discovery import find_successor
from .document import Fetched
from .errors import BusyError, FeedError, PageError, ParseError, RefusedError
from .fetch import fetch_feed
from .lease import Lease, lease_of
from .matching import Matcher
from .missing import count_unmodified, note_absences
from .outcome import (
    follow_move,
    is_same_feed,
    note_failure,
    note_feed_updated,
    note_imported,
    note_unchanged,
    when_updated,
)
from .paging import further_pages
from .parse import EntryData, FeedData, ParsedFeed, parse_feed
from .policies import Policies, set_policies
from .report import SourceReport
from .sources import find_source

BATCH = 200  # entries
WRITER_LOCK = 0x66656564  # a number of ours among PostgreSQL's advisory locks


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
    if source.pk is None or options.dry_run:
        return import_answer(source, ask_source(source, options), options, on_entries)
    try:
        with lease_of(source) as lease:
            answer = ask_source(source, options)
            return import_answer(source, answer, options, renewing(lease, on_entries))
    except BusyError as error:
        return SourceReport(source.url, source.title).fail(str(error))


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
        parsed = parse_document(answer)
    except FeedError as error:
        if source.pk and not options.dry_run:
            note_failure(source, error)
        return report.fail(str(error))
    report.title = parsed.feed.title or source.title
    is_same = is_same_feed(source, parsed.feed)
    if moved := follow_move(source, answer, is_same):
        parsed.feed.warnings.append(moved)
    with taken_back(options.dry_run):
        if is_same or not answer.moved_to:
            update_source(source, parsed.feed)
        is_window = is_same and options.limit is None
        import_entries(source, parsed, options, report, on_entries, is_window)
        if options.all_pages:
            import_further_pages(source, parsed.feed.next_page, options, report, on_entries)
        note_imported(source, answer, is_whole=next(parsed.entries, None) is None)
    return report


def import_further_pages(source, first: str, options, report, on_entries) -> None:
    """Import the pages from `first` on, or from where the last reading of them was stopped.

    Ends also at a page that only repeats what others have stated.
    """
    resumed, stated = source.next_page, {entry.id for entry in report.entries}
    try:
        for page in further_pages(source.url, resumed or first):
            source.next_page = page.url
            source.save(update_fields=["next_page"])
            known = len(report.entries)
            import_entries(source, page.parsed, options, report, on_entries)
            news = {entry.id for entry in report.entries[known:]} - stated
            if not news:
                break
            stated |= news
        source.next_page = ""
    except PageError as error:
        # Where the old place has ceased to be, the next run starts from the first page.
        source.next_page = error.page_url if error.page_url != resumed else ""
        report.fail(f"{error}; what was read before it is stored, and the next run goes on here")
    source.save(update_fields=["next_page"])


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
    parsed = parse_document(fetched)
    source = source or find_source(fetched, parsed.feed)
    set_policies(source, options.policies, save=source.pk is not None and not options.dry_run)
    report = SourceReport(fetched.name, parsed.feed.title or source.title)
    held = lease_of(source) if source.pk and not options.dry_run else nullcontext()
    with held as lease, taken_back(options.dry_run):
        update_source(source, parsed.feed)
        import_entries(source, parsed, options, report, renewing(lease, on_entries))
    return report


def import_entries(
    source, parsed: ParsedFeed, options, report, on_entries, is_window: bool = False
) -> None:
    """Store what the feed says: every batch whole or not at all, then the run's sum.

    What the whole document should state and does not is counted when it `is_window`, the
    feed as it has just been fetched.
    """
    now = timezone.now()
    run = ImportRun.objects.create(source=source)
    matcher = Matcher(source, now, Policies(source))
    before = Counter(report.counts)
    entries = islice(parsed.entries, options.limit)
    try:
        for batch in batched(entries):
            with one_writer():
                BatchImport(source, run, matcher, options.draft, now).store(batch, report)
            on_entries(len(batch))
        if is_window:
            with one_writer():
                report.missing += note_absences(
                    source, run, matcher.stated_dates, matcher.claimed, now
                )
    except BaseException:
        run.status = ImportRun.Status.FAILED
        run.error = "The import was stopped; what it had stored until then is whole."
        finish(run, report.counts - before)
        raise
    done = report.counts - before
    if done["created"] or done["updated"] or source.feed_updated is None:
        note_feed_updated(source, parsed.feed)
    report.warnings += parsed.feed.warnings
    run.status = ImportRun.Status.IMPORTED
    run.warnings = parsed.feed.warnings
    finish(run, report.counts - before)


@contextmanager
def one_writer() -> Iterator[None]:
    """A transaction in which nobody else stores entries.

    Else two runs that find the same post at once would both take it for a new one.
    """
    with transaction.atomic():
        # SQLite has one writer at a time by itself, from the start of the transaction.
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [WRITER_LOCK])
        yield


@contextmanager
def taken_back(dry_run: bool) -> Iterator[None]:
    """Do it for real and take it back, so that a dry run says just what an import would do."""
    if not dry_run:
        yield
        return
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def renewing(lease: Lease | None, on_entries: Callable[[int], None]) -> Callable[[int], None]:
    """The same callback, which also holds on to the lease."""

    def after_batch(number: int) -> None:
        on_entries(number)
        if lease:
            lease.renew()

    return after_batch


def batched(entries: Iterator[EntryData]) -> Iterator[list[EntryData]]:
    while batch := list(islice(entries, BATCH)):
        yield batch


def parse_document(fetched: Fetched) -> ParsedFeed:
    """The feed in a document. Raises ParseError under the name by which it was asked for."""
    try:
        return parse_feed(fetched.data, url=fetched.url, content_type=fetched.content_type)
    except ParseError as error:
        raise ParseError(fetched.name, error.reason) from error


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
        source.feed_updated = when_updated(source, feed)
        source.save()
    elif news:
        source.save(update_fields=news)


def finish(run: ImportRun, counts: Counter[str]) -> None:
    for name in ("created", "updated", "unchanged", "conflicts", "skipped"):
        setattr(run, name, counts[name])
    run.finished_at = timezone.now()
    run.save()
