"""The admin page of posts left out by a filter of their source. Editors can import them."""

from django.contrib import admin, messages

from entries.curating.filtered_posts import import_filtered_posts
from entries.importing.errors import FeedError
from entries.models import FilteredPost

from .base import ReadOnlyAdmin
from .filters import SourceFilter
from .provenance import format_time, readable_json


@admin.action(description="Import after all")
def import_after_all(modeladmin, request, queryset):
    try:
        number = import_filtered_posts(queryset)
    except FeedError as error:
        modeladmin.message_user(request, str(error), messages.ERROR)
        return
    posts = "1 post" if number == 1 else f"{number:,} posts"
    modeladmin.message_user(request, f"{posts} imported.", messages.SUCCESS)


@admin.register(FilteredPost)
class FilteredPostAdmin(ReadOnlyAdmin):
    """Read-only pages with an action. Editors who may change entries may use it."""

    actions = [import_after_all]
    list_display = ["__str__", "source", "filtered_by", "seen"]
    list_filter = [SourceFilter]
    list_select_related = ["source"]
    sortable_by = []
    search_fields = ["guid", "filtered_by"]
    fields = ["source", "filtered_by", "guid", "seen", "received"]

    @admin.display(description="seen first")
    def seen(self, post):
        return format_time(post.first_seen_at)

    @admin.display(description="as received")
    def received(self, post):
        return readable_json(post.received_text)

    def get_queryset(self, request):
        return super().get_queryset(request).defer("received")

    def get_actions(self, request):
        return super().get_actions(request) if self.may_decide(request) else {}

    def may_decide(self, request):
        return request.user.has_perm("entries.change_entry")

    def has_view_permission(self, request, obj=None):
        return self.may_decide(request) or request.user.has_perm("entries.view_entry")

    def has_module_permission(self, request):
        return self.has_view_permission(request)
