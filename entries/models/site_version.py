"""The version of the public site: what pages in memory belong to."""

from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import models
from django.db.models import Subquery
from django.utils import timezone

from .entry import Entry
from .withdrawal import KEPT_FOR, Withdrawal


@dataclass(frozen=True)
class Version:
    """The state of the public site. No page differs between two equal versions.

    The site has this version since a transaction changed it, an entry fell due or a withdrawal
    expired (`since`). At `until`, if set, the next entry falls due or the next withdrawal expires.
    """

    number: int
    since: datetime
    until: datetime | None


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


# Used when the row is missing, as in a database that was emptied. The next change makes the row.
NEVER = (0, datetime(1970, 1, 1, tzinfo=UTC), None, None, None, None)


class SiteVersion(models.Model):
    """One row, raised in every transaction that changes public pages.

    Triggers in the database raise it (migration 0003), so no code that writes can forget to. A
    reader who sees the new number also sees the changes.
    """

    PK = 1

    number = models.BigIntegerField(default=0)
    changed_at = models.DateTimeField(default=timezone.now)

    objects = SiteVersionManager()

    def __str__(self):
        return str(self.number)
