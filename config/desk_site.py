"""The admin site: settings and context that all pages of the desk share."""

from django.contrib.admin import AdminSite
from django.contrib.admin.apps import AdminConfig
from django.utils.functional import SimpleLazyObject


class DeskConfig(AdminConfig):
    default_site = "config.desk_site.DeskSite"


class DeskSite(AdminSite):
    index_title = "The editor’s desk"
    empty_value_display = "–"
    # There are few lists, and the list of entries needs the room.
    enable_nav_sidebar = False

    def each_context(self, request):
        """Django's, with the site's own title, which is read at most once for a page."""
        title = SimpleLazyObject(read_title)
        return super().each_context(request) | {"site_title": title, "site_header": title}


def read_title() -> str:
    # The models can't be imported before all applications are loaded.
    from entries.publishing.site import read_site

    return read_site().title
