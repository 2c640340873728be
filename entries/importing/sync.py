"""Import many sources: threads fetch, one writer stores, and no run disturbs another."""

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
from .importer import Options, ask_source, import_answer, reported
from .lease import Lease, renewing
from .pruning import thin_envelopes, thin_records
from .report import SourceReport

TICK = 10  # seconds between two looks at the lease while nothing comes in

Answer = Fetched | Exception


def sync(
    wanted: SourceQuerySet,
    options: Options,
    jobs: int,
    on_start: Callable[[int], None],
    on_report: Callable[[SourceReport], None],
) -> None:
    """Import the wanted sources that no other run holds, in any order.

    `jobs` hosts are asked at a time, each one thing at a time; those that another run is
    asking are left to the next run. `on_start` is told the number
    of sources, `on_report` what was done for each. One that fails, in whatever way, is
    reported and does not stop the others. At the end, records of old imports are thinned. A dry
    run holds nothing, and so disturbs nobody.
    """
    if options.dry_run:
        run(list(wanted), options, jobs, None, on_start, on_report)
        return
    lease = Lease()
    try:
        lease.take(wanted)
        lease.close_left_runs()
        busy = {host_of(source) for source in lease.held_by_others}
        waiting = lease.held.order_by(F("next_check_at").asc(nulls_first=True), "pk")
        held = [source for source in waiting if host_of(source) not in busy]
        run(held, options, jobs, lease, on_start, on_report)
    finally:
        lease.give_back()
    thin_records()
    thin_envelopes()


def run(sources: Sequence[Source], options, jobs: int, lease, on_start, on_report) -> None:
    on_start(len(sources))
    # One answer waits at the most: what is fetched is held in memory until it is stored.
    answers: queue.Queue[tuple[Source, Answer]] = queue.Queue(maxsize=1)
    fetchers = Fetchers(sources, answers)
    fetchers.start(jobs)
    try:
        for _ in sources:
            source, answer = next_answer(answers, lease)
            on_report(store(source, answer, options, lease))
            if lease:
                lease.renew()
    finally:
        fetchers.stop()


def next_answer(answers, lease) -> tuple[Source, Answer]:
    while True:
        try:
            return answers.get(timeout=TICK)
        except queue.Empty:
            if lease:
                lease.renew()


def store(source: Source, answer: Answer, options: Options, lease: Lease | None) -> SourceReport:
    """Import what one source has answered. Never raises for what one source brings about."""

    def work() -> SourceReport:
        if not isinstance(answer, Fetched | FeedError):
            raise answer
        if isinstance(answer, Fetched) and not answer.unchanged:
            # An editor may have changed its policy, or deleted it, since the run began.
            source.refresh_from_db()
        return import_answer(source, answer, options, renewing(lease, lambda number: None))

    return reported(source, options, work)


class Fetchers:
    """Threads that fetch, host by host. They know no database."""

    def __init__(self, sources: Sequence[Source], answers: queue.Queue[tuple[Source, Answer]]):
        self.answers = answers
        self.stopped = threading.Event()
        self.hosts: queue.SimpleQueue[list[Source]] = queue.SimpleQueue()
        by_host: dict[str, list[Source]] = defaultdict(list)
        for source in sources:
            by_host[host_of(source)].append(source)
        # The longest first: else the last thread is left alone with them at the end.
        for group in sorted(by_host.values(), key=len, reverse=True):
            self.hosts.put(group)

    def start(self, jobs: int) -> None:
        for _ in range(min(jobs, self.hosts.qsize())):
            # Daemons: nobody who has pressed Ctrl-C waits for a slow server.
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
            answer: Answer
            if refused:
                # Too many requests: the host has asked for silence, also for its other feeds.
                answer = RefusedError(
                    source.url, refused.reason, refused.status, retry_after=refused.retry_after
                )
            else:
                answer = ask(source)
            if isinstance(answer, RefusedError) and answer.status == 429:
                refused = answer
            self._hand_over(source, answer)

    def _hand_over(self, source: Source, answer: Answer) -> None:
        while not self.stopped.is_set():
            try:
                self.answers.put((source, answer), timeout=1)
                return
            except queue.Full:
                continue


def host_of(source: Source) -> str:
    try:
        return urlsplit(source.url).hostname or ""
    except ValueError:
        return source.url


def ask(source: Source) -> Answer:
    try:
        return ask_source(source)
    # The writer reports it; a thread that died in silence would leave the run waiting.
    except Exception as error:
        return error
