"""Full text search of entries, for readers and in the admin.

A query (query.py) becomes a plan for the index (plan.py, index.py). The results (results.py) are
ranked (ranking.py), and shown with marks (highlights.py), facets (facets.py) and, if there are
none, a corrected query (spelling.py).
"""

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
    """The entries that match a query, of any status and date, unordered."""
    return entries_of(plan_all(parse_query(text)))
