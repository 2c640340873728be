"""The dates of an entry, parsed from the text in the feed and checked for plausibility."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from email.utils import parsedate_to_datetime

from entries.importing.parsing.feed_data import EntryData, StatedDate

# Values of `EntryDates.rule` for a date that the entry itself states.
OWN_DATES = ("published", "updated")
MIN_DATE = datetime(1970, 1, 2, tzinfo=UTC)
MAX_TIME_AHEAD = timedelta(days=5 * 365)

# RFC 3339 (5.6), as Atom wants it, and the shorter forms of ISO 8601 that feeds use as well.
ISO_8601 = re.compile(
    r"(\d{4})-(\d\d?)-(\d\d?)"
    r"(?:[Tt ]+(\d\d?):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?)?"
    r"\s*([Zz]|UTC|GMT|[+-]\d\d:?\d\d|[+-]\d\d)?"
)
OTHER_YEAR_FIRST = re.compile(r"(\d{4})[/.](\d\d?)[/.](\d\d?)(?=\D|$)")
UNIX_SECONDS = re.compile(r"\d{9,10}")
# RFC 822 (5.1) gives the year two digits.
TWO_DIGIT_YEAR = re.compile(r"(?:[A-Za-z]{3}, *)?\d\d? [A-Za-z]{3} \d\d \d\d:\d\d")
YEAR = re.compile(r"(?<!\d)(19[7-9]\d|20\d\d)(?!\d)")


@dataclass(frozen=True)
class EntryDates:
    """The publication and update time of an entry, in UTC, and where they come from.

    `rule` is the source of `published`: `published`, `updated`, `feed` or `first seen`.
    `reasons` names the dates that were not believable.
    """

    published: datetime
    updated: datetime
    rule: str
    reasons: list[str]

    @property
    def is_own(self) -> bool:
        """True if the date is one that the entry itself states."""
        return self.rule in OWN_DATES


def find_dates(data: EntryData, now: datetime, zone: tzinfo = UTC) -> EntryDates:
    """Returns the entry's own dates, else the feed's date, else `now`.

    `zone` applies to times without a zone.
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
    """Returns the date in UTC, or None when it is not believable.

    Believable dates are between MIN_DATE and MAX_TIME_AHEAD after `now`. The text is parsed
    strictly; `parsed`, feedparser's numbers, is used only for other formats, and only when the
    text contains the same year. `zone` applies to a time without a zone; an hour that the end of
    summer time repeats is the first of the two.
    """
    text = text.strip()
    moment = from_iso(text, zone) or from_rfc_822(text, zone) or from_seconds(text)
    if moment is None and parsed and any(int(y) == parsed[0] for y in YEAR.findall(text)):
        moment = utc_moment(*parsed[:6])
    if moment is None or not MIN_DATE <= moment <= now + MAX_TIME_AHEAD:
        return None
    return moment


def from_iso(text: str, zone: tzinfo = UTC) -> datetime | None:
    match = ISO_8601.fullmatch(text)
    if not match:
        match = OTHER_YEAR_FIRST.fullmatch(text)
        if not match:
            return None
        return in_zone(utc_moment(*(int(number) for number in match.groups())), zone)
    *numbers, fraction, stated = match.groups()
    moment = utc_moment(*(int(number or 0) for number in numbers))
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
    # The email parser accepts almost any text. The name of a month shows that it is a date.
    if not re.search(r"[A-Za-z]{3}", text):
        return None
    if not YEAR.search(text) and not TWO_DIGIT_YEAR.match(text):
        return None
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    if moment.tzinfo is None:
        # The parser returns no zone for -0000, which is UTC in an unknown place (RFC 5322, 3.3).
        return in_zone(moment, UTC if "-0000" in text else zone)
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        return None


def in_zone(clock: datetime | None, zone: tzinfo) -> datetime | None:
    """Returns the UTC time at which a clock in that zone shows this date and time."""
    try:
        return clock and clock.replace(tzinfo=zone).astimezone(UTC)
    except OverflowError:
        return None


def from_seconds(text: str) -> datetime | None:
    """Parse seconds since 1970, which some feeds give."""
    return datetime.fromtimestamp(int(text), UTC) if UNIX_SECONDS.fullmatch(text) else None


def utc_moment(year, month, day, hour=0, minute=0, second=0) -> datetime | None:
    try:
        # datetime has no second 60, the leap second.
        return datetime(year, month, day, hour, minute, min(second, 59), tzinfo=UTC)
    except ValueError:
        return None
