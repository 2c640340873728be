"""Response headers that say when to fetch again, read as seconds."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from django.utils import timezone

MAX_AGE = re.compile(r"(?:^|[\s,])max-age\s*=\s*\"?(\d{1,12})", re.I)
SECONDS = re.compile(r"\d{1,12}")


def fresh_for(headers: Mapping[str, str]) -> int | None:
    """How long a response stays fresh (RFC 9111, 4.2.1), in seconds; None if unstated.

    Also None for a response that is stale at once: it must be validated before each use, which
    says nothing about how often to fetch.
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
    """The seconds to wait by Retry-After (RFC 9110, 10.2.3); None without a valid value."""
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
