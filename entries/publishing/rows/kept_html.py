"""A decorator that keeps the HTML or XML made from an entry until the entry changes."""

from collections.abc import Callable, Iterable
from functools import lru_cache, wraps
from typing import TypeVar

from django.conf import settings

from .entry_row import EntryRow

Made = TypeVar("Made")

# The result for an entry with a longer text is not kept.
MAX_KEPT_CHARS = 20_000


def kept_while_same(size: int) -> Callable[[Callable[..., Made]], Callable[..., list[Made]]]:
    """Keep the results of a function that takes an EntryRow and further hashable arguments.

    The decorated function takes several rows instead of one, and returns a list of results. The
    key is the whole row: an edit, a renamed tag or a new title of the source is another key. At
    most `size` results are kept in memory, the most recently used. None are kept with DEBUG,
    because templates change then.
    """

    def decorate(make: Callable[..., Made]) -> Callable[..., list[Made]]:
        @lru_cache(maxsize=size)
        def kept(used_settings: tuple[str, ...], row: EntryRow, *more: object) -> Made:
            return make(row, *more)

        @wraps(make)
        def make_all(rows: Iterable[EntryRow], *more: object) -> list[Made]:
            if settings.DEBUG:
                return [make(row, *more) for row in rows]
            # Templates print these.
            used_settings = (settings.SITE_URL, settings.LANGUAGE_CODE, settings.TIME_ZONE)
            return [
                make(row, *more)
                if len(row.content) > MAX_KEPT_CHARS
                else kept(used_settings, row, *more)
                for row in rows
            ]

        return make_all

    return decorate
