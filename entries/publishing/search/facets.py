"""Facets of a search: conditions that narrow it by kind, tag, year or source, with counts."""

import operator
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone

from entries.models import Entry, Tag
from entries.models.search_document import EPOCH, PK_BITS, place_of

from .index import Candidate
from .plan import read_sources
from .query import Query, Term, parse_query

# The number of tags, of years and of sources.
MAX_OPTIONS = 10
# Some tags are left out, because the query has them already.
MAX_READ_OPTIONS = MAX_OPTIONS + 5


@dataclass(frozen=True, slots=True)
class Option:
    """A condition to add. `count` is the number of entries that it leaves, `path` the search."""

    label: str
    count: int
    path: str


@dataclass(frozen=True, slots=True)
class Facet:
    name: str
    options: list[Option]


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition of the query. `path` is the search without it."""

    label: str
    path: str


def search_path(query: Query, sort: str = "") -> str:
    """The path and query string of a search."""
    parameters = {"q": str(query)} | ({"sort": sort} if sort else {})
    return f"{_path()}?{urlencode(parameters)}"


@cache
def _path() -> str:
    return reverse("entries:search")


def conditions(query: Query, sort: str = "") -> list[Condition]:
    """The query's conditions. `from` and `to` the same period are one condition."""
    found = {}
    for term in query.conditions:
        twins = [
            other
            for other in query.conditions
            if {term.field, other.field} == {"from", "to"} and other.value == term.value
        ]
        label = term.value if twins else f"{term.field} {term.value}"
        label = f"without {label}" if term.is_negated else label
        found[label] = Condition(label, search_path(query.without(term, *twins), sort))
    return list(found.values())


def count_facets(query: Query, candidates: Sequence[Candidate], sort: str = "") -> list[Facet]:
    """The facets of the entries found. Each option leaves fewer of them. At most two queries."""
    counts = Counter(" ".join([row.terms for row in candidates]).split())
    years = _count_years([row.place for row in candidates])
    narrowing = {name: count for name, count in counts.items() if count < len(candidates)}

    def options(found: Iterable[tuple[str, int, list[Term]]]) -> list[Option]:
        return [
            Option(label, count, search_path(_narrowed(query, terms), sort))
            for label, count, terms in found
            if all(parse_query(str(term)).terms == (term,) for term in terms)
        ]

    facets = [
        Facet("Kind", options(_kinds(narrowing))),
        Facet("Tag", options(_tags(narrowing, query))),
        Facet("Year", options(_spans(years) if len(years) > 1 else [])),
        Facet("Source", options(_sources(narrowing))),
    ]
    return [facet for facet in facets if facet.options]


def _narrowed(query: Query, terms: list[Term]) -> Query:
    if terms[0].field == "from":
        # The year lies within the span of the query, so it replaces that span.
        query = query.without(*(term for term in query.terms if term.field in ("from", "to")))
    for term in terms:
        query = query.with_term(term)
    return query


def _kinds(counts: dict[str, int]) -> list[tuple[str, int, list[Term]]]:
    found = [(kind, counts.get(f"kind={kind}", 0)) for kind in Entry.Kind.values]
    return [(f"{kind}s", count, [Term(kind, "kind")]) for kind, count in found if count]


def _commonest(counts: dict[str, int], field: str) -> list[tuple[int, int]]:
    """The primary keys in the commonest terms of a field, with their counts."""
    found = [(name, count) for name, count in counts.items() if name.startswith(f"{field}=")]
    found.sort(key=lambda pair: (-pair[1], pair[0]))
    return [(int(name.partition("=")[2]), count) for name, count in found[:MAX_READ_OPTIONS]]


def _tags(counts: dict[str, int], query: Query) -> list[tuple[str, int, list[Term]]]:
    common = _commonest(counts, "tag")
    names = dict(Tag.objects.filter(pk__in=[pk for pk, _ in common]).values_list("pk", "name"))
    found = [(names[pk], count, [_term(names[pk], "tag")]) for pk, count in common if pk in names]
    return [option for option in found if option[2][0] not in query.terms][:MAX_OPTIONS]


def _sources(counts: dict[str, int]) -> list[tuple[str, int, list[Term]]]:
    common = _commonest(counts, "source")
    if not common:
        return []
    sources = read_sources()
    hosts = Counter(name for _, _, name in sources)
    known = {pk: (title, name) for pk, title, name in sources}
    found = []
    for pk, count in common[:MAX_OPTIONS]:
        title, name = known.get(pk, ("", ""))
        value = name if hosts[name] == 1 and name else title
        found.append((title or name, count, [_term(value, "source")]))
    return found


def _spans(years: dict[int, int]) -> list[tuple[str, int, list[Term]]]:
    newest = sorted(years, reverse=True)[:MAX_OPTIONS]
    return [
        (str(year), years[year], [Term(f"{year:04}", "from"), Term(f"{year:04}", "to")])
        for year in newest
    ]


def _count_years(places: Sequence[int]) -> dict[int, int]:
    """The number of places in each year of the site's time zone. Expects the newest first."""
    counts: dict[int, int] = {}
    end = 0
    while end < len(places):
        year = _local_year(places[end])
        first = place_of(timezone.make_aware(datetime(year, 1, 1)))
        start, end = end, bisect_right(places, -first, lo=end, key=operator.neg)
        counts[year] = end - start
    return counts


def _local_year(place: int) -> int:
    published = EPOCH + timedelta(seconds=place >> PK_BITS)
    try:
        return timezone.localtime(published).year
    except OverflowError:
        return published.year


def _term(value: str, field: str) -> Term:
    """The condition with this value, quoted if it has spaces."""
    value = " ".join(value.split())
    return Term(value, field, is_quoted=" " in value)
