"""Django's admin site with our settings: its title is the title of the site."""

from django.contrib.admin import AdminSite
from django.contrib.admin.apps import AdminConfig
from django.utils.functional import SimpleLazyObject


class FeedsteadAdminConfig(AdminConfig):
    default_site = "config.admin_site.FeedsteadAdminSite"


class FeedsteadAdminSite(AdminSite):
    index_title = "The editor’s desk"
    empty_value_display = "–"
    # The admin has few lists, and the list of entries needs the whole width.
    enable_nav_sidebar = False

    def each_context(self, request):
        """Django's context with the site's own title, which is read at most once for a page."""
        title = SimpleLazyObject(read_title)
        return super().each_context(request) | {"site_title": title, "site_header": title}


def read_title() -> str:
    # Django loads this module before the models can be imported.
    from entries.publishing.site import read_site

    return read_site().title
