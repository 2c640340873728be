"""Where in an entry stands what was asked for: excerpts with marks."""

import re
import unicodedata
from collections.abc import Iterable, Sequence

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from entries.lib.words import FOLDING, UNSPACED

from .plan import Clause

# Characters: of an excerpt, and of what stands in it before the first mark, at the most.
LENGTH = 280
BEFORE = 80
# In a long text, the best place is looked for among so many.
MOST_MARKS = 200

UNSPACED_LETTERS = "".join(f"{chr(first)}-{chr(last)}" for first, last in UNSPACED)
IS_UNSPACED = re.compile(f"[{UNSPACED_LETTERS}]")
WORD_BEFORE = f"(?<![^ {UNSPACED_LETTERS}])"
WORD_BEHIND = f"(?![^ {UNSPACED_LETTERS}])"


class Levelling(dict[int, str]):
    """What each character is within a word, as one character; a space where it is none."""

    def __missing__(self, code: int) -> str:
        folded = FOLDING[code].strip()
        self[code] = level = folded[:1] or " "
        return level


LEVELLING = Levelling()


class Highlighter:
    """Marks in plain text what was asked for."""

    def __init__(self, wanted: Iterable[Clause]) -> None:
        # A clause begins with what was asked for; what stands for it is no text.
        patterns = [_pattern(clause[0].words, clause[0].is_prefix) for clause in wanted if clause]
        patterns.sort(key=len, reverse=True)
        self._pattern = re.compile("|".join(patterns)) if patterns else None

    def mark(self, text: str) -> SafeString:
        """The whole text, escaped, with its marks."""
        text = unicodedata.normalize("NFC", text)
        return mark_safe(_marked(text, self._find(text)))  # noqa: S308 - escaped piece by piece

    def excerpt(self, text: str) -> SafeString:
        """The part of the text where most of what was asked for stands, cut between words."""
        text = unicodedata.normalize("NFC", text)
        spans = self._find(text)
        start = _window(text, spans)
        end = len(text)
        if end - start > LENGTH:
            end = _space_before(text, start + LENGTH)
        found = [(first - start, last - start) for first, last in spans if start <= first < end]
        marked = _marked(text[start:end], found)
        before, behind = "… " if start else "", " …" if end < len(text) else ""
        return mark_safe(f"{before}{marked}{behind}")  # noqa: S308 - escaped piece by piece

    def _find(self, text: str) -> list[tuple[int, int]]:
        if self._pattern is None:
            return []
        level = text.translate(LEVELLING)
        found = self._pattern.finditer(level)
        return [match.span() for match, _ in zip(found, range(MOST_MARKS), strict=False)]


def _pattern(words: Sequence[str], is_prefix: bool) -> str:
    """What the words look like in levelled text, where `ß` is one `s`."""
    pattern = WORD_BEFORE
    last = ""
    for word in words:
        if last:
            pattern += " *" if IS_UNSPACED.match(last) or IS_UNSPACED.match(word) else " +"
        pattern += re.escape(word).replace("ss", "ss?")
        last = word
    return pattern + ("[^ ]*" if is_prefix else WORD_BEHIND)


def _window(text: str, spans: Sequence[tuple[int, int]]) -> int:
    """Where the excerpt begins: so that most different marks are in it, the first such place."""
    if len(text) <= LENGTH or not spans:
        return 0
    best, most = spans[0][0], 0.0
    for number, (first, _) in enumerate(spans):
        seen: dict[str, int] = {}
        for start, end in spans[number:]:
            if end > first + LENGTH - BEFORE:
                break
            word = text[start:end].lower()
            seen[word] = seen.get(word, 0) + 1
        # Another word counts for more than the same again.
        value = len(seen) + min(sum(seen.values()), 9) / 10
        if value > most:
            best, most = first, value
    if best <= BEFORE:
        return 0
    start = best - BEFORE
    space = text.find(" ", start, best)
    return space + 1 if space >= 0 else start


def _space_before(text: str, end: int) -> int:
    """The place of the last space before the end; the end, where a script has no spaces."""
    space = text.rfind(" ", end - BEFORE, end + 1)
    return space if space > 0 else end


def _marked(text: str, spans: Iterable[tuple[int, int]]) -> str:
    parts = []
    position = 0
    for start, end in spans:
        parts += [escape(text[position:start]), "<mark>", escape(text[start:end]), "</mark>"]
        position = end
    return "".join([*parts, escape(text[position:])])
