"""The list of entries on the editor's desk: its columns, its filters and its search."""

import re

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.db.models import Prefetch
from django.db.models.functions import Substr
from django.utils.html import format_html
from django.utils.text import Truncator

from entries.characters import strip_controls
from entries.importing.text import visible_text
from entries.models import Entry, Sighting, TaggedEntry
from entries.publishing.search import matching

from .base import DeskAdmin
from .dates import DatedQuerySet
from .filters import MissingFilter, SourceFilter, TagFilter, WaitingFilter
from .provenance import moment

TITLE_SHOWN = 80
OPENING_READ = 400
CUT_TAG = re.compile(r"<[^>]*\Z")


class EntryList(ChangeList):
    """The list of entries, read in a fixed number of queries, without their texts."""

    def get_filters(self, request):
        try:
            return super().get_filters(request)
        except (ValueError, OverflowError) as error:
            # The year 9999 has no end, and one of 400 digits is none.
            raise IncorrectLookupParameters(error) from error

    def get_results(self, request):
        super().get_results(request)
        self.result_list = (
            self.result_list.defer("content", "summary")
            .annotate(opening=Substr("content", 1, OPENING_READ))
            .prefetch_related(
                Prefetch("taggings", TaggedEntry.objects.select_related("tag").order_by("pk")),
                Prefetch(
                    "sightings",
                    Sighting.objects.filter(leads=True)
                    .select_related("source")
                    .only("entry", "source__title", "source__url"),
                    to_attr="leading",
                ),
            )
        )


class EntryListAdmin(DeskAdmin):
    list_display = ["headline", "kind", "status", "tag_list", "source", "when"]
    list_filter = ["status", "kind", WaitingFilter, MissingFilter, SourceFilter, TagFilter]
    list_per_page = 50
    sortable_by = ["when"]
    date_hierarchy = "published"
    # What is searched says `get_search_results`; without a field there is no box to write in.
    search_fields = ["title"]
    search_help_text = (
        "Words, “phrases”, -without, begin*, tag:, kind:, source:, from:2024-01, to:; or an id."
    )

    @admin.display(description="title")
    def headline(self, entry):
        if entry.title:
            return Truncator(entry.title).chars(TITLE_SHOWN)
        opening = visible_text(CUT_TAG.sub("", entry.opening))
        return format_html("<i>{}</i>", Truncator(opening or "(empty)").chars(TITLE_SHOWN))

    @admin.display(description="tags")
    def tag_list(self, entry):
        return ", ".join(tagging.tag.name for tagging in entry.taggings.all())

    @admin.display(description="source")
    def source(self, entry):
        return entry.leading[0].source if entry.leading else ""

    @admin.display(description="published", ordering="published")
    def when(self, entry):
        return moment(entry.published)

    def get_queryset(self, request):
        return DatedQuerySet(Entry)

    def get_search_results(self, request, queryset, search_term):
        """As readers search, among entries of any status; a whole id finds its entry."""
        term = strip_controls(search_term)
        if not term.strip():
            return queryset, False
        by_id = queryset.filter(atom_id=term.strip())
        return (by_id if by_id.exists() else queryset.filter(pk__in=matching(term))), False

    def get_changelist(self, request, **kwargs):
        return EntryList
