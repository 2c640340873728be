"""The editor's desk: Django's admin over what is stored."""

import taggit.admin  # noqa: F401 - registers taggit's own tags, which are not ours
from django.contrib import admin
from django.utils.functional import lazy
from taggit.models import Tag as TaggitTag

from entries.publishing.site import read_site

from . import address, change, entry, filtered, run, site, source, tag

__all__ = ["address", "change", "entry", "filtered", "run", "site", "source", "tag"]

site_title = lazy(lambda: read_site().title, str)

admin.site.unregister(TaggitTag)
admin.site.site_header = site_title()
admin.site.site_title = site_title()
admin.site.index_title = "The editor’s desk"
admin.site.empty_value_display = "–"
# So few lists need no menu, and the list of entries needs its room.
admin.site.enable_nav_sidebar = False
