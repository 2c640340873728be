import math
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import models
from django.db.models import Subquery
from django.utils import timezone

from .entry import Entry
from .withdrawal import KEPT_FOR, Withdrawal


@dataclass(frozen=True)
class Version:
    """What the public sees at a time. Two versions are equal while no page can differ.

    `since` is when the site last changed: by a write, by an entry that fell due, or by a
    withdrawal that feeds tell no longer. `until` is when it will change by itself, if ever.
    """

    number: int
    since: datetime
    until: datetime | None

    @property
    def last_modified(self) -> int:
        """The first whole second after the last change, in seconds since 1970.

        May lie in the future. No other version gets the same second, as long as a response
        states none that has not come yet.
        """
        return math.floor(self.since.timestamp()) + 1


class SiteVersionManager(models.Manager):
    def current(self) -> Version:
        """The version of the site now. One query."""
        now = timezone.now()
        scheduled = Entry.objects.filter(status=Entry.Status.LIVE, published__gt=now)
        forgotten = Withdrawal.objects.filter(withdrawn_at__lt=now - KEPT_FOR)
        told = Withdrawal.objects.filter(withdrawn_at__gte=now - KEPT_FOR)
        row = self.annotate(
            fell_due=first(Entry.objects.live(), "published"),
            falls_due=first(scheduled.order_by("published"), "published"),
            expired=first(forgotten.order_by("-withdrawn_at"), "withdrawn_at"),
            expires=first(told.order_by("withdrawn_at"), "withdrawn_at"),
        ).values_list("number", "changed_at", "fell_due", "expired", "falls_due", "expires")
        number, changed_at, fell_due, expired, falls_due, expires = row.first() or NEVER
        return Version(
            number,
            max(filter(None, [changed_at, fell_due, expired and expired + KEPT_FOR])),
            min(filter(None, [falls_due, expires and expires + KEPT_FOR]), default=None),
        )


def first(rows: models.QuerySet, name: str) -> Subquery:
    return Subquery(rows.values(name)[:1])


# A database that was emptied has no row. The next change makes one.
NEVER = (0, datetime(1970, 1, 1, tzinfo=UTC), None, None, None, None)


class SiteVersion(models.Model):
    """The one row that changes in every transaction that changes what the public can see.

    Triggers of the database write it, in the same transaction (migration 0012), so that no way
    to write can forget to. Whoever reads a new number sees everything that it stands for.
    """

    PK = 1

    number = models.BigIntegerField(default=0)
    changed_at = models.DateTimeField(default=timezone.now)

    objects = SiteVersionManager()

    def __str__(self):
        return str(self.number)
