"""The admin page of sources. Editors can change only the policies, rules and filters."""

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.contrib.admin.widgets import AdminTextareaWidget, AdminTextInputWidget
from django.db.models import IntegerField, OuterRef, Subquery
from django.urls import reverse
from django.utils.html import format_html, format_html_join

from entries.models import FilteredPost, Sighting, Source

from .base import BaseAdmin
from .entry_form import LineField, ProseField
from .provenance import NOTHING, external_link, format_time
from .stale_forms import FreshAdmin

MAX_SHOWN_RUNS = 10
MAX_COUNTED_ENTRIES = 1_000  # of each source in the list
POLICY_FIELDS = ["new_entries", "canonical", "default_author", "default_language", "time_zone"]
RULE_FIELDS = ["category_rules", "added_tags", "filters"]
STATED_FIELDS = ["subtitle", "feed_id", "language", "author_name", "author_uri", "author_email"]
FETCH_FIELDS = ["status", "checked_at", "failures", "last_error", "etag", "last_modified"]


class CountedRows(Subquery):
    """The number of rows of a queryset, which may be a slice."""

    template = "(SELECT count(*) FROM (%(subquery)s) AS counted)"
    output_field = IntegerField()


class SourceChangeList(ChangeList):
    """The list of sources, with the number of entries of each source on the page.

    Counts at most MAX_COUNTED_ENTRIES of each source, and one more to show a “+”.
    """

    def get_results(self, request):
        super().get_results(request)
        stated = Sighting.objects.filter(source=OuterRef("pk"), entry__isnull=False)
        some = stated.order_by().values("entry").distinct()[: MAX_COUNTED_ENTRIES + 1]
        # Counted in a query of its own: in the list's query, all sources would be counted
        # before it is cut into pages.
        self.result_list = list(self.result_list)
        shown = Source.objects.filter(pk__in=[source.pk for source in self.result_list])
        counts = shown.order_by().annotate(number=CountedRows(some))
        numbers = dict(counts.values_list("pk", "number"))
        for source in self.result_list:
            source.entry_count = numbers.get(source.pk, 0)


@admin.register(Source)
class SourceAdmin(FreshAdmin, BaseAdmin):
    list_display = ["__str__", "url", "entry_count", "status", "checked_at", "failures"]
    list_filter = ["status", "new_entries"]
    list_per_page = 50
    search_fields = ["title", "url"]
    fieldsets = [
        (None, {"fields": ["title", "address", "site", "added_at"]}),
        ("Policy", {"fields": [*POLICY_FIELDS]}),
        ("Tags and filters", {"fields": [*RULE_FIELDS, "filtered_posts"]}),
        ("Fetching", {"fields": [*FETCH_FIELDS]}),
        ("Newest imports", {"fields": ["newest_runs"]}),
        ("What the feed says of itself", {"fields": [*STATED_FIELDS, "rights", "icon"]}),
    ]
    readonly_fields = [
        *("title", "address", "site", "added_at", "newest_runs", "rights", "icon"),
        "filtered_posts",
        *FETCH_FIELDS,
        *STATED_FIELDS,
    ]

    @admin.display(description="entries")
    def entry_count(self, source):
        if source.entry_count > MAX_COUNTED_ENTRIES:
            return f"{MAX_COUNTED_ENTRIES:,}+"
        return f"{source.entry_count:,}"

    @admin.display(description="address")
    def address(self, source):
        return external_link(source.url)

    @admin.display(description="site")
    def site(self, source):
        return external_link(source.site_url)

    @admin.display(description="runs")
    def newest_runs(self, source):
        runs = source.runs.order_by("-pk")[:MAX_SHOWN_RUNS]
        items = format_html_join(
            "",
            '<li><a href="{}">{}</a>: {}{}</li>',
            (
                (
                    reverse("admin:entries_importrun_change", args=[run.pk]),
                    format_time(run.started_at),
                    run.get_status_display(),
                    "".join(
                        f", {number:,} {what}"
                        for number, what in (
                            (run.created, "new"),
                            (run.updated, "updated"),
                            (run.conflicts, "in conflict"),
                            (run.skipped, "skipped"),
                        )
                        if number
                    ),
                )
                for run in runs
            ),
        )
        return format_html('<ul class="desk-lines">{}</ul>', items) if items else NOTHING

    @admin.display(description="left out")
    def filtered_posts(self, source):
        number = FilteredPost.objects.filter(source=source).count()
        if not number:
            return "none"
        url = reverse("admin:entries_filteredpost_changelist")
        posts = "1 post" if number == 1 else f"{number:,} posts"
        return format_html('<a href="{}?source={}">{}</a>', url, source.pk, posts)

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        if db_field.name in RULE_FIELDS:
            kwargs |= {"form_class": ProseField, "widget": AdminTextareaWidget({"rows": 4})}
        elif db_field.name in ("default_author", "default_language"):
            kwargs |= {"form_class": LineField, "widget": AdminTextInputWidget()}
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def save_model(self, request, obj, form, change):
        # An import may write the other fields at the same time.
        obj.save(update_fields=form.edited)

    def get_changelist(self, request, **kwargs):
        return SourceChangeList

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False
