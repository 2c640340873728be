"""The editor's desk: Django's admin over what is stored."""

import taggit.admin  # noqa: F401 - registers taggit's own tags, which are not ours
from django.conf import settings
from django.contrib import admin
from taggit.models import Tag as TaggitTag

from . import change, entry, filtered, run, source, tag

__all__ = ["change", "entry", "filtered", "run", "source", "tag"]

admin.site.unregister(TaggitTag)
admin.site.site_header = settings.SITE_TITLE
admin.site.site_title = settings.SITE_TITLE
admin.site.index_title = "The editor’s desk"
admin.site.empty_value_display = "–"
# Six lists need no menu, and the list of entries needs its room.
admin.site.enable_nav_sidebar = False
