"""Entries as plain rows: what a page or a feed prints, in a fixed number of queries."""

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

from .canonical_page import Standing
from .part_rows import EnclosureRow, PersonRow, SourceRow, TagRow, author_address, host, web_address
from .periods import Period

# A title may have 10,000 characters; a list shows about two lines of it.
TITLE_IN_A_LIST = 200


@dataclass(slots=True)
class EntryRow:
    """One entry with its tags, its enclosures and the source that leads.

    Fields are as stored, and an address among them may be anything that a feed wrote. The
    properties that end in `_link` are safe to put into an href: empty unless http or https
    (or mailto, for an author). Rows are equal where all their fields are, and are not changed
    once they have been read, so that what is made of one can be kept.
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
        """The day in the address."""
        return Period.of_day(self.day)

    @property
    def short_title(self) -> str:
        return shorten(self.title)

    @property
    def label(self) -> str:
        return label(self.kind, self.title, self.quoted_source, self.day)

    @property
    def local(self) -> datetime:
        """When it was published, in the site's time zone."""
        return self.published.astimezone(timezone.get_default_timezone())

    @property
    def time(self) -> str:
        moment = self.local
        return f"{moment.hour:02}:{moment.minute:02}"

    @property
    def published_in_words(self) -> str:
        """The day and the time, in the site's time zone: 9 March 2024, 12:00."""
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
        """The content below the heading of its own page."""
        return opening.whole(self.content, below=1)

    @property
    def link(self) -> str:
        return web_address(self.link_url)

    @property
    def link_host(self) -> str:
        return host(self.link_url)

    @property
    def via_link(self) -> str:
        return web_address(self.via_url)

    @property
    def via_name(self) -> str:
        return self.via_title or host(self.via_url) or self.via_url

    @property
    def quoted_link(self) -> str:
        return web_address(self.quoted_url)

    @property
    def quoted_name(self) -> str:
        return self.quoted_source or host(self.quoted_url) or self.quoted_url

    @property
    def author_link(self) -> str:
        return author_address(self.author_uri)

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
        """Attached pictures; one that only stands for the entry is not shown beside others."""
        shown = [enclosure for enclosure in self.enclosures if enclosure.is_picture]
        if "<img" in self.content or len(shown) > 1:
            return [row for row in shown if row.role != Enclosure.Role.THUMBNAIL]
        return shown

    @property
    def files(self) -> list[EnclosureRow]:
        """What is attached to be fetched."""
        return [
            row
            for row in self.enclosures
            if not row.is_picture and row.role != Enclosure.Role.THUMBNAIL
        ]

    @property
    def is_passed_on(self) -> bool:
        """Whether the source had the entry from another feed, and says from which."""
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
        site, feed = (web_address(self.origin.get(name, "")) for name in ("site_url", "url"))
        return site or feed

    @property
    def answered(self) -> list[dict[str, str]]:
        """What the entry answers: the link and the host of each that has an address."""
        addresses = (
            web_address(reply.get("href") or reply.get("ref", "")) for reply in self.in_reply_to
        )
        return [{"link": address, "host": host(address)} for address in addresses if address]

    @property
    def original_link(self) -> str:
        return web_address(self.canonical_url)

    @property
    def original_host(self) -> str:
        return host(self.canonical_url)

    @property
    def standing(self) -> Standing:
        """Which page stands for the entry."""
        policy = self.source.canonical if self.source else ""
        return Standing.of(self.path, self.canonical_url, policy)


# The columns that are read of an entry and of its source, by the names of the rows' fields.
BESIDE = ("tags", "enclosures", "source")
STORED = [each.name for each in fields(EntryRow) if each.name not in BESIDE]
OF_SOURCE = [each.name for each in fields(SourceRow)]
COLUMNS = [*STORED, *(f"source__{name}" for name in OF_SOURCE)]


def read_rows(entries: QuerySet[Entry]) -> list[EntryRow]:
    """These entries as rows, in their order. Three queries, however many they are.

    Who may see them is the caller's to decide: public pages begin at `Entry.objects.live()`.
    """
    rows = [_make_row(values) for values in entries.values_list(*COLUMNS)]
    if not rows:
        return []
    by_pk = {row.pk: row for row in rows}
    taggings = TaggedEntry.objects.filter(content_object__in=by_pk).order_by("pk")
    for pk, *tag in taggings.values_list("content_object", "tag__name", "tag__slug", "term"):
        by_pk[pk].tags.append(TagRow(*tag))
    enclosures = Enclosure.objects.filter(entry__in=by_pk).order_by("pk")
    for pk, *stated in enclosures.values_list("entry", *Enclosure.STATED):
        by_pk[pk].enclosures.append(EnclosureRow(*stated))
    return rows


def read_rows_of(pks: Sequence[int]) -> list[EntryRow]:
    """The entries with these primary keys, in this order. Three queries."""
    if not pks:
        return []
    found = {row.pk: row for row in read_rows(Entry.objects.filter(pk__in=pks).order_by())}
    return [found[pk] for pk in pks if pk in found]


def _make_row(values: Sequence[Any]) -> EntryRow:
    stored, stated = values[: len(STORED)], values[len(STORED) :]
    row = EntryRow(**dict(zip(STORED, stored, strict=True)))
    source = dict(zip(OF_SOURCE, stated, strict=True))
    # The address of a source is never NULL.
    row.source = SourceRow(**source) if source["url"] is not None else None
    return row


def label(kind: str, title: str, quoted_source: str, day: date) -> str:
    """What an entry is called where a link to it needs words. Never empty."""
    if title.strip():
        return shorten(title)
    if quoted_source.strip():
        return f"Quotation: {shorten(quoted_source)}"
    return f"{kind.capitalize()} of {Period.of_day(day).name}"


def shorten(title: str) -> str:
    title = title.strip()
    if len(title) <= TITLE_IN_A_LIST:
        return title
    return Truncator(title).chars(TITLE_IN_A_LIST)


cached_entry_path = lru_cache(maxsize=10_000)(entry_path)
