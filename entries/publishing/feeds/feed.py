"""The feeds that go out: what Atom and JSON Feed have in common.

What stands in an entry's `content` is put together from its fields, by the partials that
the pages use, in a form that an import takes apart again without loss.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple, Protocol, TextIO

from django.template.loader import get_template

from entries.lib.characters import strip_controls
from entries.models import Entry, Source
from entries.publishing.entry_lists import EntryList
from entries.publishing.html.absolute_urls import absolute_addresses
from entries.publishing.html.excerpts import excerpt_html
from entries.publishing.jinja2 import absolute
from entries.publishing.rows.entry_row import EntryRow, label
from entries.publishing.rows.kept_html import kept_while_same
from entries.publishing.rows.keyset_pages import Cursor, Page
from entries.publishing.rows.part_rows import SourceRow
from entries.publishing.site import Site
from entries.publishing.tombstones import Tombstone, entries_in_window

PAGE_SIZE = 50  # entries
NEVER = datetime(1970, 1, 1, tzinfo=UTC)  # when a feed without entries last changed

KEPT = 500  # entries
MAX_TITLE_LENGTH = 80  # characters of a title that is made of the text


@dataclass(frozen=True, slots=True)
class FeedHead:
    """What a feed says of itself. Addresses are whole; `first` is that of its newest page.

    `id` is that of the list in every format and on every page, and stays when the site moves.
    `newer` and `older` are empty at the ends.
    """

    id: str
    title: str
    subtitle: str
    page: str
    first: str
    here: str
    newer: str
    older: str
    author_name: str
    author_link: str
    icon: str


class Written(NamedTuple):
    """An entry as a feed prints it, and when it last changed."""

    text: str
    updated: datetime


class Format(Protocol):
    """A format of feeds, as `atom` and `jsonfeed` are."""

    content_type: str

    def __hash__(self) -> int: ...

    def path(self, entry_list: EntryList) -> str:
        """Where the list's feed of this format is."""

    def write_entry(self, row: EntryRow) -> str: ...

    def write(
        self,
        out: TextIO,
        head: FeedHead,
        entries: Iterable[Written],
        tombstones: list[Tombstone],
        updated: datetime,
    ) -> None:
        """Write a feed, entry by entry: `entries` may be of any number and is read once."""


def read_window(entry_list: EntryList, cursor: Cursor | None) -> tuple[Page, list[Tombstone]]:
    """A page of a list as its feeds have it, and what was withdrawn from it.

    Only the newest page has tombstones, and it has one entry less for each post withdrawn
    from it.
    """
    page = entry_list.read(cursor, PAGE_SIZE)
    if cursor:
        return page, []
    tombstones = entry_list.tombstones()
    if len(page.rows) + len(tombstones) > PAGE_SIZE:
        page = page.first(entries_in_window(page.places, tombstones, PAGE_SIZE))
    return page, tombstones


def feed_head(
    entry_list: EntryList, format: Format, site: Site, page: Page | None = None, place: str = ""
) -> FeedHead:
    """The head of a list's feed, or of one page of it.

    `place` is the query by which a later page is asked for, such as `before=…`.
    """
    path = format.path(entry_list)

    def address(name: str, cursor: str) -> str:
        return absolute(with_query(path, f"{name}={cursor}")) if cursor else ""

    return FeedHead(
        id=site.feed_ids + entry_list.atom_path,
        title=f"{site.title}: {entry_list.name}" if entry_list.name else site.title,
        subtitle=site.tagline,
        page=absolute(entry_list.page_path),
        first=absolute(path),
        here=absolute(with_query(path, place)),
        newer=address("after", page.newer) if page else "",
        older=address("before", page.older) if page else "",
        author_name=site.author_name or site.title,
        author_link=site.author_link or absolute("/"),
        icon=absolute(site.feed_icon_path),
    )


def with_query(path: str, query: str) -> str:
    """The path with one more thing in its query string."""
    if not query:
        return path
    return f"{path}{'&' if '?' in path else '?'}{query}"


@kept_while_same(KEPT)
def written(row: EntryRow, format: Format) -> Written:
    """The entry as feeds of this format print it."""
    return Written(format.write_entry(row), row.updated)


def newest_change(entries: Iterable[Written], tombstones: Iterable[Tombstone]) -> datetime:
    changes = [entry.updated for entry in entries]
    changes += [tombstone.withdrawn_at for tombstone in tombstones]
    return max(changes, default=NEVER)


def gathered_from(row: EntryRow) -> SourceRow | None:
    """The feed that the entry is from, if that is somebody else's."""
    return row.source if row.source and row.source.canonical != Source.Canonical.SELF else None


def feed_title(row: EntryRow) -> str:
    """The entry's title, or one made of its first words: Atom requires one (RFC 4287, 4.1.2)."""
    title, speaker = (strip_controls(text).strip() for text in (row.title, row.quoted_source))
    if title:
        return title
    if row.kind == Entry.Kind.LINK and row.link_host:
        # As the heading in the text has it.
        return strip_controls(row.link_host)
    if row.kind != Entry.Kind.QUOTATION or not speaker:
        speaker = ""
        title = excerpt_html(row.content, MAX_TITLE_LENGTH)
    return title or label(row.kind, "", speaker, row.day)


def whole_text(row: EntryRow) -> str:
    """The whole text as HTML, with heading link, via line, citation and tags line."""
    template = get_template("entries/feed_content.html")
    tags = [
        {"name": tag.term or tag.name, "url": absolute(tag.path)}
        for tag in (row.tags if row.tags_line else ())
    ]
    text = strip_controls(template.render({"entry": row, "tags": tags}).strip())
    return absolute_addresses(text, absolute(row.path))
