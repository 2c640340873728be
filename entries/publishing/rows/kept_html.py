"""What is made of an entry, kept in memory for as long as the entry is the same."""

from collections.abc import Callable, Iterable
from functools import lru_cache, wraps
from typing import TypeVar

from django.conf import settings

from .entry_row import EntryRow

Made = TypeVar("Made")

# How long the text of an entry may be, in characters, for what is made of it to be kept.
MAX_KEPT_LENGTH = 20_000


def kept_while_same(size: int) -> Callable[[Callable[..., Made]], Callable[..., list[Made]]]:
    """Keep what a function makes of an entry's row until another entry takes its place.

    Gives a function that takes several rows at once, and whatever else the first takes, if that
    is hashable. The key is the whole row, so that an edit, a tag's new name or another title of
    the source is another key. At most `size` entries are kept, and none with DEBUG, in which
    templates change.
    """

    def decorate(make: Callable[..., Made]) -> Callable[..., list[Made]]:
        @lru_cache(maxsize=size)
        def kept(printed: tuple[str, ...], row: EntryRow, *more: object) -> Made:
            return make(row, *more)

        @wraps(make)
        def make_all(rows: Iterable[EntryRow], *more: object) -> list[Made]:
            if settings.DEBUG:
                return [make(row, *more) for row in rows]
            printed = (settings.SITE_URL, settings.LANGUAGE_CODE, settings.TIME_ZONE)
            return [
                make(row, *more)
                if len(row.content) > MAX_KEPT_LENGTH
                else kept(printed, row, *more)
                for row in rows
            ]

        return make_all

    return decorate
