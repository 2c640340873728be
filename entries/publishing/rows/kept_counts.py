"""Numbers of entries that take long to count, kept for a while."""

from collections import Counter
from collections.abc import Callable
from typing import TypeVar

from django.core.cache import cache

Key = TypeVar("Key")

# Up to this many entries are counted anew each time: that takes some milliseconds.
MANY = 20_000
# A count is kept for so many seconds for each thousand: half an hour for a hundred thousand.
KEPT_FOR = 20


def tally(name: str, count: Callable[[], Counter[Key]], many: int = MANY) -> Counter[Key]:
    """What `count` counts: as it is now, or where that is more than `many`, lately was.

    No database can tell how many rows lie between two places of an index without walking
    from one to the other, and one more among many thousands is no news.
    """
    key = f"tally:{name}"
    found: Counter[Key] | None = cache.get(key)
    if found is None:
        found = count()
        if found.total() > many:
            cache.set(key, found, KEPT_FOR * found.total() // 1000)
    return found
