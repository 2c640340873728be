"""When the pages of each day last changed, for the sitemap's index."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.core.cache import cache
from django.db.models import Max, Q
from django.utils import timezone

from entries.models import Entry

KEY = "changes"
# What was changed in a transaction is seen only at its end: so far back is looked again.
OVERLAP = timedelta(minutes=10)

Changes = dict[date, datetime]
Found = Iterable[tuple[date, datetime | None]]


def changes() -> Changes:
    """When a live entry of each day was last changed or became public. Two queries.

    They read all entries the first time, and from then on those that have changed since the
    last; the rest is kept in the cache.
    """
    now = timezone.now()
    kept: tuple[datetime | None, Changes] = cache.get(KEY) or (None, {})
    seen_until, newest = kept
    since = seen_until - OVERLAP if seen_until else None
    is_news = not since
    for found in (_changed(since, now), _due(since)):
        for day, moment in found:
            if moment and (day not in newest or moment > newest[day]):
                newest[day] = moment
                is_news = True
    if is_news:
        cache.set(KEY, (now, newest), timeout=None)
    return newest


def _changed(since: datetime | None, now: datetime) -> Found:
    # Not by live(): with a second bound, on `published`, SQLite may take that one's index.
    entries = Entry.objects.filter(status=Entry.Status.LIVE).order_by()
    if since:
        entries = entries.filter(modified_at__gte=since)
    newest = Max("modified_at", filter=Q(published__lte=now))
    return entries.values_list("day").annotate(newest=newest)


def _due(since: datetime | None) -> Found:
    entries = Entry.objects.live().order_by()
    if since:
        # Few, and each on its own: to group them by day SQLite would read all, in that order.
        return entries.filter(published__gte=since).values_list("day", "published")
    return entries.values_list("day").annotate(Max("published"))
