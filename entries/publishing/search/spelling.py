"""What was probably meant by a word that nothing has."""

from collections import Counter
from difflib import get_close_matches
from string import ascii_lowercase

from entries.lib.words import MAX_WORD_CHARS

from .index import Candidate, read_texts, walk
from .plan import Phrase, Plan
from .query import Query, Term

# Words that are looked at in a query, and letters of a word that may be one beside the right.
MOST_WORDS = 3
SHORTEST, MOST_LETTERS = 3, 16
# Of the newest entries with a word that is one slip away, so many say which is the commonest.
ASKED = 50
# Newest entries in whose words a likeness is looked for; how much is read of each text.
NEWEST = 300
READ = 5_000
LIKENESS = 0.75
ALPHABETS = (ascii_lowercase, "абвгдежзиклмнопрстуфхцчшщъыьэюя", "αβγδεζηθικλμνξοπρστυφχψως")


def suggest(query: Query, live: Plan) -> Query | None:
    """What was probably meant by a query that finds nothing; None where nothing is likely.

    `live` is the plan of all that may be found, so that no word is offered that the public
    can't see. Words one slip away are looked up in the index, others in the newest entries
    alone. At most five queries for each of three words.
    """
    corrected = query
    for term in query.wanted_text[:MOST_WORDS]:
        if len(term.words) == 1 and not term.is_prefix and len(term.words[0]) >= SHORTEST:
            word = _correct(term.words[0], live)
            if word:
                corrected = corrected.replaced(term, Term(word))
    return corrected if corrected != query else None


def _correct(word: str, live: Plan) -> str | None:
    """The word that was probably meant, if this is none."""
    if walk(_having([word], live), 1):
        return None
    near = variants(word) if len(word) <= MOST_LETTERS else []
    if near and (found := walk(_having(near, live), ASKED)):
        uses = Counter(word for words in _read_words(found) for word in words)
        # The first of the commonest: the likeliest slips come first.
        best = max(near, key=lambda variant: uses[variant])
        return best if uses[best] else None
    words = set().union(*_read_words(walk(live, NEWEST)))
    likely = sorted(other for other in words if _is_like(word, other))
    return next(iter(get_close_matches(word, likely, n=1, cutoff=LIKENESS)), None)


def _read_words(found: list[Candidate]) -> list[set[str]]:
    """The words of each of these entries."""
    texts = read_texts([row.pk for row in found], READ)
    return [{*row.title.split(), *texts.get(row.pk, "").split()} for row in found]


def variants(word: str) -> list[str]:
    """The words that are one slip of the hand away, the likeliest slips first."""
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
