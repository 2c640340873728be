"""The fetch state of a source, recorded after each fetch: result, next check, moves."""

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

# A permanent redirect to another place must last this long before it is followed.
MIN_MOVE_AGE = timedelta(days=7)
CHECK_FIELDS = ["checked_at", "next_check_at", "status", "failures", "last_error"]
MOVE_FIELDS = ["url", "moved_to", "moved_since"]
LEASE_FIELDS = ["leased_until", "leased_by"]


def record_imported(source: Source, fetched: Fetched, is_whole: bool) -> None:
    """Record a successful import. `is_whole`: the document was read to its end."""
    # With the validators kept, a 304 would hide the entries that were not read.
    source.etag = fetched.etag if is_whole else ""
    source.last_modified = fetched.last_modified if is_whole else ""
    source.rhythm = stated_rhythm(fetched.data)
    record_success(source, fetched)
    save_with_url(
        source, fetched, [*CHECK_FIELDS, *LEASE_FIELDS, "etag", "last_modified", "rhythm"]
    )


def record_feed_updated(source: Source, feed: FeedData) -> None:
    """Record when the feed last changed, as it states itself, else by its newest entry.

    Call only after an import with new or changed entries: many feeds give the time of the
    request as their `updated`.
    """
    updated = when_updated(source, feed)
    if updated is None:
        entries = Entry.objects.filter(source=source).order_by()
        updated = entries.aggregate(newest=Max("updated"))["newest"]
    if updated and updated != source.feed_updated:
        source.feed_updated = updated
        source.save(update_fields=["feed_updated"])


def when_updated(source: Source, feed: FeedData) -> datetime | None:
    """Returns the feed's own `updated`, or None if there is none or it is not believable."""
    stated = feed.context.updated
    return parse_date(stated, None, timezone.now(), source.zone) if stated else None


def record_not_modified(source: Source, fetched: Fetched) -> None:
    now = timezone.now()
    ImportRun.objects.create(source=source, status=ImportRun.Status.NOT_MODIFIED, finished_at=now)
    record_success(source, fetched)
    follow_move(source, fetched, is_same=True)
    save_with_url(source, fetched, [*CHECK_FIELDS, *LEASE_FIELDS])


def record_success(source: Source, fetched: Fetched) -> None:
    source.checked_at = timezone.now()
    source.next_check_at = next_check(source.checked_at, fetched.fresh_for, source.rhythm)
    source.status, source.failures, source.last_error = Source.Status.OK, 0, ""
    release_lease(source)


def save_with_url(source: Source, fetched: Fetched, fields: list[str]) -> None:
    """Save these fields and the URL fields.

    If another source got the new URL during this import, it keeps it, and only `fields` are saved.
    """
    if not fetched.moved_to:
        source.save(update_fields=[*fields, *MOVE_FIELDS])
        return
    try:
        with transaction.atomic():
            source.save(update_fields=[*fields, *MOVE_FIELDS])
    except IntegrityError:
        source.url = Source.objects.values_list("url", flat=True).get(pk=source.pk)
        source.save(update_fields=fields)


def record_failure(source: Source, error: FeedError) -> None:
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
        # The redirect leads to something other than a feed: its age starts again at zero.
        source.moved_to, source.moved_since = "", None
    release_lease(source)
    source.save(update_fields=[*CHECK_FIELDS, *MOVE_FIELDS, *LEASE_FIELDS])


def release_lease(source: Source) -> None:
    source.leased_until, source.leased_by = None, ""


def follow_move(source: Source, fetched: Fetched, is_same: bool) -> str:
    """Follow a permanent redirect (301, 308): set the source's URL to the target.

    From http to https at once; otherwise after the redirect has led to the same feed for
    MIN_MOVE_AGE. Returns a sentence for the editor, or an empty string. Does not save.
    """
    target, now = fetched.moved_to, timezone.now()
    before, since = source.moved_to, source.moved_since
    source.moved_to, source.moved_since = "", None
    if not target or target == source.url:
        return ""
    if not is_same:
        return f"It redirects permanently to {target}, which is another feed; its URL stays."
    if not is_upgrade_to_https(source.url, target):
        started = since if since and target == before else now
        if now - started < MIN_MOVE_AGE:
            source.moved_to, source.moved_since = target, started
            return ""
    if len(target) > MAX_URL_LENGTH:
        return ""
    if Source.objects.filter(url=target).exclude(pk=source.pk).exists():
        return f"It redirects permanently to {target}, which is already another source."
    source.url = target
    return f"Its URL is now {target}, to which the old one redirects permanently."


def is_upgrade_to_https(url: str, target: str) -> bool:
    old, new = urlsplit(url), urlsplit(target)
    return (old.scheme, new.scheme) == ("http", "https") and (
        old.hostname,
        old.path or "/",
        old.query,
    ) == (new.hostname, new.path or "/", new.query)


def is_same_feed(source: Source, feed: FeedData) -> bool:
    """True if the document is the same feed as at the last import, by its title or id."""
    if not source.title and not source.feed_id:
        return True
    if feed.title and feed.title == source.title:
        return True
    return bool(feed.feed_id) and without_variations(feed.feed_id) == without_variations(
        source.feed_id
    )
