"""The entries that the desk's list shows, found along an index whatever is asked for.

Entries of a status and of a time have an index of their own. Those of a kind, a source or a tag,
those that wait or are missing, those with words, and all combinations are found by the search
index, whose rows stand in the order of the list.
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

# What is counted, and listed under page numbers. What is older is a link away.
MAX_LISTED_ENTRIES = 1_000
NARROWING = {
    "status__exact": "status",
    "kind__exact": "kind",
    "source": "source",
    "tag": "tag",
    "waiting": "waiting",
    "missing": "missing",
}
# Filters that leave everything as it is unless they say yes.
SWITCHES = {"waiting", "missing"}
DATES = ("published__year", "published__month", "published__day")


@dataclass(frozen=True)
class Asked:
    """What is asked of the list: words, what the entries must be, and when they were published.

    `has_others` says that there are further filters, which the search index doesn't know.
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
        """What is asked for, in the language of the search index, but for other filters."""
        first = place_of(self.since) if self.since else FIRST
        last = place_of(self.until) - 1 if self.until else LAST
        if self.before and not self.oldest_first:
            last = min(last, place_of(self.before.published, self.before.pk) - 1)
        elif self.before:
            first = max(first, place_of(self.before.published, self.before.pk) + 1)
        return plan_terms(parse_query(self.text), numbered(self.terms), first, last)

    @property
    def is_indexed(self) -> bool:
        """Whether the table of entries itself has an index in the order of the list."""
        return not self.text and self.terms.keys() <= {"status"}


def numbered(terms: Mapping[str, str]) -> dict[str, list[str | int]]:
    """The terms by which documents say this: of each one is enough. What can't be has none."""
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
    """What the parameters of the list's address ask for; and whether there are others."""
    terms = {
        name: value
        for parameter, name in NARROWING.items()
        if (value := params.get(parameter, [""])[-1]) and (name not in SWITCHES or value == "yes")
    }
    ours = {*NARROWING, *DATES, *IGNORED_PARAMS}
    has_others = any(
        name not in ours or (name in NARROWING and len(values) > 1)
        for name, values in params.items()
    )
    return terms, has_others


def find_keys(asked: Asked, filtered: QuerySet[Entry], limit: int) -> list[int]:
    """The primary keys of the first entries that are asked for, in the order of the list.

    `filtered` are the same entries as a queryset in this order. One query.
    """
    if asked.before:
        filtered = filtered.filter(beyond(asked.before, asked.oldest_first))
    if asked.has_others or asked.is_indexed:
        return list(filtered.values_list("pk", flat=True)[:limit])
    return walk_keys(asked.plan, limit, oldest_first=asked.oldest_first)


def beyond(entry: Entry, oldest_first: bool) -> Q:
    """What comes behind an entry in the list."""
    if oldest_first:
        return Q(published__gte=entry.published) & (
            Q(published__gt=entry.published) | Q(pk__gt=entry.pk)
        )
    return Q(published__lte=entry.published) & (
        Q(published__lt=entry.published) | Q(pk__lt=entry.pk)
    )
