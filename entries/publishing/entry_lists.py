"""The lists of entries. Each list has a page, an Atom feed and a JSON Feed."""

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
    """A <link> to a feed. `name` is the name of the list, empty for the list of everything."""

    type: str
    name: str
    path: str


@dataclass(frozen=True, slots=True)
class EntryList:
    """A list of entries: its name, its URLs, and how to read it.

    `name` is empty for the list of everything. `entries()` returns the list's entries of any
    status and date. `read(cursor, size)` returns a page of its live entries. `withdrawn_from`
    names the lists of withdrawals: a post withdrawn from all of them is withdrawn from this list.
    If it is empty, the list has no tombstones.
    """

    name: str
    page_path: str
    atom_path: str
    json_path: str
    entries: Callable[[], EntryQuerySet] = field(repr=False)
    read: Callable[[Cursor | None, int], Page] = field(repr=False)
    withdrawn_from: tuple[str, ...] = ()

    def tombstones(self) -> list[Tombstone]:
        """The posts that were lately withdrawn from the list. One query."""
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
    """The list of the entries with all these tags. The order of the tags does not matter."""
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
        # The URL is not used as a name: it may be the path of a file on the server.
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
    """The list of the entries that a search finds, newest first. It has no tombstones.

    A withdrawal keeps no text, so it is unknown which searches had found the post.
    """
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


def _paths(view: str, argument: str | int) -> dict[str, str]:
    return {
        "atom_path": url(f"entries:feed_{view}", argument),
        "json_path": url(f"entries:json_{view}", argument),
    }
