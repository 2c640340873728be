"""A document read by feedparser, whatever that raises: a damaged entry spoils only itself."""

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from xml.parsers import expat

from entries.importing.parsing.formats.feedparser_fields import Raw, identified
from entries.importing.parsing.formats.feedparser_guard import FAILED

from .damaged_entries import mend_entry
from .splitting import Document, split_document

logger = logging.getLogger(__name__)

MAX_PIECE_ENTRIES = 200
# So many damaged entries of a document are each read alone; behind them a piece is read at once.
MAX_READ_ALONE = 500

# feedparser's result for a document: `feed`, `entries`, `version`, `namespaces`, `bozo`.
Parse = Callable[[bytes], Raw]


@dataclass(frozen=True)
class Unread:
    """An entry that can't be read: what it states of its identity, and why."""

    stated: Raw
    reason: str


# What feedparser read of an entry, and its bytes: none where it is not sure which they are.
Stated = tuple[Raw | Unread, bytes]


class UnreadableError(Exception):
    """Not even a part of the document can be read. `__cause__` has the detail."""


class PiecewiseParse:
    """One document on its way through feedparser.

    `head` is feedparser's result for the feed without its entries. `document` has the feed's
    parts, and is None for a feed that can't be cut at its entries. `items` gives feedparser's
    dictionary for each entry, or Unread, with the entry's bytes.
    """

    def __init__(self, data: bytes, parse: Parse):
        self.parse = parse
        self.document = split_document(data)
        self.error: Exception | None = None  # the first that made a document malformed
        self.elements_left_out: list[str] = []
        self.read_alone = 0
        if self.document is None:
            self.head = self._parse_whole(data)
            self.items: Iterator[Stated] = with_bytes(self.head["entries"], [])
        else:
            self.head, first = self._parse_head(self.document)
            self.items = self._read_entries(self.document, first)

    @property
    def has_entries(self) -> bool:
        return bool(self.document.entries if self.document else self.head["entries"])

    def _parse_whole(self, data: bytes) -> Raw:
        try:
            return self._note(self.parse(data))
        except Exception as error:
            logger.exception("feedparser failed on a document that can't be cut at its entries")
            raise UnreadableError from error

    def _parse_head(self, document: Document) -> tuple[Raw, list[Raw] | None]:
        """feedparser's result for the feed, and the entries of the first piece.

        None instead of the entries when they have to be read another way.
        """
        try:
            parsed = self._note(self.parse(document.whole(document.entries[:MAX_PIECE_ENTRIES])))
            if not parsed["bozo"]:
                return parsed, parsed["entries"]
            return self.parse(document.whole([])), None
        except Exception as error:
            logger.exception("feedparser failed on the first entries of a feed")
            failure = error
        try:
            return self._note(self.parse(document.whole([]))), None
        except Exception:
            logger.exception("feedparser failed on what a feed says of itself")
        try:
            return self.parse(document.framed([])), None
        except Exception as error:
            raise UnreadableError from failure or error

    def _read_entries(self, document: Document, first: list[Raw] | None) -> Iterator[Stated]:
        for start in range(0, len(document.entries), MAX_PIECE_ENTRIES):
            entries = document.entries[start : start + MAX_PIECE_ENTRIES]
            if start == 0 and first is not None:
                yield from with_bytes(first, entries)
            else:
                yield from self._read_piece(document, entries)

    def _read_piece(self, document: Document, entries: Sequence[bytes]) -> Iterator[Stated]:
        """The entries of a piece: together where they are well-formed, else each alone."""
        if document.is_well_formed or self.read_alone >= MAX_READ_ALONE:
            yield from self._read_together(document, list(entries))
            return
        judged = [(is_well_formed(document.framed([entry])), entry) for entry in entries]
        for good, run in groupby(judged, key=lambda pair: pair[0]):
            together = [entry for _, entry in run]
            if good:
                yield from self._read_together(document, together)
                continue
            for entry in together:
                self.read_alone += 1
                yield from self._read_together(document, [mend_entry(entry)])

    def _read_together(self, document: Document, entries: list[bytes]) -> Iterator[Stated]:
        """The entries, in halves and in halves of these again where reading them fails."""
        try:
            parsed = self._note(self.parse(document.framed(entries)))
        except Exception as error:
            if len(entries) == 1:
                logger.exception("feedparser failed on an entry, which is left out")
                yield Unread(identified(entries[0]), describe(error)), entries[0]
                return
            half = len(entries) // 2
            yield from self._read_together(document, entries[:half])
            yield from self._read_together(document, entries[half:])
        else:
            yield from with_bytes(parsed["entries"], entries)

    def _note(self, parsed: Raw) -> Raw:
        if parsed["bozo"]:
            # Without its traceback, which would keep all that was parsed.
            self.error = self.error or parsed["bozo_exception"].with_traceback(None)
        failed = parsed["feed"].get(FAILED)
        self.elements_left_out += failed if isinstance(failed, list) else []
        return parsed


def with_bytes(items: Sequence[Raw], entries: Sequence[bytes]) -> Iterator[Stated]:
    """Each item with its bytes, where as many have been read as there were."""
    known = entries if len(items) == len(entries) else [b""] * len(items)
    return zip(items, known, strict=True)


def is_well_formed(data: bytes) -> bool:
    try:
        expat.ParserCreate(namespace_separator=" ").Parse(data, True)
    except expat.ExpatError:
        return False
    return True


def describe(error: BaseException) -> str:
    """An error for people who do not know the program."""
    said = str(error).partition("\n")[0][:100]
    return f"{type(error).__name__}: {said}" if said else type(error).__name__
