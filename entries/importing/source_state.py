"""What is written down about a source after it has been asked, and when it is asked again."""

from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone

from entries.importing.fetching.fetched import Fetched
from entries.importing.fetching.schedule import next_check, next_try, stated_rhythm
from entries.importing.normalizing.dates import parse_date
from entries.importing.normalizing.keys import without_variations
from entries.importing.parsing.parser import FeedData
from entries.models import Entry, ImportRun, Source
from entries.models.source import MAX_URL_LENGTH

from .errors import FeedError, ParseError, RefusedError, StoppedError

MOVED_AFTER = timedelta(days=7)
CHECKED = ["checked_at", "next_check_at", "status", "failures", "last_error"]
MOVES = ["url", "moved_to", "moved_since"]
FREE = ["leased_until", "leased_by"]


def note_imported(source: Source, fetched: Fetched, is_whole: bool) -> None:
    """Its feed has been read: to the end, when it `is_whole`."""
    # Else the server would call unchanged what has not been read.
    source.etag = fetched.etag if is_whole else ""
    source.last_modified = fetched.last_modified if is_whole else ""
    source.rhythm = stated_rhythm(fetched.data)
    note_success(source, fetched)
    save_with_address(source, fetched, [*CHECKED, *FREE, "etag", "last_modified", "rhythm"])


def note_feed_updated(source: Source, feed: FeedData) -> None:
    """Write down when the feed had last changed, now that it has brought news.

    Not at each reading: many feeds say of themselves that they have just changed.
    """
    updated = when_updated(source, feed)
    if updated is None:
        entries = Entry.objects.filter(source=source).order_by()
        updated = entries.aggregate(newest=Max("updated"))["newest"]
    if updated and updated != source.feed_updated:
        source.feed_updated = updated
        source.save(update_fields=["feed_updated"])


def when_updated(source: Source, feed: FeedData) -> datetime | None:
    """When the feed says that it last changed, if it says so and can be believed."""
    stated = feed.context.updated
    return parse_date(stated, None, timezone.now(), source.zone) if stated else None


def note_unchanged(source: Source, fetched: Fetched) -> None:
    now = timezone.now()
    ImportRun.objects.create(source=source, status=ImportRun.Status.NOT_MODIFIED, finished_at=now)
    note_success(source, fetched)
    follow_move(source, fetched, is_same=True)
    save_with_address(source, fetched, [*CHECKED, *FREE])


def note_success(source: Source, fetched: Fetched) -> None:
    source.checked_at = timezone.now()
    source.next_check_at = next_check(source.checked_at, fetched.fresh_for, source.rhythm)
    source.status, source.failures, source.last_error = Source.Status.OK, 0, ""
    release(source)


def save_with_address(source: Source, fetched: Fetched, fields: list[str]) -> None:
    """Save these fields, and where the source has moved to.

    An address that another source got while this one was imported stays that one's.
    """
    if not fetched.moved_to:
        source.save(update_fields=[*fields, *MOVES])
        return
    try:
        with transaction.atomic():
            source.save(update_fields=[*fields, *MOVES])
    except IntegrityError:
        source.url = Source.objects.values_list("url", flat=True).get(pk=source.pk)
        source.save(update_fields=fields)


def note_failure(source: Source, error: FeedError) -> None:
    now = timezone.now()
    if not isinstance(error, StoppedError):
        ImportRun.objects.create(
            source=source, status=ImportRun.Status.FAILED, error=error.reason, finished_at=now
        )
    source.checked_at = now
    source.failures += 1
    source.status, source.last_error = Source.Status.FAILED, error.reason
    source.next_check_at = next_try(now, source.failures, getattr(error, "retry_after", None))
    if isinstance(error, RefusedError) and error.status == 410:
        source.status, source.next_check_at = Source.Status.GONE, None
    if isinstance(error, ParseError):
        # What it redirects to is no feed: the days are counted anew.
        source.moved_to, source.moved_since = "", None
    release(source)
    source.save(update_fields=[*CHECKED, *MOVES, *FREE])


def release(source: Source) -> None:
    source.leased_until, source.leased_by = None, ""


def follow_move(source: Source, fetched: Fetched, is_same: bool) -> str:
    """Take over the address that its own redirects to for good, once that is sure.

    From http to https at once; else when it has been the same feed for MOVED_AFTER.
    Returns a sentence where a person should know, else an empty text. Does not save.
    """
    target, now = fetched.moved_to, timezone.now()
    before, since = source.moved_to, source.moved_since
    source.moved_to, source.moved_since = "", None
    if not target or target == source.url:
        return ""
    if not is_same:
        return f"It redirects for good to {target}, which is another feed; its address stays."
    if not is_now_tls(source.url, target):
        started = since if since and target == before else now
        if now - started < MOVED_AFTER:
            source.moved_to, source.moved_since = target, started
            return ""
    if len(target) > MAX_URL_LENGTH:
        return ""
    if Source.objects.filter(url=target).exclude(pk=source.pk).exists():
        return f"It redirects for good to {target}, which is a source by itself already."
    source.url = target
    return f"Its address is now {target}, to which the old one redirects for good."


def is_now_tls(address: str, target: str) -> bool:
    old, new = urlsplit(address), urlsplit(target)
    return (old.scheme, new.scheme) == ("http", "https") and (
        old.hostname,
        old.path or "/",
        old.query,
    ) == (new.hostname, new.path or "/", new.query)


def is_same_feed(source: Source, feed: FeedData) -> bool:
    """Whether a document is the feed that the source was when it was last read."""
    if not source.title and not source.feed_id:
        return True
    if feed.title and feed.title == source.title:
        return True
    return bool(feed.feed_id) and without_variations(feed.feed_id) == without_variations(
        source.feed_id
    )
