"""The list of entries in the admin: columns, filters and search."""

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

from .base import BaseAdmin
from .date_hierarchy import find_date_links
from .entry_list_walk import DATE_PARAMETERS, MAX_PAGED_ENTRIES, ListQuery, find_keys, read_terms
from .filters import EntrySourceFilter, MissingFilter, TagFilter, WaitingFilter
from .provenance import format_time

MAX_TITLE_CHARS = 80
MAX_OPENING_CHARS = 400
BEFORE_PARAMETER = "before"
ROW_FIELDS = ["title", "slug", "atom_id", "kind", "status", "published", "source"]
CUT_TAG = re.compile(r"<[^>]*\Z")


class AtLeast(int):
    """A count that stopped early because counting costs too much. Shown as “1,000+”."""

    def __str__(self):
        return f"{int(self):,}+"


class EntryChangeList(ChangeList):
    """The list of entries. Its cost does not grow with the number of stored entries.

    It has numbered pages for the first MAX_PAGED_ENTRIES that match. `next_url` on the last of
    these pages leads to a list of the entries after them, which begins with page 1 again. It is
    empty if there are none.
    """

    # The entries of this list come after this one. None in the first list.
    before: Entry | None = None

    def get_queryset(self, request, exclude_parameters=None):
        if BEFORE_PARAMETER in self.filter_params:
            # It is no filter. Only links to other pages of this list keep it.
            self.params.pop(BEFORE_PARAMETER)
            self.before = read_entry(self.filter_params.pop(BEFORE_PARAMETER)[-1])
        return super().get_queryset(request, exclude_parameters)

    def get_filters(self, request):
        try:
            filters = super().get_filters(request)
        except (ValueError, OverflowError) as error:
            # Python has no date after the year 9999, and no year of 400 digits.
            raise IncorrectLookupParameters(error) from error
        lookups: Any = filters[2]
        bounds = [lookups.get(f"published__{end}", [None])[-1] for end in ("gte", "lt")]
        # The links to dates above the list give datetimes. A typed text is no bound.
        self.bounds = [bound if isinstance(bound, datetime) else None for bound in bounds]
        return filters

    def get_ordering(self, request, queryset):
        ordering = super().get_ordering(request, queryset)
        return ["published", "pk"] if ordering[0] == "published" else ["-published", "-pk"]

    def get_query_string(self, new_params=None, remove=None):
        if self.before and new_params and PAGE_VAR in new_params:
            new_params = new_params | {BEFORE_PARAMETER: self.before.pk}
        return super().get_query_string(new_params, remove)

    def get_results(self, request):
        list_query = self.read_list_query()
        keys = find_keys(list_query, self.queryset, MAX_PAGED_ENTRIES + 1)
        has_more = len(keys) > MAX_PAGED_ENTRIES
        keys = keys[:MAX_PAGED_ENTRIES]
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
        self.next_url = ""
        if has_more and self.page_num == self.paginator.num_pages:
            self.next_url = super().get_query_string({BEFORE_PARAMETER: keys[-1]})
        plan = self.plan_of_dates(list_query)
        self.dates = find_date_links(plan, self.read_dates(), self.link_to_dates)

    def read_list_query(self):
        terms, has_others = read_terms(self.filter_params)
        text, by_id = strip_controls(self.query).strip(), False
        if text:
            by_id = Entry.objects.filter(atom_id=text).exists()
        since, until = self.bounds
        return ListQuery(
            text="" if by_id else text,
            terms=terms,
            since=since,
            until=until,
            before=self.before,
            oldest_first=self.queryset.query.order_by[0] == "published",
            has_others=has_others or by_id,
        )

    def plan_of_dates(self, list_query):
        """The plan for the links to dates: the same entries of any time, without other filters."""
        return replace(list_query, before=None, since=None, until=None).plan

    def read_dates(self):
        """The year, month and day of the query string, or the first of them."""
        return [
            int(value) for value in takewhile(bool, map(self.params.get, DATE_PARAMETERS)) if value
        ]

    def link_to_dates(self, params):
        return self.get_query_string(params, ["published__"])


def read_entry(key):
    """The entry with this primary key, with only its place in the list loaded; or None."""
    if not (key.isascii() and key.isdecimal() and len(key) < 19):
        return None
    return Entry.objects.only("published").filter(pk=key).first()


def read_rows(keys):
    """These entries in this order, with what the list shows of them. Two queries."""
    opening = Case(When(title="", then=Substr("content", 1, MAX_OPENING_CHARS)), default=Value(""))
    rows = (
        Entry.objects.filter(pk__in=keys)
        .order_by()
        .select_related("source")
        .only(*ROW_FIELDS, "source__title", "source__url")
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


class EntryListAdmin(BaseAdmin):
    list_display = ["headline", "kind", "status", "tag_list", "leading_source", "when"]
    list_filter = ["status", "kind", WaitingFilter, MissingFilter, EntrySourceFilter, TagFilter]
    list_per_page = 50
    sortable_by = ["when"]
    date_hierarchy = "published"
    # `get_search_results` decides what is searched. Without a field Django shows no search box.
    search_fields = ["title"]
    search_help_text = (
        "Words, “phrases”, -without, begin*, tag:, kind:, source:, from:2024-01, to:; or an id."
    )

    def action_checkbox(self, entry):
        """Django's checkbox without its template, which took a fifth of the page's time."""
        return format_html(
            '<input type="checkbox" name="{}" value="{}" class="action-select" '
            'aria-label="Select this entry for an action: {}">',
            ACTION_CHECKBOX_NAME,
            entry.pk,
            Truncator(entry).chars(MAX_TITLE_CHARS),
        )

    @admin.display(description="title")
    def headline(self, entry):
        if entry.title:
            return Truncator(entry.title).chars(MAX_TITLE_CHARS)
        opening = visible_text(CUT_TAG.sub("", entry.opening))
        return format_html("<i>{}</i>", Truncator(opening or "(empty)").chars(MAX_TITLE_CHARS))

    @admin.display(description="tags")
    def tag_list(self, entry):
        return ", ".join(entry.tag_names)

    @admin.display(description="source")
    def leading_source(self, entry):
        return entry.source or ""

    @admin.display(description="published", ordering="published")
    def when(self, entry):
        return format_time(entry.published)

    def get_search_results(self, request, queryset, search_term):
        """Search as readers do, but in entries of any status. A full atom:id finds its entry."""
        term = strip_controls(search_term)
        if not term.strip():
            return queryset, False
        by_id = queryset.filter(atom_id=term.strip())
        return (by_id if by_id.exists() else queryset & matching(term)), False

    def get_changelist(self, request, **kwargs):
        return EntryChangeList
