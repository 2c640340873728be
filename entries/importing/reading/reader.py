"""Reads one document, batch by batch. No database: the worker process runs this."""

from collections.abc import Iterator, Sequence

from entries.importing.normalizing.entry_values import EntryValues
from entries.importing.normalizing.item import Frame, Item, Spoilt, item_of, values_of
from entries.importing.parsing.feed_data import EntryData, FeedData
from entries.importing.parsing.parser import parse_feed

# Bytes of a batch's entries, so that storing a batch of long ones takes no longer. A batch
# holds at least one entry.
MAX_BATCH_BYTES = 2_000_000
# The batch that is being stored, and the next, which is read meanwhile.
MAX_BATCHES_KEPT = 2


class Reader:
    """The document that was opened last, as far as it has been read."""

    warnings: list[str]
    told: int  # of the warnings
    entries: Iterator[EntryData]
    waiting: list[EntryData]  # read, and not yet given
    batches: dict[int, list[EntryData]]

    def __init__(self) -> None:
        self.forget()

    def open(self, data: bytes, url: str, content_type: str) -> FeedData:
        """Begin a document. Raises ParseError when it is no feed."""
        self.forget()
        parsed = parse_feed(data, url=url, content_type=content_type)
        self.warnings, self.entries = parsed.feed.warnings, parsed.entries
        self.told = len(self.warnings)
        return parsed.feed

    def open_entries(self, entries: Sequence[EntryData]) -> None:
        """Begin with entries that have been read at another time."""
        self.forget()
        self.entries = iter(entries)

    def forget(self) -> None:
        """Close the document, and free what it took."""
        self.warnings, self.told = [], 0
        self.entries, self.waiting = iter(()), []
        self.batches = {}

    def items(self, number: int, size: int, frame: Frame) -> tuple[list[Item], list[str]]:
        """The next batch, of at most `size` entries, and the warnings that came with it.

        `number` counts the batches, `values` asks by it. No items: the document is at its end.
        """
        items: list[Item] = []
        length = 0
        while len(items) < size and length < MAX_BATCH_BYTES and (data := self._next()):
            items.append(item_of(len(items), data, frame))
            length += items[-1].length
        self.batches[number] = [item.data for item in items]
        self.batches.pop(number - MAX_BATCHES_KEPT, None)
        warnings = self.warnings[self.told :]
        self.told += len(warnings)
        return items, warnings

    def values(self, number: int, places: Sequence[int]) -> list[EntryValues | Spoilt]:
        """The entries at these places of that batch, cleaned and shaped."""
        return [values_of(self.batches[number][place]) for place in places]

    def is_at_end(self) -> bool:
        """Whether no entry is left to be read."""
        if not self.waiting and (data := self._next()):
            self.waiting.append(data)
        return not self.waiting

    def _next(self) -> EntryData | None:
        return self.waiting.pop() if self.waiting else next(self.entries, None)
