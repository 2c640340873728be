"""Entries as plain rows for templates and feeds, read in a fixed number of queries."""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.text import Truncator

from entries.models import Enclosure, Entry, TaggedEntry
from entries.models.entry import entry_path
from entries.publishing.html import opening

from .canonical_page import CanonicalPage
from .part_rows import EnclosureRow, PersonRow, SourceRow, TagRow, author_url, host, web_url
from .periods import Period

# About two lines. A stored title may have 10,000 characters.
MAX_LIST_TITLE_CHARS = 200


@dataclass(slots=True)
class EntryRow:
    """One entry with its tags, its enclosures and its leading source.

    Fields are as stored: a URL among them may be anything that a feed wrote. The properties
    that end in `link` are safe to put into an href: they are empty unless http or https (or
    mailto, for an author). Rows are equal if all their fields are, and nothing changes them
    after reading, so that the HTML made from a row can be kept (kept_html.py).
    """

    pk: int
    atom_id: str
    kind: str
    status: str
    title: str
    slug: str
    day: date
    published: datetime
    updated: datetime
    modified_at: datetime
    author_name: str
    author_uri: str
    author_email: str
    people: list[list[str]]
    rights: str
    language: str
    canonical_url: str
    link_url: str
    via_url: str
    via_title: str
    quoted_source: str
    quoted_url: str
    quoted_context: str
    origin: dict[str, str]
    in_reply_to: list[dict[str, str]]
    category_details: dict[str, list[str]]
    tags_line: bool
    content: str
    summary: str
    tags: list[TagRow] = field(default_factory=list)
    enclosures: list[EnclosureRow] = field(default_factory=list)
    source: SourceRow | None = None

    def __hash__(self) -> int:
        return hash((self.pk, self.modified_at))

    @property
    def path(self) -> str:
        return cached_entry_path(self.day, self.slug)

    @property
    def period(self) -> Period:
        """The day in the entry's path."""
        return Period.of_day(self.day)

    @property
    def short_title(self) -> str:
        return shorten(self.title)

    @property
    def label(self) -> str:
        return label(self.kind, self.title, self.quoted_source, self.day)

    @property
    def local(self) -> datetime:
        """The time of publication in the site's time zone."""
        return self.published.astimezone(timezone.get_default_timezone())

    @property
    def time(self) -> str:
        moment = self.local
        return f"{moment.hour:02}:{moment.minute:02}"

    @property
    def published_in_words(self) -> str:
        """The day and time of publication in the site's time zone: 9 March 2024, 12:00."""
        moment = self.local
        return f"{Period.of_day(moment.date()).name}, {moment:%H:%M}"

    @property
    def published_iso(self) -> str:
        return self.published.isoformat(timespec="seconds")

    @property
    def opening(self) -> opening.Opening:
        return opening.opening(self.content)

    @property
    def whole(self) -> str:
        """The whole content, for the entry's own page. Headings start at <h2>."""
        return opening.whole(self.content, below=1)

    @property
    def link(self) -> str:
        return web_url(self.link_url)

    @property
    def link_host(self) -> str:
        return host(self.link_url)

    @property
    def via_link(self) -> str:
        return web_url(self.via_url)

    @property
    def via_name(self) -> str:
        return self.via_title or host(self.via_url) or self.via_url

    @property
    def quoted_link(self) -> str:
        return web_url(self.quoted_url)

    @property
    def quoted_name(self) -> str:
        return self.quoted_source or host(self.quoted_url) or self.quoted_url

    @property
    def author_link(self) -> str:
        return author_url(self.author_uri)

    @property
    def further_people(self) -> list[PersonRow]:
        return [PersonRow(*person) for person in self.people]

    @property
    def further_authors(self) -> list[PersonRow]:
        return [person for person in self.further_people if person.role == "author"]

    @property
    def contributors(self) -> list[PersonRow]:
        return [person for person in self.further_people if person.role == "contributor"]

    @property
    def pictures(self) -> list[EnclosureRow]:
        """Attached pictures. A thumbnail is left out if the entry has other pictures."""
        shown = [enclosure for enclosure in self.enclosures if enclosure.is_picture]
        if "<img" in self.content or len(shown) > 1:
            return [row for row in shown if row.role != Enclosure.Role.THUMBNAIL]
        return shown

    @property
    def files(self) -> list[EnclosureRow]:
        """Attachments that a reader downloads or plays."""
        return [
            row
            for row in self.enclosures
            if not row.is_picture and row.role != Enclosure.Role.THUMBNAIL
        ]

    @property
    def is_passed_on(self) -> bool:
        """True if the source took the entry from another feed and names that feed."""
        if not self.origin or self.source is None:
            return bool(self.origin)
        own = {self.source.url, self.source.feed_id}
        return self.origin.get("url") not in own and self.origin.get("id") not in own

    @property
    def origin_name(self) -> str:
        return (
            self.origin.get("title") or host(self.origin_link) or host(self.origin.get("url", ""))
        )

    @property
    def origin_link(self) -> str:
        site, feed = (web_url(self.origin.get(name, "")) for name in ("site_url", "url"))
        return site or feed

    @property
    def answered(self) -> list[dict[str, str]]:
        """The link and host of each post that this entry replies to, if it has a URL."""
        urls = (web_url(reply.get("href") or reply.get("ref", "")) for reply in self.in_reply_to)
        return [{"link": url, "host": host(url)} for url in urls if url]

    @property
    def original_link(self) -> str:
        return web_url(self.canonical_url)

    @property
    def original_host(self) -> str:
        return host(self.canonical_url)

    @property
    def canonical_page(self) -> CanonicalPage:
        policy = self.source.canonical if self.source else ""
        return CanonicalPage.of(self.path, self.canonical_url, policy)


# The columns to read. Those of an entry and of a source have the names of the rows' fields.
RELATED_FIELDS = ("tags", "enclosures", "source")
ENTRY_FIELDS = [each.name for each in fields(EntryRow) if each.name not in RELATED_FIELDS]
SOURCE_FIELDS = [each.name for each in fields(SourceRow)]
COLUMNS = [*ENTRY_FIELDS, *(f"source__{name}" for name in SOURCE_FIELDS)]


def read_rows(entries: QuerySet[Entry]) -> list[EntryRow]:
    """Read these entries as rows, in their order. Three queries for any number of entries.

    Does not check who may see them: public pages start at `Entry.objects.live()`.
    """
    rows = [_make_row(values) for values in entries.values_list(*COLUMNS)]
    if not rows:
        return []
    by_pk = {row.pk: row for row in rows}
    taggings = TaggedEntry.objects.filter(content_object__in=by_pk).order_by("pk")
    for pk, *tag in taggings.values_list("content_object", "tag__name", "tag__slug", "term"):
        by_pk[pk].tags.append(TagRow(*tag))
    enclosures = Enclosure.objects.filter(entry__in=by_pk).order_by("pk")
    for pk, *enclosure in enclosures.values_list("entry", *Enclosure.STATED):
        by_pk[pk].enclosures.append(EnclosureRow(*enclosure))
    return rows


def read_rows_of(pks: Sequence[int]) -> list[EntryRow]:
    """The entries with these primary keys, in this order. Three queries."""
    if not pks:
        return []
    found = {row.pk: row for row in read_rows(Entry.objects.filter(pk__in=pks).order_by())}
    return [found[pk] for pk in pks if pk in found]


def _make_row(values: Sequence[Any]) -> EntryRow:
    of_entry, of_source = values[: len(ENTRY_FIELDS)], values[len(ENTRY_FIELDS) :]
    row = EntryRow(**dict(zip(ENTRY_FIELDS, of_entry, strict=True)))
    source = dict(zip(SOURCE_FIELDS, of_source, strict=True))
    # A source always has a URL: NULL means that the entry has no source.
    row.source = SourceRow(**source) if source["url"] is not None else None
    return row


def label(kind: str, title: str, quoted_source: str, day: date) -> str:
    """The text of a link to an entry: its title, or words made for it. Never empty."""
    if title.strip():
        return shorten(title)
    if quoted_source.strip():
        return f"Quotation: {shorten(quoted_source)}"
    return f"{kind.capitalize()} of {Period.of_day(day).name}"


def shorten(title: str) -> str:
    title = title.strip()
    if len(title) <= MAX_LIST_TITLE_CHARS:
        return title
    return Truncator(title).chars(MAX_LIST_TITLE_CHARS)


cached_entry_path = lru_cache(maxsize=10_000)(entry_path)
