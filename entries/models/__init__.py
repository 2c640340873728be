"""The ground floor: what is stored. Knows nothing of feeds, HTML or pages."""

from .address import OldAddress
from .change import Change
from .document import SearchDocument
from .entry import Enclosure, Entry, EntryQuerySet
from .merged import MergedEntry
from .original_path import OriginalPath
from .run import ImportLine, ImportRun
from .sighting import FeedEnvelope, FilteredPost, IdentityKey, Sighting
from .site import SiteIdentity, SiteSettings
from .site_version import SiteVersion, Version
from .source import Source
from .tag import Tag, TaggedEntry, TagName, fold, tags_by_name
from .withdrawal import Withdrawal

__all__ = [
    "Change",
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
    "Version",
    "Withdrawal",
    "fold",
    "tags_by_name",
]
