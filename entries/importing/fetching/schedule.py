"""The time of a source's next fetch."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from random import SystemRandom
from typing import Any

# The limits of the time between two fetches of a source.
MIN_INTERVAL = timedelta(minutes=15)
DEFAULT_INTERVAL = timedelta(hours=1)
MAX_INTERVAL = timedelta(hours=24)
# A server may ask for a longer pause by Retry-After than a feed may by its own elements.
MAX_RETRY_AFTER = timedelta(days=7)
JITTER_SHARE = 0.25  # of the interval, earlier or later

MAX_HEAD_BYTES = 64 * 1024  # searched for the feed's own elements, before its entries
FIRST_ENTRY = re.compile(rb"<(?:\w+:)?(?:item|entry)[\s>]")
COMMENT = re.compile(rb"<!--(?:.*?-->|.*)", re.S)
TTL = re.compile(rb"<ttl>\s*(\d{1,9})\s*</ttl>", re.I)
PERIOD = re.compile(rb"<\w+:updatePeriod[^>]*>\s*(\w+)\s*<", re.I)
FREQUENCY = re.compile(rb"<\w+:updateFrequency[^>]*>\s*(\d{1,6})\s*<", re.I)
SKIP_HOURS = re.compile(rb"<skipHours>(.{0,4000}?)</skipHours>", re.I | re.S)
SKIP_DAYS = re.compile(rb"<skipDays>(.{0,2000}?)</skipDays>", re.I | re.S)
HOUR = re.compile(rb"<hour>\s*(\d{1,2})\s*</hour>", re.I)
DAY = re.compile(rb"<day>\s*(\w+)\s*</day>", re.I)

DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
PERIODS = {
    "hourly": 3600,
    "daily": 24 * 3600,
    "weekly": 7 * 24 * 3600,
    "monthly": 30 * 24 * 3600,
    "yearly": 365 * 24 * 3600,
}


def stated_rhythm(data: bytes) -> dict[str, Any]:
    """How often a feed asks to be fetched, by its own elements. Keys without a value are absent.

    `seconds` is the time between two requests, by RSS 2.0's ttl or by sy:updatePeriod and
    sy:updateFrequency (RSS 1.0's syndication module), the longer of the two. `skip_hours` (in
    GMT) and `skip_days` (Monday is 0) come from RSS 0.91's skipHours and skipDays.
    """
    head = COMMENT.sub(b"", data[:MAX_HEAD_BYTES])
    first = FIRST_ENTRY.search(head)
    head = head[: first.start()] if first else head
    seconds = []
    if ttl := TTL.search(head):
        seconds.append(int(ttl[1]) * 60)
    period = PERIOD.search(head)
    if period and (length := PERIODS.get(period[1].decode("ascii", "replace").lower())):
        frequency = FREQUENCY.search(head)
        seconds.append(length // max(1, int(frequency[1]) if frequency else 1))
    skip_hours = SKIP_HOURS.search(head)
    # RSS 0.91 counts the hours from 1 to 24, RSS 2.0 from 0 to 23.
    hours = {int(hour) % 24 for hour in HOUR.findall(skip_hours[1])} if skip_hours else set()
    skip_days = SKIP_DAYS.search(head)
    names = DAY.findall(skip_days[1]) if skip_days else []
    days = {name.decode("ascii", "replace").lower() for name in names} & set(DAYS)
    rhythm = {
        "seconds": max(seconds, default=0),
        "skip_hours": sorted(hours),
        "skip_days": sorted(DAYS.index(day) for day in days),
    }
    return {name: value for name, value in rhythm.items() if value}


def next_check(now: datetime, fresh_for: int | None, rhythm: Mapping[str, Any]) -> datetime:
    """The time of the next fetch after a successful one.

    Takes the longer wait of the response headers (`fresh_for`, in seconds) and the feed (`rhythm`,
    from `stated_rhythm`), within MIN_INTERVAL and MAX_INTERVAL; DEFAULT_INTERVAL if both are
    silent. Moves on to the next hour that the feed does not skip.
    """
    asked = max(fresh_for or 0, rhythm.get("seconds", 0))
    moment = now + (
        clamp(MIN_INTERVAL, seconds(asked), MAX_INTERVAL) if asked else DEFAULT_INTERVAL
    )
    moment = moment.astimezone(UTC)
    while moment < now + MAX_INTERVAL and is_skipped(moment, rhythm):
        moment = moment.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    return min(moment, now + MAX_INTERVAL)


def next_try(now: datetime, failures: int, retry_after: int | None = None) -> datetime:
    """The time of the next fetch after this number of failures in a row.

    The wait doubles with each failure up to MAX_INTERVAL, with jitter so that sources that failed
    together are not fetched together. `retry_after` (seconds) can extend it up to
    MAX_RETRY_AFTER.
    """
    wait = min(MIN_INTERVAL * 2 ** min(failures - 1, 10), MAX_INTERVAL)
    wait = min(wait * SystemRandom().uniform(1 - JITTER_SHARE, 1 + JITTER_SHARE), MAX_INTERVAL)
    return now + max(wait, min(seconds(retry_after or 0), MAX_RETRY_AFTER))


def is_skipped(moment: datetime, rhythm: Mapping[str, Any]) -> bool:
    return moment.hour in rhythm.get("skip_hours", ()) or moment.weekday() in rhythm.get(
        "skip_days", ()
    )


def seconds(number: int) -> timedelta:
    return timedelta(seconds=min(number, 10**9))


def clamp(minimum: timedelta, interval: timedelta, maximum: timedelta) -> timedelta:
    return max(minimum, min(interval, maximum))
