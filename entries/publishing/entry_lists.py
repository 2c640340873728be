"""The lists of entries, each of which is a page, an Atom feed and a JSON Feed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple
from urllib.parse import urlencode

from entries.models import Entry, EntryQuerySet, Source, Tag
from entries.models.withdrawal import list_name
from entries.publishing.rows.keyset_pages import Cursor, Page, live_page, tags_page
from entries.publishing.rows.part_rows import host, tag_path

from .jinja2 import url
from .search import Query, matching, newest_page
from .source_credits import Credit
from .tombstones import Tombstone, read_tombstones


class FeedLink(NamedTuple):
    """A feed as a page names it in its head; `name` is what it is of, empty for everything."""

    type: str
    name: str
    path: str


@dataclass(frozen=True, slots=True)
class EntryList:
    """A list of entries: what it is called, where its forms are, and how a page of it is read.

    `name` is empty for the list of everything. `entries` are those of any status and date that
    are in it. `withdrawn_from` are the names of the lists in
    all of which an entry is that is in this one; without any, withdrawals are not told.
    """

    name: str
    page_path: str
    atom_path: str
    json_path: str
    entries: Callable[[], EntryQuerySet] = field(repr=False)
    read: Callable[[Cursor | None, int], Page] = field(repr=False)
    withdrawn_from: tuple[str, ...] = ()

    def tombstones(self) -> list[Tombstone]:
        """What has been withdrawn from the list lately. One query."""
        return read_tombstones(*self.withdrawn_from) if self.withdrawn_from else []

    def links(self) -> list[FeedLink]:
        return [
            FeedLink("application/atom+xml", self.name, self.atom_path),
            FeedLink("application/feed+json", f"{self.name} (JSON)", self.json_path),
        ]


def everything() -> EntryList:
    return EntryList(
        name="",
        page_path=url("entries:home"),
        **_paths("kind", "everything"),
        entries=Entry.objects.all,
        read=live_page,
        withdrawn_from=(list_name(),),
    )


def kind_list(kind: str) -> EntryList:
    return EntryList(
        name=f"{kind}s",
        page_path=url("entries:kind", f"{kind}s"),
        **_paths("kind", f"{kind}s"),
        entries=partial(Entry.objects.filter, kind=kind),
        read=partial(live_page, kind=kind),
        withdrawn_from=(list_name("kind", kind),),
    )


def tags_list(tags: Sequence[Tag]) -> EntryList:
    """The entries with all these tags: the same list in whatever order they stand."""
    tags = sorted(tags, key=lambda tag: tag.slug)
    slug = "+".join(tag.slug for tag in tags)
    return EntryList(
        name=" and ".join(tag.name for tag in tags),
        page_path=tag_path(slug),
        **_paths("tag", slug),
        entries=partial(tagged_with, tags),
        read=partial(tags_page, tags),
        withdrawn_from=tuple(list_name("tag", tag.pk) for tag in tags),
    )


def source_list(source: Source | Credit) -> EntryList:
    return EntryList(
        # Its address is no name: it may be that of a file on our own disk.
        name=source.title.strip()
        or host(source.site_url)
        or host(source.url)
        or f"Source {source.pk}",
        page_path=url("entries:source", source.pk),
        **_paths("source", source.pk),
        entries=partial(Entry.objects.filter, source=source.pk),
        read=partial(live_page, source=source.pk),
        withdrawn_from=(list_name("source", source.pk),),
    )


def search_list(query: Query) -> EntryList:
    """What a search finds, the newest first. Which withdrawn posts it found, nobody knows."""
    asked = "?" + urlencode({"q": str(query)})
    return EntryList(
        name=f"search for {query}",
        page_path=url("entries:search") + asked,
        atom_path=url("entries:feed_search") + asked,
        json_path=url("entries:json_search") + asked,
        entries=partial(matching, str(query)),
        read=partial(newest_page, query),
    )


def tagged_with(tags: Sequence[Tag]) -> EntryQuerySet:
    entries = Entry.objects.all()
    for tag in tags:
        entries = entries.filter(taggings__tag=tag)
    return entries


def _paths(what: str, which: str | int) -> dict[str, str]:
    return {
        "atom_path": url(f"entries:feed_{what}", which),
        "json_path": url(f"entries:json_{what}", which),
    }
