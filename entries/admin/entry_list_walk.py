"""The entries that the admin's list shows, found along an index for any filter.

The table of entries has an index for a status and a time. Every other filter (words, kind, source,
tag, waiting, missing) and every combination is answered by the search index, whose rows are in
the order of the list.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.contrib.admin.views.main import IGNORED_PARAMS
from django.db.models import Q, QuerySet

from entries.models import Entry, TagName, fold
from entries.models.search_document import place_of
from entries.publishing.search import FIRST, LAST, Plan, parse_query, plan_terms, walk_keys

from .filters import WRITTEN_HERE, find_sources

# At most this many entries are counted and have numbered pages.
MAX_PAGED_ENTRIES = 1_000
# Parameters of the list's URL: the terms of the search index that they become.
TERM_PARAMETERS = {
    "status__exact": "status",
    "kind__exact": "kind",
    "source": "source",
    "tag": "tag",
    "waiting": "waiting",
    "missing": "missing",
}
# Terms that filter only if their value is "yes".
SWITCHES = {"waiting", "missing"}
DATE_PARAMETERS = ("published__year", "published__month", "published__day")


@dataclass(frozen=True)
class ListQuery:
    """A query of the list: words, terms of the search index, and bounds of `published`.

    `before` is the last entry of the list before this one. `has_others` is true if there are
    further filters, which the search index does not know.
    """

    text: str
    terms: Mapping[str, str]
    since: datetime | None = None
    until: datetime | None = None
    before: Entry | None = None
    oldest_first: bool = False
    has_others: bool = False
    plan: Plan = field(init=False)

    def __post_init__(self):
        object.__setattr__(self, "plan", self._plan())

    def _plan(self) -> Plan:
        """The query for the search index, without filters that it does not know."""
        first = place_of(self.since) if self.since else FIRST
        last = place_of(self.until) - 1 if self.until else LAST
        if self.before and not self.oldest_first:
            last = min(last, place_of(self.before.published, self.before.pk) - 1)
        elif self.before:
            first = max(first, place_of(self.before.published, self.before.pk) + 1)
        return plan_terms(parse_query(self.text), resolve_terms(self.terms), first, last)

    @property
    def is_indexed(self) -> bool:
        """True if the table of entries has an index for this query, in the order of the list."""
        return not self.text and self.terms.keys() <= {"status"}


def resolve_terms(terms: Mapping[str, str]) -> dict[str, list[str | int]]:
    """The values of each term in the search index. An entry must have one value of each term.

    A term for something that does not exist has no values, and matches nothing.
    """
    known: dict[str, list[str | int]] = {}
    for name, value in terms.items():
        if name == "tag":
            known[name] = list(
                TagName.objects.filter(folded=fold(value)).values_list("tag", flat=True)
            )
        elif name == "source" and value == WRITTEN_HERE:
            known["written"] = ["here"]
        elif name in SWITCHES:
            known[name] = [value]
        elif name == "source":
            known[name] = [*find_sources(value)]
        else:
            choices = Entry.Kind.values if name == "kind" else Entry.Status.values
            known[name] = [value] if value in choices else []
    return known


def read_terms(params: Mapping[str, list[str]]) -> tuple[dict[str, str], bool]:
    """The terms in the parameters of the list's URL, and True if there are other filters."""
    terms = {
        name: value
        for parameter, name in TERM_PARAMETERS.items()
        if (value := params.get(parameter, [""])[-1]) and (name not in SWITCHES or value == "yes")
    }
    known = {*TERM_PARAMETERS, *DATE_PARAMETERS, *IGNORED_PARAMS}
    has_others = any(
        name not in known or (name in TERM_PARAMETERS and len(values) > 1)
        for name, values in params.items()
    )
    return terms, has_others


def find_keys(list_query: ListQuery, filtered: QuerySet[Entry], limit: int) -> list[int]:
    """The primary keys of the first entries that match, in the order of the list.

    `filtered` is the queryset of the same entries in this order, for queries that the search
    index can't answer. One query.
    """
    if list_query.before:
        filtered = filtered.filter(entries_after(list_query.before, list_query.oldest_first))
    if list_query.has_others or list_query.is_indexed:
        return list(filtered.values_list("pk", flat=True)[:limit])
    return walk_keys(list_query.plan, limit, oldest_first=list_query.oldest_first)


def entries_after(entry: Entry, oldest_first: bool) -> Q:
    """A condition for the entries that come after an entry in the list."""
    if oldest_first:
        return Q(published__gte=entry.published) & (
            Q(published__gt=entry.published) | Q(pk__gt=entry.pk)
        )
    return Q(published__lte=entry.published) & (
        Q(published__lt=entry.published) | Q(pk__lt=entry.pk)
    )
