"""Believable dates out of what feeds write."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from email.utils import parsedate_to_datetime

from entries.importing.parsing.feed_data import EntryData, StatedDate

# The rules by which an entry is dated by itself.
OWN_DATES = ("published", "updated")
EARLIEST = datetime(1970, 1, 2, tzinfo=UTC)
FURTHEST_AHEAD = timedelta(days=5 * 365)

# RFC 3339 (5.6), as Atom wants it, and the shorter forms of ISO 8601 that feeds use as well.
ISO = re.compile(
    r"(\d{4})-(\d\d?)-(\d\d?)"
    r"(?:[Tt ]+(\d\d?):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?)?"
    r"\s*([Zz]|UTC|GMT|[+-]\d\d:?\d\d|[+-]\d\d)?"
)
OTHER_YEAR_FIRST = re.compile(r"(\d{4})[/.](\d\d?)[/.](\d\d?)(?=\D|$)")
SECONDS = re.compile(r"\d{9,10}")
# RFC 822 (5.1) gives the year two digits.
TWO_DIGIT_YEAR = re.compile(r"(?:[A-Za-z]{3}, *)?\d\d? [A-Za-z]{3} \d\d \d\d:\d\d")
YEAR = re.compile(r"(?<!\d)(19[7-9]\d|20\d\d)(?!\d)")


@dataclass(frozen=True)
class EntryDates:
    """When an entry was published and last changed, and which of its dates says so.

    `rule` is `published`, `updated`, `feed` or `first seen`; `reasons` says in words
    what could not be believed.
    """

    published: datetime
    updated: datetime
    rule: str
    reasons: list[str]

    @property
    def is_own(self) -> bool:
        """Whether the entry states a date of its own: any other is made up here."""
        return self.rule in OWN_DATES


def find_dates(data: EntryData, now: datetime, zone: tzinfo = UTC) -> EntryDates:
    """The entry's dates: its own, else the feed's, else `now`, when it is seen first.

    `zone` is that of the times that are given without one.
    """
    reasons: list[str] = []

    def read(name: str, stated: StatedDate | None) -> datetime | None:
        if not stated or not stated.text:
            return None
        moment = parse_date(stated.text, stated.parsed, now, zone)
        if moment is None:
            reasons.append(f"its {name} date {stated.text[:60]!r} can't be believed")
        return moment

    published = read("published", data.published)
    updated = read("updated", data.updated)
    if published is None and updated is None:
        published = read("created", data.created)
    if published:
        rule, moment = "published", published
    elif updated:
        rule, moment = "updated", updated
    elif feed := read("feed's", StatedDate(data.context.updated)):
        rule, moment = "feed", feed
    else:
        rule, moment = "first seen", now
    if rule not in OWN_DATES:
        dated_by = "feed's date" if rule == "feed" else "moment in which it was first seen"
        reasons.append(f"it has no date of its own; dated by the {dated_by}")
    return EntryDates(moment, updated or moment, rule, reasons)


def parse_date(
    text: str, parsed: Sequence[int] | None, now: datetime, zone: tzinfo = UTC
) -> datetime | None:
    """The moment that a feed's date names, in UTC, or None when it is not believable.

    Read strictly from the text; `parsed`, the numbers of StatedDate, serves only
    for forms that are not known here, and only when the text names the same year. A time
    without a zone is one of `zone`; of two that the end of summer time gives one name, the
    first.
    """
    text = text.strip()
    moment = from_iso(text, zone) or from_rfc_822(text, zone) or from_seconds(text)
    if moment is None and parsed and any(int(y) == parsed[0] for y in YEAR.findall(text)):
        moment = build(*parsed[:6])
    if moment is None or not EARLIEST <= moment <= now + FURTHEST_AHEAD:
        return None
    return moment


def from_iso(text: str, zone: tzinfo = UTC) -> datetime | None:
    match = ISO.fullmatch(text)
    if not match:
        match = OTHER_YEAR_FIRST.fullmatch(text)
        if not match:
            return None
        return in_zone(build(*(int(number) for number in match.groups())), zone)
    *numbers, fraction, stated = match.groups()
    moment = build(*(int(number or 0) for number in numbers))
    if moment is None:
        return None
    if fraction:
        moment += timedelta(microseconds=int(fraction[:6].ljust(6, "0")))
    if not stated:
        return in_zone(moment, zone)
    if stated[0] in "+-":
        digits = stated[1:].replace(":", "").ljust(4, "0")
        offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
        if offset >= timedelta(days=1):
            return None
        try:
            moment += -offset if stated[0] == "+" else offset
        except OverflowError:
            return None
    return moment


def from_rfc_822(text: str, zone: tzinfo = UTC) -> datetime | None:
    # The parser guesses at anything; a month's name is what makes the guess a reading.
    if not re.search(r"[A-Za-z]{3}", text):
        return None
    if not YEAR.search(text) and not TWO_DIGIT_YEAR.match(text):
        return None
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    if moment.tzinfo is None:
        # The parser knows -0000 as the mark of UTC without a place (RFC 5322, 3.3).
        return in_zone(moment, UTC if "-0000" in text else zone)
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        return None


def in_zone(clock: datetime | None, zone: tzinfo) -> datetime | None:
    """The moment in which a clock in that zone shows this date and time."""
    try:
        return clock and clock.replace(tzinfo=zone).astimezone(UTC)
    except OverflowError:
        return None


def from_seconds(text: str) -> datetime | None:
    """Seconds since 1970, which some feeds write."""
    return datetime.fromtimestamp(int(text), UTC) if SECONDS.fullmatch(text) else None


def build(year, month, day, hour=0, minute=0, second=0) -> datetime | None:
    try:
        # A leap second is the last moment of its minute.
        return datetime(year, month, day, hour, minute, min(second, 59), tzinfo=UTC)
    except ValueError:
        return None
