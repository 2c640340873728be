"""Imports many sources: threads fetch, one writer stores."""

import queue
import threading
from collections import defaultdict
from collections.abc import Callable, Sequence
from urllib.parse import urlsplit

from django.db.models import F

from entries.importing.fetching.fetched import Fetched
from entries.models import Source
from entries.models.source import SourceQuerySet

from .errors import FeedError, RefusedError
from .importer import Options, fetch_source, import_fetch_result, report_errors
from .lease import Lease, renew_after
from .pruning import delete_old_records, delete_unused_envelopes
from .report import SourceReport

RENEW_POLL_SECONDS = 10  # without a result, before the lease is renewed if that is due

FetchResult = Fetched | Exception


def sync(
    wanted: SourceQuerySet,
    options: Options,
    jobs: int,
    on_start: Callable[[int], None],
    on_report: Callable[[SourceReport], None],
) -> None:
    """Import the wanted sources that no other run holds, in any order.

    Fetches from `jobs` hosts at a time, with one request at a time for each host. Sources on
    hosts that another run is fetching from are left to the next run. `on_start` is called with
    the number of sources, `on_report` with the report of each. A source that fails, in whatever
    way, is reported and does not stop the others. At the end, old import records are deleted. A
    dry run takes no lease.
    """
    if options.dry_run:
        import_sources(list(wanted), options, jobs, None, on_start, on_report)
        return
    lease = Lease()
    try:
        lease.take(wanted)
        lease.close_abandoned_runs()
        busy = {host_of(source) for source in lease.held_by_others}
        waiting = lease.held.order_by(F("next_check_at").asc(nulls_first=True), "pk")
        held = [source for source in waiting if host_of(source) not in busy]
        import_sources(held, options, jobs, lease, on_start, on_report)
    finally:
        lease.give_back()
    delete_old_records()
    delete_unused_envelopes()


def import_sources(
    sources: Sequence[Source], options, jobs: int, lease, on_start, on_report
) -> None:
    on_start(len(sources))
    # At most one result waits: fetched bytes stay in memory until they are stored.
    results: queue.Queue[tuple[Source, FetchResult]] = queue.Queue(maxsize=1)
    fetchers = Fetchers(sources, results)
    fetchers.start(jobs)
    try:
        for _ in sources:
            source, result = next_result(results, lease)
            on_report(import_one(source, result, options, lease))
            if lease:
                lease.renew()
    finally:
        fetchers.stop()


def next_result(results, lease) -> tuple[Source, FetchResult]:
    while True:
        try:
            return results.get(timeout=RENEW_POLL_SECONDS)
        except queue.Empty:
            if lease:
                lease.renew()


def import_one(
    source: Source, result: FetchResult, options: Options, lease: Lease | None
) -> SourceReport:
    """Import the fetch result of one source. Returns a report for every error too."""

    def work() -> SourceReport:
        if not isinstance(result, Fetched | FeedError):
            raise result
        if isinstance(result, Fetched) and not result.unchanged:
            # An editor may have changed its policy, or deleted it, since the run began.
            source.refresh_from_db()
        return import_fetch_result(source, result, options, renew_after(lease, lambda number: None))

    return report_errors(source, options, work)


class Fetchers:
    """Threads that fetch, host by host. They do not use the database."""

    def __init__(self, sources: Sequence[Source], results: queue.Queue[tuple[Source, FetchResult]]):
        self.results = results
        self.stopped = threading.Event()
        self.hosts: queue.SimpleQueue[list[Source]] = queue.SimpleQueue()
        by_host: dict[str, list[Source]] = defaultdict(list)
        for source in sources:
            by_host[host_of(source)].append(source)
        # The hosts with most sources first, so that all threads end at about the same time.
        for group in sorted(by_host.values(), key=len, reverse=True):
            self.hosts.put(group)

    def start(self, jobs: int) -> None:
        for _ in range(min(jobs, self.hosts.qsize())):
            # Daemon threads: Ctrl-C need not wait for a slow server.
            threading.Thread(target=self._work, daemon=True).start()

    def stop(self) -> None:
        self.stopped.set()

    def _work(self) -> None:
        while not self.stopped.is_set():
            try:
                group = self.hosts.get_nowait()
            except queue.Empty:
                return
            self._fetch_host(group)

    def _fetch_host(self, group: Sequence[Source]) -> None:
        refused: RefusedError | None = None
        for source in group:
            if self.stopped.is_set():
                return
            result: FetchResult
            if refused:
                # 429 Too Many Requests: do not fetch the host's other feeds either.
                result = RefusedError(
                    source.url, refused.reason, refused.status, retry_after=refused.retry_after
                )
            else:
                result = fetch_or_error(source)
            if isinstance(result, RefusedError) and result.status == 429:
                refused = result
            self._hand_over(source, result)

    def _hand_over(self, source: Source, result: FetchResult) -> None:
        while not self.stopped.is_set():
            try:
                self.results.put((source, result), timeout=1)
                return
            except queue.Full:
                continue


def host_of(source: Source) -> str:
    try:
        return urlsplit(source.url).hostname or ""
    except ValueError:
        return source.url


def fetch_or_error(source: Source) -> FetchResult:
    try:
        return fetch_source(source)
    # The writer reports it. Without a result for each source the run would wait forever.
    except Exception as error:
        return error
