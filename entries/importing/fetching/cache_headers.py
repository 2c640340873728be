"""What the headers of an answer say of when to ask again, in seconds."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from django.utils import timezone

MAX_AGE = re.compile(r"(?:^|[\s,])max-age\s*=\s*\"?(\d{1,12})", re.I)
SECONDS = re.compile(r"\d{1,12}")


def fresh_for(headers: Mapping[str, str]) -> int | None:
    """For how long an answer is fresh (RFC 9111, 4.2.1); None where the server does not say.

    What is stale at once says that it must be asked for each time, and nothing of how
    often: that is None as well.
    """
    stated = MAX_AGE.search(headers.get("cache-control", ""))
    if stated:
        age = SECONDS.fullmatch(headers.get("age", "").strip())
        seconds = int(stated[1]) - (int(age[0]) if age else 0)
    else:
        expires = http_date(headers.get("expires", ""))
        sent = http_date(headers.get("date", "")) or timezone.now()
        seconds = int((expires - sent).total_seconds()) if expires else 0
    return seconds if seconds > 0 else None


def retry_after(headers: Mapping[str, str]) -> int | None:
    """How long the server asks to be left alone (RFC 9110, 10.2.3); None where it does not."""
    value = headers.get("retry-after", "").strip()
    if SECONDS.fullmatch(value):
        return int(value)
    moment = http_date(value)
    return max(0, int((moment - timezone.now()).total_seconds())) if moment else None


def http_date(value: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, IndexError, TypeError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
