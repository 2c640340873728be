"""Spelling suggestions for words of a search that no live entry has."""

from collections import Counter
from difflib import get_close_matches
from string import ascii_lowercase

from entries.lib.words import MAX_WORD_CHARS

from .index import Candidate, read_texts, walk
from .plan import Phrase, Plan
from .query import Query, Term

MAX_CORRECTED_WORDS = 3
MIN_WORD_CHARS = 3
# Variants are made of words up to this length.
MAX_VARIED_WORD_CHARS = 16
# This many of the newest entries that have a variant decide which variant is the commonest.
MAX_COUNTED_ENTRIES = 50
# Similar words are searched in this many of the newest entries.
MAX_READ_ENTRIES = 300
MAX_READ_TEXT_CHARS = 5_000
MIN_LIKENESS = 0.75  # from 0 to 1, as difflib defines it
ALPHABETS = (ascii_lowercase, "абвгдежзиклмнопрстуфхцчшщъыьэюя", "αβγδεζηθικλμνξοπρστυφχψως")


def suggest(query: Query, live: Plan) -> Query | None:
    """Correct the words of a query that finds nothing. Returns None if there is no suggestion.

    `live` is the plan that finds every live entry, so that only words are suggested that the
    public can see. Words one typing error away are looked up in the index, others only in the
    newest entries. At most five queries for each of MAX_CORRECTED_WORDS words.
    """
    corrected = query
    for term in query.wanted_text[:MAX_CORRECTED_WORDS]:
        if len(term.words) == 1 and not term.is_prefix and len(term.words[0]) >= MIN_WORD_CHARS:
            word = _correct(term.words[0], live)
            if word:
                corrected = corrected.replaced(term, Term(word))
    return corrected if corrected != query else None


def _correct(word: str, live: Plan) -> str | None:
    """The word that was probably meant, or None if some entry has this word or none is alike."""
    if walk(_having([word], live), 1):
        return None
    near = variants(word) if len(word) <= MAX_VARIED_WORD_CHARS else []
    if near and (found := walk(_having(near, live), MAX_COUNTED_ENTRIES)):
        uses = Counter(word for words in _read_words(found) for word in words)
        # max() takes the first of equals, and the likeliest errors come first.
        best = max(near, key=lambda variant: uses[variant])
        return best if uses[best] else None
    words = set().union(*_read_words(walk(live, MAX_READ_ENTRIES)))
    likely = sorted(other for other in words if _is_like(word, other))
    return next(iter(get_close_matches(word, likely, n=1, cutoff=MIN_LIKENESS)), None)


def _read_words(found: list[Candidate]) -> list[set[str]]:
    """The words of each of these entries. One query."""
    texts = read_texts([row.pk for row in found], MAX_READ_TEXT_CHARS)
    return [{*row.title.split(), *texts.get(row.pk, "").split()} for row in found]


def variants(word: str) -> list[str]:
    """The words that are one typing error away, the likeliest errors first."""
    letters = next((found for found in ALPHABETS if set(word) & set(found)), ascii_lowercase)
    cuts = [(word[:cut], word[cut:]) for cut in range(len(word) + 1)]
    swapped = [head + tail[1] + tail[0] + tail[2:] for head, tail in cuts if len(tail) > 1]
    shorter = [head + tail[1:] for head, tail in cuts if tail]
    longer = [head + letter + tail for head, tail in cuts for letter in letters]
    other = [head + letter + tail[1:] for head, tail in cuts if tail for letter in letters]
    found = dict.fromkeys([*swapped, *shorter, *longer, *other])
    found.pop(word, None)
    return [variant for variant in found if len(variant) <= MAX_WORD_CHARS]


def _is_like(word: str, other: str) -> bool:
    return abs(len(word) - len(other)) <= 2 and bool({word[0], word[-1]} & {other[0], other[-1]})


def _having(words: list[str], live: Plan) -> Plan:
    clause = tuple(Phrase((word,)) for word in words)
    return Plan((*live.required, clause), (), live.first, live.last)
