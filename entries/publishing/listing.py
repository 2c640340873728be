"""Entries as plain rows: what a page or a feed prints, in a fixed number of queries."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from urllib.parse import urlsplit

from django.urls import reverse
from django.utils import timezone
from django.utils.text import Truncator

from entries.models import Enclosure, Entry, Sighting, Source, TaggedEntry
from entries.models.entry import entry_path

from . import body
from .periods import Period

# A title may have 10,000 characters; a list shows about two lines of it.
TITLE_IN_A_LIST = 200

ENTRY_FIELDS = (
    "pk", "atom_id", "kind", "status", "title", "slug", "day", "published", "updated",
    "modified_at", "content", "summary", "author_name", "author_uri", "author_email", "language",
    "canonical_url", "link_url", "via_url", "via_title", "quoted_source", "quoted_url",
    "quoted_context", "tags_line",
)  # fmt: skip


@dataclass(slots=True)
class TagRow:
    """A tag of an entry. `term` is the feed's own spelling, empty where it is the name."""

    name: str
    slug: str
    term: str = ""

    @property
    def path(self) -> str:
        return tag_path(self.slug)


@dataclass(slots=True)
class EnclosureRow:
    href: str
    type: str
    length: int | None

    @property
    def link(self) -> str:
        return web_address(self.href)

    @property
    def name(self) -> str:
        """The last part of the address, to be read."""
        return self.href.rstrip("/").rpartition("/")[2] or self.href


@dataclass(slots=True)
class SourceRow:
    """The feed whose sighting leads: what it says of itself, and which page is the original."""

    title: str
    url: str
    site_url: str
    feed_id: str
    canonical: str
    subtitle: str
    author_name: str
    author_uri: str
    author_email: str
    rights: str
    icon: str

    @property
    def site_link(self) -> str:
        return web_address(self.site_url)

    @property
    def name(self) -> str:
        return self.title or host(self.site_url) or host(self.url) or self.url


@dataclass(slots=True)
class EntryRow:
    """One entry with its tags, its enclosures and the source that leads.

    Fields are as stored, and an address among them may be anything that a feed wrote. The
    properties that end in `_link` are safe to put into an href: empty unless http or https
    (or mailto, for an author).
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
    content: str
    summary: str
    author_name: str
    author_uri: str
    author_email: str
    language: str
    canonical_url: str
    link_url: str
    via_url: str
    via_title: str
    quoted_source: str
    quoted_url: str
    quoted_context: str
    tags_line: bool
    tags: list[TagRow] = field(default_factory=list)
    enclosures: list[EnclosureRow] = field(default_factory=list)
    source: SourceRow | None = None

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
    def time(self) -> str:
        return f"{timezone.localtime(self.published):%H:%M}"

    @property
    def published_iso(self) -> str:
        return self.published.isoformat(timespec="seconds")

    @property
    def opening(self) -> body.Opening:
        return body.opening(self.content)

    @property
    def whole(self) -> str:
        """The content below the heading of its own page."""
        return body.whole(self.content, below=1)

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
        uri = self.author_uri.strip()
        return uri if uri.lower().startswith("mailto:") else web_address(uri)

    @property
    def original_link(self) -> str:
        return web_address(self.canonical_url)

    @property
    def original_host(self) -> str:
        return host(self.canonical_url)

    @property
    def canonical_here(self) -> bool:
        """Whether search engines are told that our page is the original."""
        return (
            self.source is None
            or self.source.canonical == Source.Canonical.SELF
            or not self.original_link
        )


def read_rows(pks: Sequence[int]) -> list[EntryRow]:
    """The entries with these primary keys, in this order. Four queries.

    Who may see them is the caller's to decide: the keys come from `Entry.objects.live()`.
    """
    found = Entry.objects.filter(pk__in=pks).order_by().values_list(*ENTRY_FIELDS)
    rows = {values[0]: EntryRow(*values) for values in found}
    taggings = (
        TaggedEntry.objects.filter(content_object__in=pks)
        .order_by("pk")
        .values_list("content_object", "tag__name", "tag__slug", "term")
    )
    for pk, *tag in taggings:
        if pk in rows:
            rows[pk].tags.append(TagRow(*tag))
    enclosures = (
        Enclosure.objects.filter(entry__in=pks)
        .order_by("pk")
        .values_list("entry", "href", "type", "length")
    )
    for pk, href, media_type, length in enclosures:
        if pk in rows:
            rows[pk].enclosures.append(EnclosureRow(href, media_type, length))
    sources = Sighting.objects.filter(entry__in=pks, leads=True).values_list(
        "entry", *(f"source__{name}" for name in SourceRow.__slots__)
    )
    for pk, *source in sources:
        if pk in rows:
            rows[pk].source = SourceRow(*source)
    return [rows[pk] for pk in pks if pk in rows]


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


@lru_cache(maxsize=10_000)
def tag_path(slug: str) -> str:
    return reverse("entries:tag", args=[slug])


def web_address(url: str) -> str:
    """The address if it is one of the web (http or https, with a host), else nothing."""
    url = url.strip()
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return url if parts.scheme in ("http", "https") and parts.hostname else ""


def host(url: str) -> str:
    """The host that an address of the web names, without www."""
    if not web_address(url):
        return ""
    return (urlsplit(url.strip()).hostname or "").removeprefix("www.")
