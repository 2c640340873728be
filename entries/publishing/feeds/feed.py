"""Published feeds: the parts that Atom and JSON Feed have in common.

The `content` of an entry is rendered from its fields by the partials that pages use. An import
can split it into the same fields again, without loss.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple, Protocol, TextIO

from django.template.loader import get_template

from entries.lib.characters import strip_controls
from entries.models import Entry, Source
from entries.publishing.entry_lists import EntryList
from entries.publishing.html.absolute_urls import absolute_urls
from entries.publishing.html.excerpts import excerpt_html
from entries.publishing.jinja2 import absolute
from entries.publishing.rows.entry_row import EntryRow, label
from entries.publishing.rows.kept_html import kept_while_same
from entries.publishing.rows.keyset_pages import Cursor, Page
from entries.publishing.rows.part_rows import SourceRow
from entries.publishing.site import Site
from entries.publishing.tombstones import Tombstone, entries_in_window

PAGE_SIZE = 50  # entries
NEVER = datetime(1970, 1, 1, tzinfo=UTC)  # the last change of a feed without entries

MAX_KEPT_ENTRIES = 500
MAX_MADE_TITLE_CHARS = 80  # for a title made from the text


@dataclass(frozen=True, slots=True)
class FeedHead:
    """The feed's own metadata. URLs are absolute.

    `id` is the same in every format and on every page, and stays when the site moves. `page` is
    the list's HTML page. `first` is the feed's newest page, `here` this page of it, `newer` and
    `older` the pages beside it, empty at the ends.
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
    """An entry as text in a feed's format, and the time of its last change."""

    text: str
    updated: datetime


class Format(Protocol):
    """A feed format. The modules `atom` and `json_feed` implement it."""

    content_type: str

    def __hash__(self) -> int: ...

    def path(self, entry_list: EntryList) -> str:
        """The path of the list's feed in this format."""

    def write_entry(self, row: EntryRow) -> str: ...

    def write(
        self,
        out: TextIO,
        head: FeedHead,
        entries: Iterable[Written],
        tombstones: list[Tombstone],
        updated: datetime,
    ) -> None:
        """Write a feed, entry by entry. `entries` is read once and can have any length."""


def read_window(entry_list: EntryList, cursor: Cursor | None) -> tuple[Page, list[Tombstone]]:
    """Read a page of a list for its feeds, and the tombstones on it.

    Only the newest page has tombstones. It has one entry less for each post withdrawn from it.
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

    `place` is the query string of a later page, such as `before=…`.
    """
    path = format.path(entry_list)

    def page_url(name: str, cursor: str) -> str:
        return absolute(with_query(path, f"{name}={cursor}")) if cursor else ""

    return FeedHead(
        id=site.feed_ids + entry_list.atom_path,
        title=f"{site.title}: {entry_list.name}" if entry_list.name else site.title,
        subtitle=site.tagline,
        page=absolute(entry_list.page_path),
        first=absolute(path),
        here=absolute(with_query(path, place)),
        newer=page_url("after", page.newer) if page else "",
        older=page_url("before", page.older) if page else "",
        author_name=site.author_name or site.title,
        author_link=site.author_link or absolute("/"),
        icon=absolute(site.feed_icon_path),
    )


def with_query(path: str, query: str) -> str:
    """Add a parameter to the path's query string. An empty one changes nothing."""
    if not query:
        return path
    return f"{path}{'&' if '?' in path else '?'}{query}"


@kept_while_same(MAX_KEPT_ENTRIES)
def written(row: EntryRow, format: Format) -> Written:
    """Write entries in this format. Takes several rows at once."""
    return Written(format.write_entry(row), row.updated)


def newest_change(entries: Iterable[Written], tombstones: Iterable[Tombstone]) -> datetime:
    changes = [entry.updated for entry in entries]
    changes += [tombstone.withdrawn_at for tombstone in tombstones]
    return max(changes, default=NEVER)


def gathered_from(row: EntryRow) -> SourceRow | None:
    """The entry's source, or None if its author publishes here."""
    return row.source if row.source and row.source.canonical != Source.Canonical.SELF else None


def feed_title(row: EntryRow) -> str:
    """The entry's title, or one made from its text: Atom requires one (RFC 4287, 4.1.2)."""
    title, speaker = (strip_controls(text).strip() for text in (row.title, row.quoted_source))
    if title:
        return title
    if row.kind == Entry.Kind.LINK and row.link_host:
        # The heading in the text is the host, too.
        return strip_controls(row.link_host)
    if row.kind != Entry.Kind.QUOTATION or not speaker:
        speaker = ""
        title = excerpt_html(row.content, MAX_MADE_TITLE_CHARS)
    return title or label(row.kind, "", speaker, row.day)


def whole_text(row: EntryRow) -> str:
    """The entry's `content` as HTML, with heading link, via line, citation and tags line."""
    template = get_template("entries/feed_content.html")
    tags = [
        {"name": tag.term or tag.name, "url": absolute(tag.path)}
        for tag in (row.tags if row.tags_line else ())
    ]
    text = strip_controls(template.render({"entry": row, "tags": tags}).strip())
    return absolute_urls(text, absolute(row.path))
