"""The models: the rows that the site stores, and how they stay consistent. One module a model.

They import nothing of importing, publishing or the admin.
"""

from .enclosure import Enclosure
from .entry import Entry, EntryQuerySet
from .import_run import ImportLine, ImportRun
from .merged_entry import MergedEntry
from .old_address import OldAddress
from .original_path import OriginalPath
from .search_document import SearchDocument
from .sighting import FeedEnvelope, FilteredPost, IdentityKey, Sighting
from .site_settings import SiteIdentity, SiteSettings
from .site_version import SiteVersion, Version
from .source import Source
from .tag import Tag, TaggedEntry, TagName, fold, tags_by_name
from .upstream_change import UpstreamChange
from .withdrawal import Withdrawal

__all__ = [
    "Enclosure",
    "Entry",
    "EntryQuerySet",
    "FeedEnvelope",
    "FilteredPost",
    "IdentityKey",
    "ImportLine",
    "ImportRun",
    "MergedEntry",
    "OldAddress",
    "OriginalPath",
    "SearchDocument",
    "Sighting",
    "SiteIdentity",
    "SiteSettings",
    "SiteVersion",
    "Source",
    "Tag",
    "TagName",
    "TaggedEntry",
    "UpstreamChange",
    "Version",
    "Withdrawal",
    "fold",
    "tags_by_name",
]
