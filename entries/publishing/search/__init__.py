"""Search: what readers and editors ask of the entries."""

from entries.models import EntryQuerySet

from .index import entries_of
from .plan import plan_all
from .query import Query, parse_query
from .results import Found, find_best, find_newest, newest_page

__all__ = ["Found", "Query", "find_best", "find_newest", "matching", "newest_page", "parse_query"]


def matching(text: str) -> EntryQuerySet:
    """The entries that match what is asked for, of any status and date, in no order."""
    return entries_of(plan_all(parse_query(text)))
