"""Read-only pages of import runs, and of what each run did to each entry."""

from django.contrib import admin
from django.db.models import Count
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.http import urlencode
from django.utils.text import Truncator

from entries.importing.merging.decisions import TAKEN, WAITS
from entries.models import ImportLine, ImportRun

from .base import ReadOnlyAdmin
from .filters import SourceFilter
from .provenance import NOTHING, field_label

COUNTS = ["created", "updated", "unchanged", "conflicts", "skipped"]


@admin.register(ImportRun)
class ImportRunAdmin(ReadOnlyAdmin):
    list_display = ["started_at", "source", "status", *COUNTS]
    list_filter = ["status", SourceFilter]
    list_select_related = ["source"]
    sortable_by = []
    fieldsets = [
        (None, {"fields": ["source", "status", "started_at", "finished_at"]}),
        ("Entries", {"fields": [*COUNTS, "lines"]}),
        ("Errors and warnings", {"fields": ["error", "warning_list"]}),
    ]

    @admin.display(description="warnings")
    def warning_list(self, run):
        items = format_html_join("", "<li>{}</li>", ((str(line),) for line in run.warnings))
        return format_html('<ul class="desk-lines">{}</ul>', items) if items else NOTHING

    @admin.display(description="what it did")
    def lines(self, run):
        counts = run.lines.order_by().values_list("action").annotate(n=Count("pk"))
        links = format_html_join(
            ", ",
            '<a href="{}">{} {}</a>',
            (
                (line_list_url(run=run.pk, action=action), f"{number:,}", action)
                for action, number in counts.order_by("action")
            ),
        )
        return links or NOTHING


@admin.register(ImportLine)
class ImportLineAdmin(ReadOnlyAdmin):
    """The lines of a run. Linked from the run, not from the index."""

    list_display = ["line_title", "action", "why", "matched_by", "dated_by", "run"]
    list_filter = ["action"]
    list_select_related = ["run__source"]
    sortable_by = []
    search_fields = ["title", "guid"]
    fields = [
        *("run", "entry", "action", "title", "guid", "why", "matched_by", "dated_by"),
        *("cleaned", "filtered_by", "changed_fields"),
    ]

    @admin.display(description="entry")
    def line_title(self, line):
        return Truncator(line.title or line.guid or "(untitled)").chars(80)

    @admin.display(description="reasons")
    def why(self, line):
        return "; ".join(map(str, line.reasons))

    @admin.display(description="taken out when cleaning")
    def cleaned(self, line):
        return ", ".join(map(str, line.removed)) or NOTHING

    @admin.display(description="fields")
    def changed_fields(self, line):
        labels = {TAKEN: "taken", WAITS: "waits for an editor"}
        items = format_html_join(
            "",
            "<li>{}, {}: “{}”, upstream “{}”</li>",
            (
                (field_label(name), labels[what], before, after)
                for name, (what, before, after) in line.fields.items()
            ),
        )
        return format_html('<ul class="desk-lines">{}</ul>', items) if items else NOTHING

    def has_module_permission(self, request):
        return False


def line_list_url(*, run, action):
    query = urlencode({"run__id__exact": run, "action__exact": action})
    return f"{reverse('admin:entries_importline_changelist')}?{query}"
