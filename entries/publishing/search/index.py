"""Queries to the full text index of the database: FTS5 in SQLite, tsvector in PostgreSQL."""

from typing import NamedTuple

from django.db import connection
from django.db.models.expressions import RawSQL
from django.db.models.functions import Substr

from entries.models import Entry, EntryQuerySet, SearchDocument

from .plan import Clause, Phrase, Plan

# CROSS JOIN makes SQLite walk the index and look up documents, never the other way round.
SQLITE = """
    FROM entries_search AS found CROSS JOIN entries_searchdocument AS document
        ON document.place = found.rowid
    WHERE found.entries_search MATCH %s AND found.rowid BETWEEN %s AND %s
"""
POSTGRESQL = """
    FROM entries_searchdocument AS document
    WHERE document.vector @@ %s::tsquery AND document.place BETWEEN %s AND %s
"""


class Candidate(NamedTuple):
    """An entry that matches a plan. `place` orders by time (search_document.place_of).

    `title` has the folded words of the title, `terms` the terms such as `kind=link`.
    """

    pk: int
    place: int
    title: str
    terms: str


def walk(plan: Plan, limit: int, *, oldest_first: bool = False) -> list[Candidate]:
    """The first `limit` entries that match, newest first. One query; `limit` bounds its time."""
    if plan.is_empty:
        return []
    place = "found.rowid" if connection.vendor == "sqlite" else "document.place"
    return [
        Candidate(*row)
        for row in _fetch(
            f"""
            SELECT document.entry_id, document.place, document.title, document.terms
            {_source()} ORDER BY {place} {"ASC" if oldest_first else "DESC"} LIMIT %s
            """,
            [*_parameters(plan), limit],
        )
    ]


def walk_keys(plan: Plan, limit: int, *, oldest_first: bool = False) -> list[int]:
    """The primary keys of the entries that `walk` finds. One query."""
    if plan.is_empty:
        return []
    place = "found.rowid" if connection.vendor == "sqlite" else "document.place"
    order = "ASC" if oldest_first else "DESC"
    sql = f"SELECT document.entry_id {_source()} ORDER BY {place} {order} LIMIT %s"
    return [pk for (pk,) in _fetch(sql, [*_parameters(plan), limit])]


def find_occupied(plan: Plan, spans: list[tuple[int, int]]) -> list[int]:
    """The indexes in `spans` of those spans of places that have an entry that matches.

    One query, which looks for one entry in each span.
    """
    if plan.is_empty or not spans:
        return []
    rows = ", ".join(f"({number}, {first}, {last})" for number, (first, last) in enumerate(spans))
    expression, *_ = _parameters(plan)
    if connection.vendor == "sqlite":
        question = """WHERE EXISTS (
            SELECT 1 FROM entries_search WHERE entries_search MATCH %s
            AND rowid BETWEEN span.first AND span.last)"""
    else:
        question = """CROSS JOIN LATERAL (
            SELECT 1 FROM entries_searchdocument AS document WHERE document.vector @@ %s::tsquery
            AND document.place BETWEEN span.first AND span.last LIMIT 1) AS one"""
    sql = f"""
        WITH span(number, first, last) AS (VALUES {rows})
        SELECT span.number FROM span {question} ORDER BY span.number
    """  # noqa: S608 - only numbers are put in
    return [number for (number,) in _fetch(sql, [expression])]


def entries_of(plan: Plan) -> EntryQuerySet:
    """All entries that match, as a lazy queryset."""
    if plan.is_empty:
        return Entry.objects.none()
    keys = RawSQL(f"SELECT entry_id {_source()}", _parameters(plan))  # noqa: S611
    return Entry.objects.filter(pk__in=keys)


def read_texts(pks: list[int], max_chars: int) -> dict[int, str]:
    """The first `max_chars` characters of the folded texts of these entries. One query."""
    documents = SearchDocument.objects.filter(pk__in=pks)
    return dict(documents.values_list("pk", Substr("text", 1, max_chars)))


def _source() -> str:
    return SQLITE if connection.vendor == "sqlite" else POSTGRESQL


def _parameters(plan: Plan) -> list[str | int]:
    expression = _fts5 if connection.vendor == "sqlite" else _tsquery
    return [expression(plan), plan.first, plan.last]


def _fetch(sql: str, parameters: list[str | int]) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall()


def _fts5(plan: Plan) -> str:
    """The plan as an FTS5 expression. Words have no quotation marks, so nothing is escaped."""

    def phrase(phrase: Phrase) -> str:
        return f'"{" ".join(phrase.words)}"{" *" if phrase.is_prefix else ""}'

    def clause(clause: Clause) -> str:
        return f"({' OR '.join(map(phrase, clause))})"

    required = " AND ".join(map(clause, plan.required))
    if not plan.excluded:
        return required
    return f"({required}) NOT ({' OR '.join(map(clause, plan.excluded))})"


def _tsquery(plan: Plan) -> str:
    """The plan as a tsquery. Words have no quotation marks or backslashes."""

    def phrase(phrase: Phrase) -> str:
        words = [f"'{word}'" for word in phrase.words]
        return f"({' <-> '.join(words)}{':*' if phrase.is_prefix else ''})"

    def clause(clause: Clause) -> str:
        return f"({' | '.join(map(phrase, clause))})"

    return " & ".join(
        [*map(clause, plan.required), *(f"!{clause(excluded)}" for excluded in plan.excluded)]
    )
