"""Leases on sources: at most one run imports a source at a time, across all processes."""

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

LEASE_TERM = timedelta(minutes=5)
MIN_RENEW_SECONDS = 60

PROCESS = uuid.uuid4().hex
lease_numbers = itertools.count(1)


class Lease:
    """The right of one run to import the sources that it has taken.

    It expires LEASE_TERM after the last renewal, so that a killed run leaves no source locked. A
    lease of a process on this machine that is no longer running can be taken at once.
    """

    def __init__(self):
        self.owner = f"{socket.gethostname()[:100]}:{os.getpid()}:{PROCESS}:{next(lease_numbers)}"
        self.renewed = time.monotonic()

    def take(self, sources: SourceQuerySet) -> SourceQuerySet:
        """Take the sources that no other run holds. Returns all that this lease holds."""
        now = timezone.now()
        wanted = sources.order_by()
        # A single UPDATE checks and takes, so two runs at once cannot both get a source.
        wanted.filter(Q(leased_until=None) | Q(leased_until__lt=now)).update(**self._new_term())
        others = wanted.exclude(leased_by=self.owner).exclude(leased_until=None)
        owners = others.values_list("leased_by", flat=True).distinct()
        dead = [owner for owner in owners if is_dead(owner)]
        if dead:
            wanted.filter(leased_by__in=dead).update(**self._new_term())
        return self.held

    @property
    def held(self) -> SourceQuerySet:
        return Source.objects.filter(leased_by=self.owner)

    @property
    def held_by_others(self) -> SourceQuerySet:
        running = Source.objects.filter(leased_until__gt=timezone.now())
        return running.exclude(leased_by=self.owner)

    def close_abandoned_runs(self) -> None:
        """Mark the runs of killed processes as failed."""
        ImportRun.objects.filter(
            source__leased_by=self.owner, status=ImportRun.Status.RUNNING
        ).update(
            status=ImportRun.Status.FAILED,
            error="The import was killed; what it had stored until then is whole.",
            finished_at=timezone.now(),
        )

    def renew(self) -> None:
        """Extend the lease, at most once every MIN_RENEW_SECONDS."""
        if time.monotonic() - self.renewed > MIN_RENEW_SECONDS:
            self.renewed = time.monotonic()
            self.held.update(leased_until=timezone.now() + LEASE_TERM)

    def give_back(self) -> None:
        self.held.update(leased_until=None, leased_by="")

    def _new_term(self):
        return {"leased_until": timezone.now() + LEASE_TERM, "leased_by": self.owner}


@contextmanager
def hold_lease(source: Source) -> Iterator[Lease]:
    """Take the lease of one source. Raises BusyError when another run has it."""
    lease = Lease()
    if not lease.take(Source.objects.filter(pk=source.pk)).exists():
        raise BusyError(source.url, "another run is importing it")
    lease.close_abandoned_runs()
    try:
        yield lease
    finally:
        lease.give_back()


@contextmanager
def hold_source(
    source: Source, on_entries: Callable[[int], None]
) -> Iterator[Callable[[int], None]]:
    """Like `hold_lease`, but gives `on_entries` with the renewal of the lease added."""
    with hold_lease(source) as lease:
        yield renew_after(lease, on_entries)


def renew_after(lease: Lease | None, on_entries: Callable[[int], None]) -> Callable[[int], None]:
    """Returns a callback that calls `on_entries` and then renews the lease, if there is one."""

    def after_batch(number: int) -> None:
        on_entries(number)
        if lease:
            lease.renew()

    return after_batch


def is_dead(owner: str) -> bool:
    """True if the owner is a process of this machine that has ended."""
    host, pid, process, _ = (owner.split(":") + [""] * 4)[:4]
    if host != socket.gethostname()[:100] or not pid.isdecimal():
        return False
    if int(pid) == os.getpid():
        # In a container the same process id may be used again after a restart.
        return process != PROCESS
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False
