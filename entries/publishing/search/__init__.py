"""Search: what readers and editors ask of the entries."""

from entries.models import EntryQuerySet

from .index import entries_of, find_occupied, walk_keys
from .plan import FIRST, LAST, Plan, plan_all, plan_terms
from .query import Query, parse_query
from .results import Found, find_best, find_newest, newest_page

__all__ = [
    "FIRST", "LAST", "Found", "Plan", "Query", "find_best", "find_newest", "find_occupied",
    "matching", "newest_page", "parse_query", "plan_terms", "walk_keys",
]  # fmt: skip


def matching(text: str) -> EntryQuerySet:
    """The entries that match what is asked for, of any status and date, in no order."""
    return entries_of(plan_all(parse_query(text)))
