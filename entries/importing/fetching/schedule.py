"""When a source is asked again."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from random import SystemRandom
from typing import Any

SOONEST = timedelta(minutes=15)
USUAL = timedelta(hours=1)
LATEST = timedelta(hours=24)
# A server may ask for longer than a feed may: it knows why. Not for ever, though.
LATEST_AS_ASKED = timedelta(days=7)
JITTER = 0.25

MAX_HEAD_BYTES = 64 * 1024  # bytes; what a feed says of itself stands before its entries
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
    """What a document says of how often to ask for it; nothing where it says nothing.

    `seconds` between two requests, by RSS 2.0's ttl and by sy:updatePeriod with
    sy:updateFrequency (RSS 1.0's syndication module), the longer of the two; `skip_hours`
    in GMT and `skip_days` with Monday as 0, by RSS 0.91's skipHours and skipDays.
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
    """When to ask again after a good answer: by what asks for the longest wait.

    Never sooner than SOONEST nor later than LATEST; USUAL where nothing is said.
    """
    asked = max(fresh_for or 0, rhythm.get("seconds", 0))
    moment = now + (within(SOONEST, seconds(asked), LATEST) if asked else USUAL)
    moment = moment.astimezone(UTC)
    while moment < now + LATEST and is_skipped(moment, rhythm):
        moment = moment.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    return min(moment, now + LATEST)


def next_try(now: datetime, failures: int, retry_after: int | None = None) -> datetime:
    """When to ask again after so many failures in a row: ever later, and not all at once.

    Not before the time for which the server asks to be left alone, up to LATEST_AS_ASKED.
    """
    wait = min(SOONEST * 2 ** min(failures - 1, 10), LATEST)
    wait = min(wait * SystemRandom().uniform(1 - JITTER, 1 + JITTER), LATEST)
    return now + max(wait, min(seconds(retry_after or 0), LATEST_AS_ASKED))


def is_skipped(moment: datetime, rhythm: Mapping[str, Any]) -> bool:
    return moment.hour in rhythm.get("skip_hours", ()) or moment.weekday() in rhythm.get(
        "skip_days", ()
    )


def seconds(number: int) -> timedelta:
    return timedelta(seconds=min(number, 10**9))


def within(least: timedelta, wish: timedelta, most: timedelta) -> timedelta:
    return max(least, min(wish, most))
