"""The editor's desk: Django's admin over what is stored."""

import taggit.admin  # noqa: F401 - registers taggit's own tags, which are not ours
from django.contrib import admin
from taggit.models import Tag as TaggitTag

from . import address, change, entry, filtered, run, site, source, tag

__all__ = ["address", "change", "entry", "filtered", "run", "site", "source", "tag"]

admin.site.unregister(TaggitTag)
