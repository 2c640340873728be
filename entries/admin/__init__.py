"""The Django admin, where editors curate entries, tags, sources and old addresses."""

import taggit.admin  # noqa: F401 - registers taggit's model, which is unregistered below
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
