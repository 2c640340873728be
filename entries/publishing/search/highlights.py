"""Highlights: the words of a search marked in titles and excerpts."""

import re
import unicodedata
from collections.abc import Iterable, Sequence

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from entries.lib.words import FOLDING, UNSPACED

from .plan import Clause

MAX_EXCERPT_CHARS = 280
MAX_CHARS_BEFORE_MARK = 80
# In a long text, only the first marks are compared to choose the excerpt.
MAX_MARKS = 200

UNSPACED_LETTERS = "".join(f"{chr(first)}-{chr(last)}" for first, last in UNSPACED)
IS_UNSPACED = re.compile(f"[{UNSPACED_LETTERS}]")
WORD_BEFORE = f"(?<![^ {UNSPACED_LETTERS}])"
WORD_BEHIND = f"(?![^ {UNSPACED_LETTERS}])"


class FoldingTable(dict[int, str]):
    """A table for str.translate: folds a character to one character, or to a space.

    The text keeps its length, so that positions in the folded text hold for the original.
    """

    def __missing__(self, code: int) -> str:
        folded = FOLDING[code].strip()
        self[code] = character = folded[:1] or " "
        return character


FOLDING_TABLE = FoldingTable()


class Highlighter:
    """Marks the words and phrases of a search in plain text."""

    def __init__(self, wanted: Iterable[Clause]) -> None:
        # The first phrase of a clause is text of the query. The others are terms for tags.
        patterns = [_pattern(clause[0].words, clause[0].is_prefix) for clause in wanted if clause]
        patterns.sort(key=len, reverse=True)
        self._pattern = re.compile("|".join(patterns)) if patterns else None

    def mark(self, text: str) -> SafeString:
        """The whole text, escaped, with its marks."""
        text = unicodedata.normalize("NFC", text)
        return mark_safe(_marked(text, self._find(text)))  # noqa: S308 - escaped piece by piece

    def excerpt(self, text: str) -> SafeString:
        """The part of the text with the most different words of the search, cut between words."""
        text = unicodedata.normalize("NFC", text)
        spans = self._find(text)
        start = _window(text, spans)
        end = len(text)
        if end - start > MAX_EXCERPT_CHARS:
            end = _space_before(text, start + MAX_EXCERPT_CHARS)
        found = [(first - start, last - start) for first, last in spans if start <= first < end]
        marked = _marked(text[start:end], found)
        before, behind = "… " if start else "", " …" if end < len(text) else ""
        return mark_safe(f"{before}{marked}{behind}")  # noqa: S308 - escaped piece by piece

    def _find(self, text: str) -> list[tuple[int, int]]:
        if self._pattern is None:
            return []
        found = self._pattern.finditer(text.translate(FOLDING_TABLE))
        return [match.span() for match, _ in zip(found, range(MAX_MARKS), strict=False)]


def _pattern(words: Sequence[str], is_prefix: bool) -> str:
    """A regular expression for the words in folded text, where `ß` is a single `s`."""
    pattern = WORD_BEFORE
    last = ""
    for word in words:
        if last:
            pattern += " *" if IS_UNSPACED.match(last) or IS_UNSPACED.match(word) else " +"
        pattern += re.escape(word).replace("ss", "ss?")
        last = word
    return pattern + ("[^ ]*" if is_prefix else WORD_BEHIND)


def _window(text: str, spans: Sequence[tuple[int, int]]) -> int:
    """The position at which the excerpt begins: the first with the most different marks."""
    if len(text) <= MAX_EXCERPT_CHARS or not spans:
        return 0
    best, most = spans[0][0], 0.0
    for number, (first, _) in enumerate(spans):
        seen: dict[str, int] = {}
        for start, end in spans[number:]:
            if end > first + MAX_EXCERPT_CHARS - MAX_CHARS_BEFORE_MARK:
                break
            word = text[start:end].lower()
            seen[word] = seen.get(word, 0) + 1
        # A different word counts for more than the same word again.
        value = len(seen) + min(sum(seen.values()), 9) / 10
        if value > most:
            best, most = first, value
    if best <= MAX_CHARS_BEFORE_MARK:
        return 0
    start = best - MAX_CHARS_BEFORE_MARK
    space = text.find(" ", start, best)
    return space + 1 if space >= 0 else start


def _space_before(text: str, end: int) -> int:
    """The position of the last space before `end`, or `end` if there is none near it."""
    space = text.rfind(" ", end - MAX_CHARS_BEFORE_MARK, end + 1)
    return space if space > 0 else end


def _marked(text: str, spans: Iterable[tuple[int, int]]) -> str:
    parts = []
    position = 0
    for start, end in spans:
        parts += [escape(text[position:start]), "<mark>", escape(text[start:end]), "</mark>"]
        position = end
    return "".join([*parts, escape(text[position:])])
