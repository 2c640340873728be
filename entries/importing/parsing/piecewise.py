"""A feed document parsed in pieces, so that a damaged entry spoils no other entry."""

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from xml.parsers import expat

from entries.importing.parsing.formats.feedparser_fields import Raw, find_identity
from entries.importing.parsing.formats.feedparser_guard import FAILED

from .damaged_entries import repair_entry
from .splitting import Document, split_document

logger = logging.getLogger(__name__)

MAX_PIECE_ENTRIES = 200
MAX_READ_ALONE = 500  # damaged entries of a document; after them, whole pieces are parsed

# feedparser's result for a document: `feed`, `entries`, `version`, `namespaces`, `bozo`.
Parse = Callable[[bytes], Raw]


@dataclass(frozen=True)
class Unread:
    """An entry that can't be read: its id, link and title as far as they are found, and why."""

    stated: Raw
    reason: str


# feedparser's result for an entry, and the entry's bytes, empty if they are uncertain.
ItemWithBytes = tuple[Raw | Unread, bytes]


class UnreadableError(Exception):
    """No part of the document can be read. `__cause__` has the detail."""


class PiecewiseParse:
    """The state of parsing one document with feedparser.

    `head` is the feedparser result that has the feed's own elements.
    `document` has the parts of the document, and is None if it can't be cut at its entries.
    `items` yields for each entry feedparser's dictionary, or Unread, with the entry's bytes.
    """

    def __init__(self, data: bytes, parse: Parse):
        self.parse = parse
        self.document = split_document(data)
        self.error: Exception | None = None  # the first well-formedness error
        self.elements_left_out: list[str] = []
        self.read_alone = 0
        if self.document is None:
            self.head = self._parse_whole(data)
            self.items: Iterator[ItemWithBytes] = with_bytes(self.head["entries"], [])
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

        Returns None instead of the entries if they must be parsed separately.
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
            logger.exception("feedparser failed on a feed's own elements")
        try:
            return self.parse(document.framed([])), None
        except Exception as error:
            raise UnreadableError from failure or error

    def _read_entries(self, document: Document, first: list[Raw] | None) -> Iterator[ItemWithBytes]:
        for start in range(0, len(document.entries), MAX_PIECE_ENTRIES):
            entries = document.entries[start : start + MAX_PIECE_ENTRIES]
            if start == 0 and first is not None:
                yield from with_bytes(first, entries)
            else:
                yield from self._read_piece(document, entries)

    def _read_piece(self, document: Document, entries: Sequence[bytes]) -> Iterator[ItemWithBytes]:
        """Parse the entries of a piece: runs of well-formed ones together, damaged ones alone."""
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
                yield from self._read_together(document, [repair_entry(entry)])

    def _read_together(self, document: Document, entries: list[bytes]) -> Iterator[ItemWithBytes]:
        """Parse the entries in one document; if that fails, in halves, down to single entries."""
        try:
            parsed = self._note(self.parse(document.framed(entries)))
        except Exception as error:
            if len(entries) == 1:
                logger.exception("feedparser failed on an entry, which is left out")
                yield Unread(find_identity(entries[0]), describe(error)), entries[0]
                return
            half = len(entries) // 2
            yield from self._read_together(document, entries[:half])
            yield from self._read_together(document, entries[half:])
        else:
            yield from with_bytes(parsed["entries"], entries)

    def _note(self, parsed: Raw) -> Raw:
        if parsed["bozo"]:
            # The traceback would keep the parser's whole result in memory.
            self.error = self.error or parsed["bozo_exception"].with_traceback(None)
        failed = parsed["feed"].get(FAILED)
        self.elements_left_out += failed if isinstance(failed, list) else []
        return parsed


def with_bytes(items: Sequence[Raw], entries: Sequence[bytes]) -> Iterator[ItemWithBytes]:
    """Pair items with their bytes; with empty bytes if there are not as many items as entries."""
    known = entries if len(items) == len(entries) else [b""] * len(items)
    return zip(items, known, strict=True)


def is_well_formed(data: bytes) -> bool:
    try:
        expat.ParserCreate(namespace_separator=" ").Parse(data, True)
    except expat.ExpatError:
        return False
    return True


def describe(error: BaseException) -> str:
    """The type and the first line of an error, at most 100 characters of that."""
    said = str(error).partition("\n")[0][:100]
    return f"{type(error).__name__}: {said}" if said else type(error).__name__
