"""The ground floor: what is stored. Knows nothing of feeds, HTML or pages."""

from .address import OldAddress
from .change import Change
from .entry import Enclosure, Entry, EntryQuerySet
from .merged import MergedEntry
from .run import ImportLine, ImportRun
from .sighting import FilteredPost, IdentityKey, Sighting
from .source import Source
from .tag import Tag, TaggedEntry, TagName, fold, tags_by_name

__all__ = [
    "Change",
    "Enclosure",
    "Entry",
    "EntryQuerySet",
    "FilteredPost",
    "IdentityKey",
    "ImportLine",
    "ImportRun",
    "MergedEntry",
    "OldAddress",
    "Sighting",
    "Source",
    "Tag",
    "TagName",
    "TaggedEntry",
    "fold",
    "tags_by_name",
]
