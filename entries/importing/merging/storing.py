"""`DocumentStore`: matches, cleans and writes the batches of one document."""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from django.db import DatabaseError, DataError, IntegrityError, connection, transaction

from entries.importing.errors import FeedError
from entries.importing.matching.absences import count_absences
from entries.importing.matching.matcher import Matcher, needs_cleaning, needs_no_write
from entries.importing.normalizing.entry_values import EntryValues
from entries.importing.normalizing.item import EntryFailure, ImportContext, Item, failed_item
from entries.importing.report import EntryReport, SourceReport
from entries.models import ImportRun, Source
from entries.models.locking import retry_deadlocks

from .batch import BatchImport, ChangedMeanwhileError, NotCleanedError

logger = logging.getLogger(__name__)

WRITER_LOCK = 0x66656564  # our number for PostgreSQL's advisory lock
# If storing raises for more entries, the fault is not with the entries: the import stops.
MAX_FAILED_ENTRIES = 20

Cleaner = Callable[[Sequence[int]], list[EntryValues | EntryFailure]]


class DocumentStore:
    """Stores the batches of one document. Without a run (a dry run), it rolls each one back.

    Nothing is parsed or cleaned while a transaction is open: other writers only wait for the
    writing of one batch.
    """

    def __init__(
        self,
        source: Source,
        run: ImportRun | None,
        matcher: Matcher,
        context: ImportContext,
        report: SourceReport,
        draft: bool = False,
    ):
        self.source = source
        self.run = run
        self.matcher = matcher
        self.context = context
        self.report = report
        self.draft = draft
        self.failed = 0

    def store(self, items: Sequence[Item], clean: Cleaner, on_cleaned=lambda: None) -> None:
        """Import one batch and add it to the report. Each entry is stored whole or not at all.

        `clean` returns the values of the entries at some places of the batch; `on_cleaned` is
        called when usually no more of them are needed. An entry that makes anything raise is
        skipped with the reason, and the others are stored. Raises FeedError when cleaning
        fails, and DatabaseError when the database does.
        """
        for item in items:
            if item.error:
                logger.error("An entry of %s was skipped\n%s", self.source.url, item.error)
        self.matcher.prepare(items)
        try:
            matched = self.matcher.match(items)
            uncleaned = [item for item in matched if needs_cleaning(item)]
        except DatabaseError:
            raise
        except Exception:
            logger.exception("A batch of %s is stored entry by entry", self.source.url)
            matched, uncleaned = [], list(items)
        self._clean(items, uncleaned, clean)
        on_cleaned()
        if matched and all(map(needs_no_write, matched)):
            # Nothing is written: no transaction, so no other writer has to wait.
            batch = self._batch(self.run)
            self._finish(batch, batch.store_matched(matched))
        else:
            self._store(items, clean)

    def count_absences(self) -> list[EntryReport]:
        """Count the posts absent from the document. Call after all of it has been stored."""
        window, matcher = self.source.window, self.matcher

        def attempt():
            self.source.window = window
            with self.transaction() as run:
                return count_absences(
                    self.source, run, matcher.stated_dates, matcher.claimed, self.context.now
                )

        return retry_deadlocks(attempt)

    def _clean(self, items: Sequence[Item], uncleaned: Sequence[Item], clean: Cleaner) -> None:
        """Set the values of the uncleaned items, for this and every further attempt."""
        by_place = {item.place: item for item in items}
        places = [item.place for item in uncleaned]
        for place, values in zip(places, clean(places) if places else [], strict=True):
            by_place[place].values = values
            if isinstance(values, EntryFailure):
                logger.error("An entry of %s was skipped\n%s", self.source.url, values.traceback)

    def _store(self, items: Sequence[Item], clean: Cleaner) -> None:
        try:
            self._write(items, clean)
        except (FeedError, DatabaseError) as error:
            if not isinstance(error, DataError | IntegrityError):
                raise
            self._store_apart(items, clean, error)
        # An error of ours with one entry must not cost the others.
        except Exception as error:
            self._store_apart(items, clean, error)

    def _store_apart(self, items: Sequence[Item], clean: Cleaner, error: Exception) -> None:
        """Store the batch in halves, down to the entry that fails; skip that one."""
        if len(items) > 1:
            middle = len(items) // 2
            self._store(items[:middle], clean)
            self._store(items[middle:], clean)
            return
        self.failed += 1
        if self.failed > MAX_FAILED_ENTRIES:
            raise error
        failure = EntryFailure.by(error)
        item = items[0]
        logger.error("An entry of %s was skipped\n%s", self.source.url, failure.traceback)
        self._write([failed_item(item.place, item.data, self.context, failure)], clean)

    def _write(self, items: Sequence[Item], clean: Cleaner) -> None:
        def attempt():
            with self.transaction() as run:
                batch = self._batch(run)
                reports = batch.store(items)
            return batch, reports

        while True:
            try:
                done = retry_deadlocks(attempt, also=(ChangedMeanwhileError, IntegrityError))
            except NotCleanedError as error:
                # It was changed after it was matched.
                self._clean(items, error.items, clean)
            else:
                self._finish(*done)
                return

    @contextmanager
    def transaction(self) -> Iterator[ImportRun]:
        """A transaction as the only writer of entries; gives the run. A dry run is rolled back."""
        is_new = self.source.pk is None
        try:
            with one_writer():
                if self.run:
                    yield self.run
                    return
                if is_new:
                    self.source.save()
                yield ImportRun.objects.create(source=self.source)
                transaction.set_rollback(True)
        finally:
            if is_new:
                self.source.pk, self.source._state.adding = None, True

    def _batch(self, run: ImportRun | None) -> BatchImport:
        return BatchImport(self.source, run, self.matcher, self.draft, self.context.now)

    def _finish(self, batch: BatchImport, reports) -> None:
        batch.mark_stored()
        for entry in reports:
            self.report.add(entry)


@contextmanager
def one_writer() -> Iterator[None]:
    """A transaction in which no other run stores entries.

    Otherwise two runs that import the same post at once would both create it.
    """
    with transaction.atomic():
        # SQLite has a single writer anyway, from the start of the transaction (IMMEDIATE).
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [WRITER_LOCK])
        yield
