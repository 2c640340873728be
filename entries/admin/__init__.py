"""The editor's desk: Django's admin over what is stored."""

import taggit.admin  # noqa: F401 - registers taggit's own tags, which are not ours
from django.contrib import admin
from taggit.models import Tag as TaggitTag

from . import (
    entry,
    filtered_post,
    import_run,
    old_address,
    site_settings,
    source,
    tag,
    upstream_change,
)

__all__ = [
    "entry",
    "filtered_post",
    "import_run",
    "old_address",
    "site_settings",
    "source",
    "tag",
    "upstream_change",
]

admin.site.unregister(TaggitTag)
