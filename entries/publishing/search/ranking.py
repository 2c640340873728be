"""The ranking of search results by title, tags, text and date."""

from collections.abc import Callable, Sequence

from entries.models.search_document import PK_BITS

from .index import Candidate, read_texts
from .plan import Clause, Phrase

# The candidates that are best by title, tags and date are ranked by their texts as well.
MAX_RANKED_TEXTS = 100
MAX_RANKED_TEXT_CHARS = 5_000

# Points, at most.
IN_TITLE = 8.0
ADJOINING_IN_TITLE = 4.0
IN_TAGS = 4.0
IN_TEXT = 4.0
ADJOINING = 2.0
RECENT = 1.0
# The half-life of RECENT, the points for a new entry.
HALF_LIFE_SECONDS = 2 * 365 * 24 * 3600
# In a longer text, a word counts for less.
USUAL_TEXT_CHARS = 1_500


def rank(candidates: Sequence[Candidate], wanted: Sequence[Clause], now: int) -> list[Candidate]:
    """Order the candidates, the best first: by title before text, and a little by date.

    Uses no statistics of all entries, so that the work is bounded and the order is the same on
    every database. `now` is in seconds since 1970. At most one query.
    """
    if not wanted:
        return list(candidates)
    by_head = _by_head(wanted, now)
    scored = sorted(((by_head(row), row) for row in candidates), key=_best_first)
    best = scored[:MAX_RANKED_TEXTS]
    texts = read_texts([row.pk for _, row in best], MAX_RANKED_TEXT_CHARS)
    by_text = _by_text(wanted)
    best = [(score + by_text(texts.get(row.pk, "")), row) for score, row in best]
    best.sort(key=_best_first)
    return [row for _, row in [*best, *scored[MAX_RANKED_TEXTS:]]]


def _best_first(scored: tuple[float, Candidate]) -> tuple[float, int]:
    score, row = scored
    return -score, -row.place


def _by_head(wanted: Sequence[Clause], now: int) -> Callable[[Candidate], float]:
    """Make a function that scores a candidate by its title, tags and date."""
    phrases = [_as_text(clause[0]) for clause in wanted]
    tags = [f" {phrase.words[0]} " for clause in wanted for phrase in clause[1:]]
    together = _together(wanted)
    in_title, in_tags = IN_TITLE / len(wanted), IN_TAGS / len(wanted)

    def score(row: Candidate) -> float:
        age = max(now - (row.place >> PK_BITS), 0)
        points = RECENT * 0.5 ** (age / HALF_LIFE_SECONDS)
        title = f" {row.title} "
        hits = sum([phrase in title for phrase in phrases])
        if hits:
            words = title.count(" ") - 1
            points += in_title * hits * (0.5 + 0.5 * min(hits / words, 1))
            points += ADJOINING_IN_TITLE if together and together in title else 0
        if tags:
            terms = f" {row.terms} "
            points += in_tags * sum([tag in terms for tag in tags])
        return points

    return score


def _by_text(wanted: Sequence[Clause]) -> Callable[[str], float]:
    """Make a function that scores a text by its numbers of matches. The fifth adds little."""
    phrases = [_as_text(clause[0]) for clause in wanted]
    together = _together(wanted)

    def score(text: str) -> float:
        text = f" {text} "
        damping = 0.5 + len(text) / USUAL_TEXT_CHARS
        counts = [text.count(phrase) for phrase in phrases]
        points = IN_TEXT * sum(count / (count + damping) for count in counts) / len(counts)
        return points + (ADJOINING if together and together in text else 0)

    return score


def _as_text(phrase: Phrase) -> str:
    """The phrase as it occurs in a folded text, which has single spaces between its words."""
    return f" {' '.join(phrase.words)}{'' if phrase.is_prefix else ' '}"


def _together(wanted: Sequence[Clause]) -> str:
    """All words of the query in its order, as one phrase, or "" for a single clause."""
    if len(wanted) < 2:
        return ""
    words = [word for clause in wanted for word in clause[0].words]
    return _as_text(Phrase(tuple(words), wanted[-1][0].is_prefix))
