"""The results of a search: a page of entries with highlights, facets and a suggestion."""

import time
from dataclasses import dataclass, replace
from datetime import timedelta

from django.utils import timezone
from django.utils.safestring import SafeString

from entries.lib.plaintext import visible_text
from entries.models import Entry
from entries.models.search_document import EPOCH, PK_BITS, place_of
from entries.publishing.rows.entry_row import EntryRow, read_rows_of
from entries.publishing.rows.keyset_pages import PAGE_SIZE, Cursor, Page, make_page

from .facets import Condition, Facet, conditions, count_facets, search_path
from .highlights import Highlighter
from .index import Candidate, walk
from .plan import Plan, plan_public
from .query import Query
from .ranking import rank
from .spelling import suggest

# Only this many of the newest entries that match are ranked and counted.
MAX_RANKED_ENTRIES = 1_000
BY_DATE = "date"
# Excerpts are taken from the beginning of an entry's HTML.
MAX_EXCERPT_HTML_CHARS = 100_000


@dataclass(frozen=True, slots=True)
class Result:
    """An entry with the words of the search marked in its label and excerpt."""

    entry: EntryRow
    label: SafeString
    excerpt: SafeString


@dataclass(frozen=True, slots=True)
class Found:
    """A page of results. `newer` and `older` are the paths of the pages beside it, or "".

    `count` is at most MAX_RANKED_ENTRIES; `is_more` is True if more entries match. `by_best` and
    `by_date` are the paths of the same search in either order. `suggestion` is another query,
    set if nothing was found.
    """

    query: Query
    results: list[Result]
    count: int
    is_more: bool
    conditions: list[Condition]
    facets: list[Facet]
    by_best: str
    by_date: str
    is_by_date: bool
    newer: str = ""
    older: str = ""
    suggestion: str = ""
    suggestion_path: str = ""


def find_best(query: Query, number: int = 1) -> Found:
    """Find a page of results, the best first. Pages count from 1; too large a number is the last.

    Only the newest MAX_RANKED_ENTRIES entries that match are ranked.
    """
    plan = plan_public(query)
    candidates = walk(plan, MAX_RANKED_ENTRIES + 1)
    ranked = rank(candidates[:MAX_RANKED_ENTRIES], plan.wanted, int(time.time()))
    last = max(-(-len(ranked) // PAGE_SIZE), 1)
    number = min(max(number, 1), last)
    shown = ranked[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]
    found = _found(query, plan, candidates, read_rows_of([row.pk for row in shown]))
    path = search_path(query)
    newer = f"{path}&page={number - 1}" if number > 2 else path if number == 2 else ""
    return replace(found, newer=newer, older=f"{path}&page={number + 1}" if number < last else "")


def find_newest(query: Query, cursor: Cursor | None) -> Found:
    """Find a page of all results, the newest first."""
    plan = plan_public(query)
    page = _newest(plan, cursor, PAGE_SIZE)
    candidates = walk(plan, MAX_RANKED_ENTRIES + 1)
    found = _found(query, plan, candidates, page.rows, BY_DATE)
    path = search_path(query, BY_DATE)
    return replace(
        found,
        newer=f"{path}&after={page.newer}" if page.newer else "",
        older=f"{path}&before={page.older}" if page.older else "",
    )


def newest_page(query: Query, cursor: Cursor | None, size: int = PAGE_SIZE) -> Page:
    """A page of all live entries that match, newest first, for a list or a feed."""
    return _newest(plan_public(query), cursor, size)


def _newest(plan: Plan, cursor: Cursor | None, size: int) -> Page:
    back = cursor is not None and cursor.back
    if cursor is not None:
        place = place_of(*cursor.place)  # type: ignore[arg-type]
        plan = (
            replace(plan, first=max(plan.first, place + 1))
            if back
            else replace(plan, last=min(plan.last, place - 1))
        )
    rows = walk(plan, size + 1, oldest_first=back)
    if early := _not_yet_due(rows):
        more = walk(plan, size + 1 + len(early), oldest_first=back)
        rows = [row for row in more if row.pk not in early]
    return make_page([(_moment(row), row.pk) for row in rows], cursor, size)


def _not_yet_due(rows: list[Candidate]) -> set[int]:
    """The entries that are due later within this second: the index has only whole seconds.

    One query, if there may be any.
    """
    now = timezone.now()
    second = place_of(now, 0) >> PK_BITS
    doubtful = [row.pk for row in rows if row.place >> PK_BITS >= second]
    if not doubtful:
        return set()
    early = Entry.objects.filter(pk__in=doubtful, published__gt=now).order_by()
    return set(early.values_list("pk", flat=True))


def _moment(row: Candidate):
    return EPOCH + timedelta(seconds=row.place >> PK_BITS)


def _live(rows: list[EntryRow]) -> list[EntryRow]:
    """The rows that are live. The index has `published` without fractions of a second."""
    now = timezone.now()
    return [row for row in rows if row.status == Entry.Status.LIVE and row.published <= now]


def _found(
    query: Query, plan: Plan, candidates: list[Candidate], rows: list[EntryRow], sort: str = ""
) -> Found:
    marks = Highlighter(plan.wanted)
    suggestion = None if candidates else _suggestion(query)
    return Found(
        query=query,
        results=[
            Result(row, marks.mark(row.label), marks.excerpt(_text(row))) for row in _live(rows)
        ],
        count=min(len(candidates), MAX_RANKED_ENTRIES),
        is_more=len(candidates) > MAX_RANKED_ENTRIES,
        conditions=conditions(query, sort),
        facets=count_facets(query, candidates[:MAX_RANKED_ENTRIES], sort),
        by_best=search_path(query),
        by_date=search_path(query, BY_DATE),
        is_by_date=sort == BY_DATE,
        suggestion=str(suggestion or ""),
        suggestion_path=search_path(suggestion, sort) if suggestion else "",
    )


def _text(row: EntryRow) -> str:
    content = row.content
    if len(content) > MAX_EXCERPT_HTML_CHARS:
        content = content[:MAX_EXCERPT_HTML_CHARS].rpartition("<")[0]
    return visible_text(content)


def _suggestion(query: Query) -> Query | None:
    """A query with corrected spelling that finds something, or None."""
    suggestion = suggest(query, plan_public(Query()))
    if suggestion and walk(plan_public(suggestion), 1):
        return suggestion
    return None
