"""Counts that take long, kept in the cache for a while."""

from collections import Counter
from collections.abc import Callable
from typing import TypeVar

from django.core.cache import cache

Key = TypeVar("Key")

# Up to this many entries are counted again each time. That takes some milliseconds.
MAX_RECOUNTED_ENTRIES = 20_000
# A larger count is kept this long for each thousand: half an hour for a hundred thousand.
KEPT_SECONDS_PER_THOUSAND = 20


def keep_count(
    name: str, count: Callable[[], Counter[Key]], max_recounted: int = MAX_RECOUNTED_ENTRIES
) -> Counter[Key]:
    """Return what `count` returns. A total above `max_recounted` comes from the cache for a while.

    A database has to walk an index to count its rows. One entry more or less among many thousands
    does not matter to a reader.
    """
    key = f"tally:{name}"
    found: Counter[Key] | None = cache.get(key)
    if found is None:
        found = count()
        if found.total() > max_recounted:
            cache.set(key, found, KEPT_SECONDS_PER_THOUSAND * found.total() // 1000)
    return found
