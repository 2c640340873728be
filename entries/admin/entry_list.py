"""The list of entries on the editor's desk: its columns, its filters and its search."""

import re
from collections import defaultdict
from dataclasses import replace
from datetime import datetime
from itertools import takewhile
from typing import Any

from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import PAGE_VAR, ChangeList
from django.core.paginator import InvalidPage, Paginator
from django.db.models import Case, Value, When
from django.db.models.functions import Substr
from django.utils.html import format_html
from django.utils.text import Truncator

from entries.lib.characters import strip_controls
from entries.lib.plaintext import visible_text
from entries.models import Entry, TaggedEntry
from entries.publishing.search import matching

from .base import DeskAdmin
from .date_hierarchy import find_dates
from .entry_list_walk import DATES, MAX_LISTED_ENTRIES, Asked, find_keys, read_terms
from .filters import EntrySourceFilter, MissingFilter, TagFilter, WaitingFilter
from .provenance import moment

TITLE_SHOWN = 80
OPENING_READ = 400
BEFORE = "before"
SHOWN = ["title", "slug", "atom_id", "kind", "status", "published", "source"]
CUT_TAG = re.compile(r"<[^>]*\Z")


class AtLeast(int):
    """A count that stopped where counting on would cost too much, and says so in print."""

    def __str__(self):
        return f"{int(self):,}+"


class EntryList(ChangeList):
    """The list of entries: read in a fixed number of queries, in time that rows don't raise.

    Its pages are those of the newest MAX_LISTED_ENTRIES that are asked for. `older` is the
    address of those behind them, which is a list of its own, or empty.
    """

    before: Entry | None = None

    def get_queryset(self, request, exclude_parameters=None):
        if BEFORE in self.filter_params:
            # No filter knows it, and no link but those to other pages goes on from there.
            self.params.pop(BEFORE)
            self.before = read_entry(self.filter_params.pop(BEFORE)[-1])
        return super().get_queryset(request, exclude_parameters)

    def get_filters(self, request):
        try:
            filters = super().get_filters(request)
        except (ValueError, OverflowError) as error:
            # The year 9999 has no end, and one of 400 digits is none.
            raise IncorrectLookupParameters(error) from error
        lookups: Any = filters[2]
        bounds = [lookups.get(f"published__{end}", [None])[-1] for end in ("gte", "lt")]
        # Those that the year, month and day above the list make; what else is typed is text.
        self.bounds = [bound if isinstance(bound, datetime) else None for bound in bounds]
        return filters

    def get_ordering(self, request, queryset):
        ordering = super().get_ordering(request, queryset)
        return ["published", "pk"] if ordering[0] == "published" else ["-published", "-pk"]

    def get_query_string(self, new_params=None, remove=None):
        if self.before and new_params and PAGE_VAR in new_params:
            new_params = new_params | {BEFORE: self.before.pk}
        return super().get_query_string(new_params, remove)

    def get_results(self, request):
        asked = self.read_asked()
        keys = find_keys(asked, self.queryset, MAX_LISTED_ENTRIES + 1)
        has_more = len(keys) > MAX_LISTED_ENTRIES
        keys = keys[:MAX_LISTED_ENTRIES]
        self.paginator = Paginator(keys, self.list_per_page)
        self.result_count = AtLeast(len(keys)) if has_more else len(keys)
        self.show_full_result_count, self.full_result_count = False, None
        self.show_admin_actions = True
        self.can_show_all = len(keys) <= self.list_max_show_all
        self.multi_page = len(keys) > self.list_per_page
        if not (self.show_all and self.can_show_all):
            try:
                keys = self.paginator.page(self.page_num).object_list
            except InvalidPage as error:
                raise IncorrectLookupParameters(error) from error
        self.result_list = read_rows(keys)
        self.older = ""
        if has_more and self.page_num == self.paginator.num_pages:
            self.older = super().get_query_string({BEFORE: keys[-1]})
        self.dates = find_dates(self.dated_plan(asked), self.read_dates(), self.link_to_dates)

    def read_asked(self):
        terms, has_others = read_terms(self.filter_params)
        text, by_id = strip_controls(self.query).strip(), False
        if text:
            by_id = Entry.objects.filter(atom_id=text).exists()
        since, until = self.bounds
        return Asked(
            text="" if by_id else text,
            terms=terms,
            since=since,
            until=until,
            before=self.before,
            oldest_first=self.queryset.query.order_by[0] == "published",
            has_others=has_others or by_id,
        )

    def dated_plan(self, asked):
        """What the dates above the list are those of; further filters are not looked at."""
        return replace(asked, before=None, since=None, until=None).plan

    def read_dates(self):
        """The year, month and day that are asked for, as far as they are."""
        return [int(value) for value in takewhile(bool, map(self.params.get, DATES)) if value]

    def link_to_dates(self, params):
        return self.get_query_string(params, ["published__"])


def read_entry(key):
    """The entry with this primary key, as far as it says a place in the list; or None."""
    if not (key.isascii() and key.isdecimal() and len(key) < 19):
        return None
    return Entry.objects.only("published").filter(pk=key).first()


def read_rows(keys):
    """What the list shows of these entries, in this order. Two queries."""
    opening = Case(When(title="", then=Substr("content", 1, OPENING_READ)), default=Value(""))
    rows = (
        Entry.objects.filter(pk__in=keys)
        .order_by()
        .select_related("source")
        .only(*SHOWN, "source__title", "source__url")
        .annotate(opening=opening)
    )
    by_key = {row.pk: row for row in rows}
    tags = TaggedEntry.objects.filter(content_object__in=keys).order_by("pk")
    names = defaultdict(list)
    for key, name in tags.values_list("content_object_id", "tag__name"):
        names[key].append(name)
    for row in by_key.values():
        row.tag_names = names[row.pk]  # type: ignore[attr-defined]
    return [by_key[key] for key in keys if key in by_key]


class EntryListAdmin(DeskAdmin):
    list_display = ["headline", "kind", "status", "tag_list", "leading_source", "when"]
    list_filter = ["status", "kind", WaitingFilter, MissingFilter, EntrySourceFilter, TagFilter]
    list_per_page = 50
    sortable_by = ["when"]
    date_hierarchy = "published"
    # What is searched says `get_search_results`; without a field there is no box to write in.
    search_fields = ["title"]
    search_help_text = (
        "Words, “phrases”, -without, begin*, tag:, kind:, source:, from:2024-01, to:; or an id."
    )

    def action_checkbox(self, entry):
        """Django's, without a template for each row: they are a fifth of the page's time."""
        return format_html(
            '<input type="checkbox" name="{}" value="{}" class="action-select" '
            'aria-label="Select this entry for an action: {}">',
            ACTION_CHECKBOX_NAME,
            entry.pk,
            Truncator(entry).chars(TITLE_SHOWN),
        )

    @admin.display(description="title")
    def headline(self, entry):
        if entry.title:
            return Truncator(entry.title).chars(TITLE_SHOWN)
        opening = visible_text(CUT_TAG.sub("", entry.opening))
        return format_html("<i>{}</i>", Truncator(opening or "(empty)").chars(TITLE_SHOWN))

    @admin.display(description="tags")
    def tag_list(self, entry):
        return ", ".join(entry.tag_names)

    @admin.display(description="source")
    def leading_source(self, entry):
        return entry.source or ""

    @admin.display(description="published", ordering="published")
    def when(self, entry):
        return moment(entry.published)

    def get_search_results(self, request, queryset, search_term):
        """As readers search, among entries of any status; a whole id finds its entry."""
        term = strip_controls(search_term)
        if not term.strip():
            return queryset, False
        by_id = queryset.filter(atom_id=term.strip())
        return (by_id if by_id.exists() else queryset & matching(term)), False

    def get_changelist(self, request, **kwargs):
        return EntryList
