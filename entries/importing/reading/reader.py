"""`Reader`: reads one document in batches, within the worker process. No database."""

from collections.abc import Iterator, Sequence

from entries.importing.normalizing.entry_values import EntryValues
from entries.importing.normalizing.item import (
    EntryFailure,
    ImportContext,
    Item,
    make_item_or_skip,
    try_find_values,
)
from entries.importing.parsing.feed_data import EntryData, FeedData
from entries.importing.parsing.parser import parse_feed

# A batch of long entries has fewer of them, so that storing it takes no longer. It has at least
# one.
MAX_BATCH_BYTES = 2_000_000
# The batch that is being stored, and the next one, which is read at the same time.
MAX_BATCHES_KEPT = 2


class Reader:
    """The reading of one document at a time. Its public methods are the requests to a worker."""

    warnings: list[str]
    warnings_sent: int
    entries: Iterator[EntryData]
    waiting: list[EntryData]  # read, but not yet sent
    batches: dict[int, list[EntryData]]

    def __init__(self) -> None:
        self.forget()

    def open(self, data: bytes, url: str, content_type: str) -> FeedData:
        """Begin a document. Raises ParseError when it is not a feed."""
        self.forget()
        parsed = parse_feed(data, url=url, content_type=content_type)
        self.warnings, self.entries = parsed.feed.warnings, parsed.entries
        self.warnings_sent = len(self.warnings)
        return parsed.feed

    def open_entries(self, entries: Sequence[EntryData]) -> None:
        """Begin with entries that were parsed before."""
        self.forget()
        self.entries = iter(entries)

    def forget(self) -> None:
        """Close the document and free its memory."""
        self.warnings, self.warnings_sent = [], 0
        self.entries, self.waiting = iter(()), []
        self.batches = {}

    def items(self, number: int, size: int, context: ImportContext) -> tuple[list[Item], list[str]]:
        """Returns the next batch, of at most `size` entries, and the warnings since the last.

        `number` names the batch for `values`. At the end of the document there are no items.
        """
        items: list[Item] = []
        length = 0
        while len(items) < size and length < MAX_BATCH_BYTES and (data := self._next()):
            items.append(make_item_or_skip(len(items), data, context))
            length += items[-1].length
        self.batches[number] = [item.data for item in items]
        self.batches.pop(number - MAX_BATCHES_KEPT, None)
        warnings = self.warnings[self.warnings_sent :]
        self.warnings_sent += len(warnings)
        return items, warnings

    def values(self, number: int, places: Sequence[int]) -> list[EntryValues | EntryFailure]:
        """Returns the values of the entries at these places of a batch."""
        return [try_find_values(self.batches[number][place]) for place in places]

    def is_at_end(self) -> bool:
        """True if all entries have been read and sent."""
        if not self.waiting and (data := self._next()):
            self.waiting.append(data)
        return not self.waiting

    def _next(self) -> EntryData | None:
        return self.waiting.pop() if self.waiting else next(self.entries, None)
