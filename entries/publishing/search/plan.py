"""The plan of a search: the words and terms that documents in the index must have or lack."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from django.utils import timezone

from entries.lib.words import split_words
from entries.models import Entry, Source, TagName, fold
from entries.models.search_document import PK_BITS, place_of
from entries.publishing.rows.part_rows import host

from .query import Query, Term

LIVE = f"status={Entry.Status.LIVE}"
# The smallest and the largest place: a place is a signed 64-bit integer.
FIRST, LAST = -(1 << 63), (1 << 63) - 1
# A condition such as `source:words` matches at most this many sources.
MAX_SOURCES = 100


class Phrase(NamedTuple):
    """Words that follow each other. With `is_prefix`, the last is the beginning of a word."""

    words: tuple[str, ...]
    is_prefix: bool = False


# Alternatives: a document has to contain one of the phrases. An empty clause matches nothing.
Clause = tuple[Phrase, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """The clauses that a document must all match or not match, and the bounds of its place.

    `wanted` are the clauses for words and phrases of the query, without its conditions. The
    first phrase of each is the query's own text; the others are terms for tags of that name.
    """

    required: tuple[Clause, ...]
    excluded: tuple[Clause, ...]
    first: int
    last: int
    wanted: tuple[Clause, ...] = ()

    @property
    def is_empty(self) -> bool:
        """True if no document can match."""
        return self.first > self.last or not all(self.required)


def plan_public(query: Query) -> Plan:
    """Plan a search for the public: only live entries, none with a future date.

    At most two queries.
    """
    return _plan(query, [(Phrase((LIVE,)),)], timezone.now())


def plan_all(query: Query) -> Plan:
    """Plan a search for an editor: entries of any status and date."""
    anything = tuple(Phrase((f"status={status}",)) for status in Entry.Status.values)
    return _plan(query, [anything], None)


def plan_terms(
    query: Query, terms: Mapping[str, Sequence[str | int]], first: int, last: int
) -> Plan:
    """Plan a search for an editor, narrowed by terms and to the places from `first` to `last`.

    With the terms {"kind": ["link"], "source": [5, 8]} it finds links of either source.
    """
    plan = plan_all(query)
    narrowed = tuple(
        tuple(Phrase((f"{name}={value}",)) for value in values) for name, values in terms.items()
    )
    # The clause for any status matches every document. It is used only if there is no other.
    anything, *wanted = plan.required
    return replace(
        plan,
        required=(*narrowed, *wanted) or (anything,),
        first=max(plan.first, first),
        last=min(plan.last, last),
    )


def _plan(query: Query, base: list[Clause], now: datetime | None) -> Plan:
    tags = _find_tags(query)
    sources = read_sources() if any(term.field == "source" for term in query.terms) else []
    required, excluded, wanted = [*base], [], []
    for term in query.terms:
        clause = _clause(term, tags, sources)
        if clause is None:
            continue
        if term.is_negated:
            excluded += [clause] if clause else []
        else:
            required.append(clause)
            wanted += [] if term.field else [clause]
    since, until = query.moments
    bounds = [moment for moment in (until, now) if moment]
    return Plan(
        tuple(required),
        tuple(excluded),
        place_of(since) if since else FIRST,
        place_of(min(bounds)) | ((1 << PK_BITS) - 1) if bounds else LAST,
        tuple(wanted),
    )


def _clause(
    term: Term, tags: dict[str, int], sources: Iterable[tuple[int, str, str]]
) -> Clause | None:
    """The clause for a term, or None for a date."""
    if term.field in ("from", "to"):
        return None
    if term.field == "kind":
        return (Phrase((f"kind={term.value}",)),)
    if term.field == "source":
        return tuple(Phrase((f"source={pk}",)) for pk in _find_sources(term, sources))
    named = {tags[name]: None for name in tag_names(term) if name in tags}
    by_tag = tuple(Phrase((f"tag={pk}",)) for pk in named)
    return by_tag if term.field else (Phrase(term.words, term.is_prefix), *by_tag)


def tag_names(term: Term) -> list[str]:
    """The folded names of tags that a term may mean."""
    return [fold(term.value), fold(term.value.replace("-", " "))]


def _find_tags(query: Query) -> dict[str, int]:
    """The tags that words, phrases or conditions of the query name, by folded name. One query."""
    named = {name for term in query.terms if term.field in ("", "tag") for name in tag_names(term)}
    if not named:
        return {}
    return dict(TagName.objects.filter(folded__in=named).values_list("folded", "tag"))


def read_sources() -> list[tuple[int, str, str]]:
    """The primary key, title and host of every source. One query."""
    rows = Source.objects.order_by("pk").values_list("pk", "title", "site_url", "url")
    return [(pk, title, host(site) or host(url)) for pk, title, site, url in rows]


def _find_sources(term: Term, sources: Iterable[tuple[int, str, str]]) -> list[int]:
    """The sources with this title; else those with this host, or these words in their titles."""
    asked = term.value.lower().removeprefix("www.")
    words = " ".join(term.words)
    named, others = [], []
    for pk, title, name in sources:
        title = " ".join(split_words(title))
        if title == words:
            named.append(pk)
        elif asked == name or name.endswith(f".{asked}") or f" {words} " in f" {title} ":
            others.append(pk)
    return (named or others)[:MAX_SOURCES]
