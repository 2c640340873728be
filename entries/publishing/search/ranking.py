"""Which of the entries that match come first."""

from collections.abc import Callable, Sequence

from entries.models.search_document import PK_BITS

from .index import Candidate, read_texts
from .plan import Clause, Phrase

# Of so many of the best by title, tags and date, the texts are looked at, up to so many
# characters of each.
WEIGHED = 100
READ = 5_000

IN_TITLE = 8.0
ADJOINING_IN_TITLE = 4.0
IN_TAGS = 4.0
IN_TEXT = 4.0
ADJOINING = 2.0
RECENT = 1.0
# In so many seconds the advantage of what is new is halved.
HALF_LIFE = 2 * 365 * 24 * 3600
# Of a text of so many characters; in a longer one a word counts for less.
USUAL_LENGTH = 1_500


def rank(candidates: Sequence[Candidate], wanted: Sequence[Clause], now: int) -> list[Candidate]:
    """The candidates, the best first: by title before text, and a little by date.

    Nothing depends on the entries that are not candidates, so that the work is bounded, and
    the order is the same on every database. At most one query.
    """
    if not wanted:
        return list(candidates)
    by_head = _by_head(wanted, now)
    scored = sorted(((by_head(row), row) for row in candidates), key=_best_first)
    weighed = scored[:WEIGHED]
    texts = read_texts([row.pk for _, row in weighed], READ)
    by_text = _by_text(wanted)
    weighed = [(score + by_text(texts.get(row.pk, "")), row) for score, row in weighed]
    weighed.sort(key=_best_first)
    return [row for _, row in [*weighed, *scored[WEIGHED:]]]


def _best_first(scored: tuple[float, Candidate]) -> tuple[float, int]:
    score, row = scored
    return -score, -row.place


def _by_head(wanted: Sequence[Clause], now: int) -> Callable[[Candidate], float]:
    """Scores a candidate by its title, its tags and its date."""
    phrases = [_sought(clause[0]) for clause in wanted]
    tags = [f" {phrase.words[0]} " for clause in wanted for phrase in clause[1:]]
    together = _together(wanted)
    in_title, in_tags = IN_TITLE / len(wanted), IN_TAGS / len(wanted)

    def score(row: Candidate) -> float:
        age = max(now - (row.place >> PK_BITS), 0)
        points = RECENT * 0.5 ** (age / HALF_LIFE)
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
    """Scores a text by how often it has what is wanted: the fifth time adds little."""
    clauses = [_sought(clause[0]) for clause in wanted]
    together = _together(wanted)

    def score(text: str) -> float:
        text = f" {text} "
        damping = 0.5 + len(text) / USUAL_LENGTH
        counts = [text.count(sought) for sought in clauses]
        points = IN_TEXT * sum(count / (count + damping) for count in counts) / len(counts)
        return points + (ADJOINING if together and together in text else 0)

    return score


def _sought(phrase: Phrase) -> str:
    """What stands in words between single spaces where the phrase does."""
    return f" {' '.join(phrase.words)}{'' if phrase.is_prefix else ' '}"


def _together(wanted: Sequence[Clause]) -> str:
    """All that is wanted, in the order in which it is asked for, if it is more than one thing."""
    if len(wanted) < 2:
        return ""
    words = [word for clause in wanted for word in clause[0].words]
    return _sought(Phrase(tuple(words), wanted[-1][0].is_prefix))
