"""The last change of the entries of each day, for the sitemap's index."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.core.cache import cache
from django.db.models import Max, Q
from django.utils import timezone

from entries.models import Entry

KEY = "changes"
# Changes in a transaction become visible when it ends, so the last minutes are read again.
OVERLAP = timedelta(minutes=10)

Changes = dict[date, datetime]
Found = Iterable[tuple[date, datetime | None]]


def last_changes() -> Changes:
    """The time at which a live entry of each day last changed or became public. Two queries.

    The first call reads all entries. Later calls read the entries changed since then, and take
    the rest from the cache.
    """
    now = timezone.now()
    kept: tuple[datetime | None, Changes] = cache.get(KEY) or (None, {})
    seen_until, newest = kept
    since = seen_until - OVERLAP if seen_until else None
    is_changed = not since
    for found in (_changed(since, now), _due(since)):
        for day, moment in found:
            if moment and (day not in newest or moment > newest[day]):
                newest[day] = moment
                is_changed = True
    if is_changed:
        cache.set(KEY, (now, newest), timeout=None)
    return newest


def _changed(since: datetime | None, now: datetime) -> Found:
    # live() would add a bound on `published`, and SQLite might use the index of that one.
    entries = Entry.objects.filter(status=Entry.Status.LIVE).order_by()
    if since:
        entries = entries.filter(modified_at__gte=since)
    newest = Max("modified_at", filter=Q(published__lte=now))
    return entries.values_list("day").annotate(newest=newest)


def _due(since: datetime | None) -> Found:
    entries = Entry.objects.live().order_by()
    if since:
        # These few are not grouped: to group by day, SQLite would read all entries in that order.
        return entries.filter(published__gte=since).values_list("day", "published")
    return entries.values_list("day").annotate(Max("published"))
