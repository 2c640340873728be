"""The admin page of upstream changes that wait for an editor's decision."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.text import Truncator
from django.views.decorators.http import require_POST

from entries.curating.upstream_changes import accept, dismiss
from entries.models import UpstreamChange
from entries.models.locking import retry_deadlocks

from .base import ReadOnlyAdmin
from .provenance import as_text, comparison, current_value, field_label, format_time

MAX_VALUE_CHARS = 100


@admin.action(description="Take upstream’s value")
def take_upstream_value(modeladmin, request, queryset):
    number = retry_deadlocks(lambda: accept(queryset.all()))
    modeladmin.message_user(request, f"{counted(number)} taken over.", messages.SUCCESS)


@admin.action(description="Keep our value")
def keep_our_value(modeladmin, request, queryset):
    number = retry_deadlocks(lambda: dismiss(queryset.all()))
    modeladmin.message_user(request, f"{counted(number)} set aside.", messages.SUCCESS)


@admin.register(UpstreamChange)
class ChangeAdmin(ReadOnlyAdmin):
    """Read-only pages with two actions. Editors who may change entries may use them."""

    actions = [take_upstream_value, keep_our_value]
    list_display = [
        "entry_title",
        "field_name",
        "upstream_before",
        "upstream_now",
        "here",
        "when",
    ]
    list_display_links = ["field_name"]
    list_filter = ["field"]
    list_per_page = 50
    list_select_related = ["entry"]
    sortable_by = ["when"]
    search_fields = ["entry__title"]
    fields = ["entry_link", "field_name", "side_by_side", "when"]
    readonly_fields = ["entry_link", "field_name", "side_by_side", "when"]

    @admin.display(description="entry")
    def entry_title(self, change):
        return self.entry_link(change)

    @admin.display(description="entry")
    def entry_link(self, change):
        url = reverse("admin:entries_entry_change", args=[change.entry_id])
        return format_html('<a href="{}">{}</a>', url, Truncator(change.entry).chars(80))

    @admin.display(description="field", ordering="field")
    def field_name(self, change):
        return field_label(change.field)

    @admin.display(description="upstream before")
    def upstream_before(self, change):
        return shortened(change, change.base)

    @admin.display(description="upstream now")
    def upstream_now(self, change):
        return shortened(change, change.theirs)

    @admin.display(description="here")
    def here(self, change):
        return shortened(change, current_value(change.entry, change.field))

    @admin.display(description="seen", ordering="seen_at")
    def when(self, change):
        return format_time(change.seen_at)

    @admin.display(description="values")
    def side_by_side(self, change):
        return comparison(change)

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("entry__enclosures")

    def get_urls(self):
        view = self.admin_site.admin_view
        return [
            path(
                "<int:pk>/accept/",
                view(self.decide_view(accept)),
                name="entries_upstreamchange_accept",
            ),
            path(
                "<int:pk>/dismiss/",
                view(self.decide_view(dismiss)),
                name="entries_upstreamchange_dismiss",
            ),
            *super().get_urls(),
        ]

    def decide_view(self, decide):
        """A view that decides one change and redirects to its entry."""

        @require_POST
        def view(request, pk):
            if not self.may_decide(request):
                raise PermissionDenied
            change = get_object_or_404(UpstreamChange, pk=pk)
            entry = reverse("admin:entries_entry_change", args=[change.entry_id])

            def answer():
                retry_deadlocks(lambda: decide([change]))
                done = "taken from upstream" if decide is accept else "our value kept"
                label = field_label(change.field)
                self.message_user(request, f"{label}: {done}.", messages.SUCCESS)
                return HttpResponseRedirect(entry)

            return self.answer_or_redirect(request, answer, back=entry)

        return view

    def may_decide(self, request):
        return request.user.has_perm("entries.change_entry")

    def get_actions(self, request):
        return super().get_actions(request) if self.may_decide(request) else {}

    def has_view_permission(self, request, obj=None):
        return self.may_decide(request) or request.user.has_perm("entries.view_entry")

    def has_module_permission(self, request):
        return self.has_view_permission(request)


def shortened(change, value):
    return Truncator(as_text(change.field, value)).chars(MAX_VALUE_CHARS)


def counted(number):
    return "1 change" if number == 1 else f"{number:,} changes"
