"""Stores the batches of one document: looked at, cleaned, and then written, each in one go."""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from django.db import DatabaseError, DataError, IntegrityError, connection, transaction

from entries.importing.errors import FeedError
from entries.importing.matching.absences import note_absences
from entries.importing.matching.matcher import Matcher, is_as_stored, needs_cleaning
from entries.importing.normalizing.entry_values import EntryValues
from entries.importing.normalizing.item import Frame, Item, Spoilt, spoilt_item
from entries.importing.report import EntryReport, SourceReport
from entries.models import ImportRun, Source
from entries.models.locking import retry_deadlocks

from .batch import BatchImport, ChangedMeanwhileError, NotCleanedError

logger = logging.getLogger(__name__)

WRITER_LOCK = 0x66656564  # a number of ours among PostgreSQL's advisory locks
# Of entries over which storing has raised. One more, and it is no matter of entries.
MAX_SPOILT = 20

Cleaner = Callable[[Sequence[int]], list[EntryValues | Spoilt]]


class Storing:
    """The storing of one document's batches. Without a run, for a dry run, all is taken back.

    No foreign text is parsed or cleaned while a transaction is open: others who write wait for
    as long as it takes to write a batch.
    """

    def __init__(
        self,
        source: Source,
        run: ImportRun | None,
        matcher: Matcher,
        frame: Frame,
        report: SourceReport,
        draft: bool = False,
    ):
        self.source = source
        self.run = run
        self.matcher = matcher
        self.frame = frame
        self.report = report
        self.draft = draft
        self.spoilt = 0

    def store(self, items: Sequence[Item], clean: Cleaner, on_cleaned=lambda: None) -> None:
        """Import one batch and report it: every entry whole or not at all.

        `clean` gives the values of the entries at some places of the batch; `on_cleaned` is
        called when it has as a rule been asked for all that it will be. An entry over which
        anything raises is skipped with the reason, and the others are stored. Raises
        FeedError when cleaning fails, and DatabaseError when the database does.
        """
        for item in items:
            if item.error:
                logger.error("An entry of %s was skipped\n%s", self.source.url, item.error)
        self.matcher.prepare(items)
        try:
            looked = self.matcher.match(items)
            bare = [item for item in looked if needs_cleaning(item)]
        except DatabaseError:
            raise
        except Exception:
            logger.exception("A batch of %s is stored entry by entry", self.source.url)
            looked, bare = [], list(items)
        self._clean(items, bare, clean)
        on_cleaned()
        if looked and all(map(is_as_stored, looked)):
            # Nothing is written, so that nobody has to wait.
            batch = self._batch(self.run)
            self._done(batch, batch.store_matched(looked))
        else:
            self._store(items, clean)

    def note_absences(self) -> list[EntryReport]:
        """Count which posts the document, which is whole and stored, does not state any more."""
        window, matcher = self.source.window, self.matcher

        def attempt():
            self.source.window = window
            with self.transaction() as run:
                return note_absences(
                    self.source, run, matcher.stated_dates, matcher.claimed, self.frame.now
                )

        return retry_deadlocks(attempt)

    def _clean(self, items: Sequence[Item], bare: Sequence[Item], clean: Cleaner) -> None:
        """Clean what is bare, for this and every further try."""
        by_place = {item.place: item for item in items}
        places = [item.place for item in bare]
        for place, values in zip(places, clean(places) if places else [], strict=True):
            by_place[place].values = values
            if isinstance(values, Spoilt):
                logger.error("An entry of %s was skipped\n%s", self.source.url, values.traceback)

    def _store(self, items: Sequence[Item], clean: Cleaner) -> None:
        try:
            self._write(items, clean)
        except (FeedError, DatabaseError) as error:
            if not isinstance(error, DataError | IntegrityError):
                raise
            self._store_apart(items, clean, error)
        # What one entry brings to light in our own code must not cost the others.
        except Exception as error:
            self._store_apart(items, clean, error)

    def _store_apart(self, items: Sequence[Item], clean: Cleaner, error: Exception) -> None:
        """Find the entry that makes storing fail, by halves; skip it and store the others."""
        if len(items) > 1:
            middle = len(items) // 2
            self._store(items[:middle], clean)
            self._store(items[middle:], clean)
            return
        self.spoilt += 1
        if self.spoilt > MAX_SPOILT:
            raise error
        spoilt = Spoilt.by(error)
        item = items[0]
        logger.error("An entry of %s was skipped\n%s", self.source.url, spoilt.traceback)
        self._write([spoilt_item(item.place, item.data, self.frame, spoilt)], clean)

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
                # It has changed since it was looked at.
                self._clean(items, error.items, clean)
            else:
                self._done(*done)
                return

    @contextmanager
    def transaction(self) -> Iterator[ImportRun]:
        """One in which nobody else stores entries, and the run; taken back for a dry run."""
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
        return BatchImport(self.source, run, self.matcher, self.draft, self.frame.now)

    def _done(self, batch: BatchImport, reports) -> None:
        batch.settle()
        for entry in reports:
            self.report.add(entry)


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
