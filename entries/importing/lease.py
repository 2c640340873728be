"""Which run imports a source: never two at once, in any number of processes."""

import itertools
import os
import socket
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from entries.models import ImportRun, Source
from entries.models.source import SourceQuerySet

from .errors import BusyError

TERM = timedelta(minutes=5)
RENEW_AFTER = 60  # seconds

PROCESS = uuid.uuid4().hex
numbers = itertools.count(1)


class Lease:
    """The right to import the sources that it has taken, until they are given back.

    It ends by itself TERM after the last renewal, so that a run which was killed leaves
    nothing locked; at once when the process that held it ran on this machine and is no more.
    """

    def __init__(self):
        self.owner = f"{socket.gethostname()[:100]}:{os.getpid()}:{PROCESS}:{next(numbers)}"
        self.renewed = time.monotonic()

    def take(self, sources: SourceQuerySet) -> SourceQuerySet:
        """Take those of the sources that nobody holds. Returns what is held by now."""
        now = timezone.now()
        asked = sources.order_by()
        # One statement looks and takes: of two runs that ask at once, one finds nothing left.
        asked.filter(Q(leased_until=None) | Q(leased_until__lt=now)).update(**self._term())
        others = asked.exclude(leased_by=self.owner).exclude(leased_until=None)
        owners = others.values_list("leased_by", flat=True).distinct()
        dead = [owner for owner in owners if is_dead(owner)]
        if dead:
            asked.filter(leased_by__in=dead).update(**self._term())
        return self.held

    @property
    def held(self) -> SourceQuerySet:
        return Source.objects.filter(leased_by=self.owner)

    @property
    def held_by_others(self) -> SourceQuerySet:
        running = Source.objects.filter(leased_until__gt=timezone.now())
        return running.exclude(leased_by=self.owner)

    def close_left_runs(self) -> None:
        """Say of the runs that somebody has left behind that they have ended."""
        ImportRun.objects.filter(
            source__leased_by=self.owner, status=ImportRun.Status.RUNNING
        ).update(
            status=ImportRun.Status.FAILED,
            error="The import was killed; what it had stored until then is whole.",
            finished_at=timezone.now(),
        )

    def renew(self) -> None:
        """Hold on to what is held; asks the database once in RENEW_AFTER seconds."""
        if time.monotonic() - self.renewed > RENEW_AFTER:
            self.renewed = time.monotonic()
            self.held.update(leased_until=timezone.now() + TERM)

    def give_back(self) -> None:
        self.held.update(leased_until=None, leased_by="")

    def _term(self):
        return {"leased_until": timezone.now() + TERM, "leased_by": self.owner}


@contextmanager
def lease_of(source: Source) -> Iterator[Lease]:
    """Hold one source. Raises BusyError when another run does."""
    lease = Lease()
    if not lease.take(Source.objects.filter(pk=source.pk)).exists():
        raise BusyError(source.url, "another run imports it at this moment")
    lease.close_left_runs()
    try:
        yield lease
    finally:
        lease.give_back()


@contextmanager
def leased(source: Source, on_entries: Callable[[int], None]) -> Iterator[Callable[[int], None]]:
    """Hold one source; gives the callback that also holds on to it. Raises BusyError."""
    with lease_of(source) as lease:
        yield renewing(lease, on_entries)


def renewing(lease: Lease | None, on_entries: Callable[[int], None]) -> Callable[[int], None]:
    """The same callback, which also holds on to the lease."""

    def after_batch(number: int) -> None:
        on_entries(number)
        if lease:
            lease.renew()

    return after_batch


def is_dead(owner: str) -> bool:
    """Whether a holder ran on this machine and runs no more."""
    host, pid, process, _ = (owner.split(":") + [""] * 4)[:4]
    if host != socket.gethostname()[:100] or not pid.isdecimal():
        return False
    if int(pid) == os.getpid():
        # In a container the number of a process may come back after a restart.
        return process != PROCESS
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False
