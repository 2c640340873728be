"""`Reading`: one document, parsed and cleaned batch by batch in a worker process."""

import logging
import math
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from entries.importing.errors import ParseError, WorkerError
from entries.importing.fetching.fetched import Fetched
from entries.importing.normalizing.entry_values import EntryValues
from entries.importing.normalizing.item import EntryFailure, ImportContext, Item
from entries.importing.parsing.feed_data import EntryData, FeedData

from .worker import Worker, borrow, give_back

logger = logging.getLogger(__name__)

# The limit on CPU time for a document: a minimum, and an amount for each million bytes. A million
# bytes of a weblog need 3 seconds, of a feed with nothing but very short posts 7.
MIN_CPU_SECONDS = 60
CPU_SECONDS_PER_MB = 60
WAIT_SECONDS = 10  # between two calls of on_wait


@contextmanager
def read_document(
    fetched: Fetched,
    on_wait: Callable[[], None] = lambda: None,
    cpu_seconds: int | None = None,
) -> Iterator["Reading"]:
    """Read a feed in a worker, with at most `cpu_seconds` of CPU time.

    Calls `on_wait` every WAIT_SECONDS while it waits for the worker. Raises ParseError when the
    bytes are not a feed. This function and every method of the reading raise WorkerError when
    the worker takes too much time or memory, or dies.
    """
    with started(fetched.name, len(fetched.data), on_wait, cpu_seconds) as reading:
        reading.open(fetched)
        yield reading


@contextmanager
def read_again(name: str, entries: Sequence[EntryData], length: int) -> Iterator["Reading"]:
    """Read entries that were parsed before. `length` is their number of bytes, about."""
    with started(name, length) as reading:
        reading.ask("open_entries", entries)
        yield reading


@contextmanager
def started(
    name: str,
    length: int,
    on_wait: Callable[[], None] = lambda: None,
    cpu_seconds: int | None = None,
) -> Iterator["Reading"]:
    if cpu_seconds is None:
        cpu_seconds = MIN_CPU_SECONDS + CPU_SECONDS_PER_MB * length // 1_000_000
    try:
        worker = borrow()
    except OSError as error:
        why = f"the process for reading it cannot be started: {error.strerror}"
        raise WorkerError(name, why) from error
    reading = Reading(name, worker, on_wait, cpu_seconds)
    try:
        reading.ask("limit", cpu_seconds, length)
        yield reading
    finally:
        reading.close()


class Reading:
    """One document that a worker reads: `feed` first, then `batches` of entries."""

    def __init__(
        self, name: str, worker: Worker, on_wait: Callable[[], None], cpu_seconds: int
    ) -> None:
        self.name = name
        self.worker = worker
        self.on_wait = on_wait
        self.cpu_seconds = cpu_seconds
        self.feed = FeedData()
        self.is_pending = False  # a request was sent, and its answer has not arrived
        self.following: tuple[Any, ...] | None = None
        self.read_ahead: tuple[list[Item], list[str]] | None = None

    def open(self, fetched: Fetched) -> None:
        self._send("open", fetched.url, fetched.content_type)
        self._send_bytes(fetched.data)
        self.feed = self._receive()

    def batches(
        self, size: int, context: ImportContext, limit: int | None = None
    ) -> Iterator[tuple[int, list[Item]]]:
        """Yields batches of at most `size` entries, each with its number."""
        number, left = 0, math.inf if limit is None else limit
        self.following = ("items", number, int(min(size, left)), context)
        while left > 0:
            items, warnings = self._next_batch()
            self.feed.warnings.extend(warnings)
            if not items:
                return
            left -= len(items)
            number += 1
            self.following = ("items", number, int(min(size, left)), context) if left > 0 else None
            yield number - 1, items

    def cleaner(self, number: int) -> Callable[[Sequence[int]], list[EntryValues | EntryFailure]]:
        """Returns a function that cleans the entries at some places of a batch.

        It works until the batch after the next is requested.
        """
        return lambda places: self.ask("values", number, places)

    def go_on(self) -> None:
        """Let the worker start on the next batch while this one is stored."""
        if self.following and not self.is_pending and not self.read_ahead:
            self._send(*self.following)

    def is_at_end(self) -> bool:
        """True if all entries have been returned."""
        return self.ask("is_at_end")

    def ask(self, name: str, *arguments: Any) -> Any:
        if self.is_pending:
            self.read_ahead = self._receive()
        self._send(name, *arguments)
        return self._receive()

    def close(self) -> None:
        """Give the worker back, or end it if it is still busy with a request."""
        try:
            if not self.is_pending:
                self.ask("forget")
        except WorkerError:
            pass
        if self.is_pending:
            self.worker.end()
        else:
            give_back(self.worker)

    def _next_batch(self) -> tuple[list[Item], list[str]]:
        if self.read_ahead:
            batch, self.read_ahead = self.read_ahead, None
            return batch
        if not self.is_pending:
            self._send(*self.following or ())
        return self._receive()

    def _send(self, *request: Any) -> None:
        self.is_pending = True
        try:
            self.worker.connection.send(request)
        except OSError as error:
            raise self._died() from error

    def _send_bytes(self, data: bytes) -> None:
        try:
            self.worker.connection.send_bytes(data)
        except OSError as error:
            raise self._died() from error

    def _receive(self) -> Any:
        try:
            while not self.worker.connection.poll(WAIT_SECONDS):
                self.on_wait()
            outcome, *answer = self.worker.connection.recv()
        except (EOFError, OSError) as error:
            raise self._died() from error
        self.is_pending = False
        if outcome == "refused":
            raise ParseError(self.name, *answer)
        if outcome == "failed":
            reason, trace = answer
            if trace:
                logger.error("%s could not be read\n%s", self.name, trace)
            raise WorkerError(self.name, reason)
        return answer[0]

    def _died(self) -> WorkerError:
        status = self.worker.process.wait()
        if status == -signal.SIGXCPU:
            how = f"reading it took more than {self.cpu_seconds:,} seconds of computing time"
            return WorkerError(self.name, f"{how}, and was given up")
        how = f"signal {-status}" if status < 0 else f"exit status {status}"
        return WorkerError(
            self.name, f"the process that read it ended in the midst, perhaps for memory ({how})"
        )
