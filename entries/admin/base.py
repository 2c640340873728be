"""Base classes of the admin's pages, and the pages of users and groups."""

import re

from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User

from .retrying import RetryingAdmin

PRIMARY_KEY = re.compile(r"[0-9]{1,18}", re.ASCII)


class BaseAdmin(RetryingAdmin):
    """A ModelAdmin that never counts a whole table, and does not fail on malformed requests."""

    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER

    class Media:
        css = {"all": ["entries/admin/desk.css"]}

    def get_changelist_instance(self, request):
        try:
            return super().get_changelist_instance(request)
        except OverflowError as error:
            # SQLite's integers have at most 64 bits.
            raise IncorrectLookupParameters(error) from error

    def response_action(self, request, *args, **kwargs):
        """Ignore selected rows whose value is no primary key: Django would raise an error."""
        request.POST = request.POST.copy()
        selected = request.POST.getlist(ACTION_CHECKBOX_NAME)
        request.POST.setlist(ACTION_CHECKBOX_NAME, filter(PRIMARY_KEY.fullmatch, selected))
        return super().response_action(request, *args, **kwargs)


class ReadOnlyAdmin(BaseAdmin):
    list_per_page = 100

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


admin.site.unregister([User, Group])


@admin.register(User)
class AccountAdmin(BaseAdmin, UserAdmin):
    pass


@admin.register(Group)
class AccountGroupAdmin(BaseAdmin, GroupAdmin):
    pass
