"""What the pages of all models at the desk have in common."""

import re

from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User

from .retrying import RetryingAdmin

PRIMARY_KEY = re.compile(r"[0-9]{1,18}", re.ASCII)


class DeskAdmin(RetryingAdmin):
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER

    class Media:
        css = {"all": ["entries/admin/desk.css"]}

    def get_changelist_instance(self, request):
        try:
            return super().get_changelist_instance(request)
        except OverflowError as error:
            # SQLite can't be asked for a number of more than 64 bits.
            raise IncorrectLookupParameters(error) from error

    def response_action(self, request, *args, **kwargs):
        """Django's, which would fail over a ticked row with what is no primary key."""
        request.POST = request.POST.copy()
        ticked = request.POST.getlist(ACTION_CHECKBOX_NAME)
        request.POST.setlist(ACTION_CHECKBOX_NAME, filter(PRIMARY_KEY.fullmatch, ticked))
        return super().response_action(request, *args, **kwargs)


class ReadOnlyAdmin(DeskAdmin):
    list_per_page = 100

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


admin.site.unregister([User, Group])


@admin.register(User)
class AccountAdmin(DeskAdmin, UserAdmin):
    """Django's own."""


@admin.register(Group)
class AccountGroupAdmin(DeskAdmin, GroupAdmin):
    """Django's own."""
