"""The query of a search: words, phrases and conditions, read from text."""

import re
from dataclasses import dataclass, replace
from datetime import datetime, time

from django.utils import timezone

from entries.lib.characters import strip_controls
from entries.lib.words import split_words
from entries.models import Entry
from entries.publishing.rows.periods import Period

# A longer query is cut.
MAX_QUERY_CHARS = 400
MAX_TERMS = 20
# SQLite has an index of prefixes of this length. A shorter one begins too many words.
MIN_PREFIX_CHARS = 3

QUOTES = str.maketrans(dict.fromkeys("“”„‟«»＂〝〞", '"'))
TERM = re.compile(
    r"""(?P<minus>-?)(?:(?P<field>tag|kind|source|from|to):)?"""
    r"""(?:"(?P<quoted>[^"]*)"?|(?P<plain>[^\s"]+))""",
    re.I,
)
DATE = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Term:
    """One part of a query: a word, a phrase, or a condition such as `tag:python`."""

    value: str
    field: str = ""
    is_negated: bool = False
    is_quoted: bool = False

    def __str__(self) -> str:
        value = f'"{self.value}"' if self.is_quoted else self.value
        return f"{'-' if self.is_negated else ''}{self.field and f'{self.field}:'}{value}"

    @property
    def words(self) -> tuple[str, ...]:
        return tuple(split_words(self.value))

    @property
    def is_prefix(self) -> bool:
        is_open = self.value.endswith("*") and not (self.is_quoted or self.field)
        return is_open and bool(self.words) and len(self.words[-1]) >= MIN_PREFIX_CHARS

    @property
    def period(self) -> Period | None:
        """The year, month or day of a date such as 2025-09, or None if it is not valid."""
        match = DATE.fullmatch(self.value)
        if not match:
            return None
        # Period takes a month of 0 for the whole year.
        year, *rest = (int(part) for part in match.groups() if part is not None)
        if 0 in rest:
            return None
        period = Period(year, *rest)
        try:
            return period if period.first <= period.last else None
        except ValueError:
            return None


@dataclass(frozen=True, slots=True)
class Query:
    """A parsed query. `parse_query(str(query))` gives the same query."""

    terms: tuple[Term, ...] = ()

    def __str__(self) -> str:
        return " ".join(map(str, self.terms))

    def __bool__(self) -> bool:
        return bool(self.terms)

    def with_term(self, term: Term) -> "Query":
        return self if term in self.terms else Query((*self.terms, term))

    def without(self, *terms: Term) -> "Query":
        return Query(tuple(term for term in self.terms if term not in terms))

    def replaced(self, old: Term, new: Term) -> "Query":
        return Query(tuple(new if term == old else term for term in self.terms))

    @property
    def wanted_text(self) -> list[Term]:
        """The words and phrases that an entry must have."""
        return [term for term in self.terms if not (term.field or term.is_negated)]

    @property
    def conditions(self) -> list[Term]:
        return [term for term in self.terms if term.field]

    @property
    def moments(self) -> tuple[datetime | None, datetime | None]:
        """The bounds set by `from:` and `to:`, in the site's time zone, both included."""
        since: datetime | None = None
        until: datetime | None = None
        for term in self.conditions:
            period = term.period
            if period and term.field == "from":
                start = timezone.make_aware(datetime.combine(period.first, time.min))
                since = max(since or start, start)
            elif period and term.field == "to":
                end = timezone.make_aware(datetime.combine(period.last, time.max))
                until = min(until or end, end)
        return since, until


def parse_query(text: str) -> Query:
    """Parse a query. Never fails: anything that is no valid condition is taken as words."""
    text = strip_controls(text[: 2 * MAX_QUERY_CHARS]).translate(QUOTES)
    text = " ".join(text.split())[:MAX_QUERY_CHARS]
    terms: dict[Term, None] = {}
    length = 0
    for match in TERM.finditer(text):
        term = _read_term(match)
        length += len(str(term)) + 1
        if len(terms) == MAX_TERMS or length > MAX_QUERY_CHARS + 1:
            break
        if term.words:
            terms[term] = None
    return Query(tuple(terms))


def _read_term(match: re.Match[str]) -> Term:
    quoted = match["quoted"]
    term = Term(
        (match["plain"] if quoted is None else quoted).strip(),
        (match["field"] or "").lower(),
        bool(match["minus"]),
        quoted is not None,
    )
    if term.field == "kind" and term.value.lower().removesuffix("s") in Entry.Kind.values:
        return replace(term, value=term.value.lower().removesuffix("s"), is_quoted=False)
    is_date = term.field in ("from", "to") and term.period and not term.is_negated
    if is_date:
        return replace(term, is_quoted=False)
    if term.field in ("kind", "from", "to"):
        return replace(term, value=f"{term.field}:{term.value}", field="")
    return term
