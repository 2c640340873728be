"""The parts of an EntryRow: tags, enclosures, people, the source; and URLs safe to link to."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from urllib.parse import urlsplit

from django.urls import reverse

from entries.models import Enclosure


@dataclass(slots=True)
class TagRow:
    """A tag of an entry. `term` is the feed's own spelling, empty if it is the tag's name."""

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
    title: str = ""
    hreflang: str = ""
    role: str = Enclosure.Role.ENCLOSURE

    @property
    def link(self) -> str:
        return web_url(self.href)

    @property
    def is_picture(self) -> bool:
        """True if pages show it as a picture. False for a file to download."""
        if self.role == Enclosure.Role.ENCLOSURE or not self.link:
            return False
        return self.role == Enclosure.Role.THUMBNAIL or self.type.startswith("image/")

    @property
    def name(self) -> str:
        """Its title, else the last part of its URL."""
        return self.title or self.href.partition("?")[0].rstrip("/").rpartition("/")[2] or self.href


@dataclass(slots=True)
class PersonRow:
    """A further author or a contributor."""

    role: str
    name: str
    uri: str
    email: str

    @property
    def label(self) -> str:
        return self.name or host(self.uri) or self.uri

    @property
    def link(self) -> str:
        return author_url(self.uri)


@dataclass(slots=True)
class SourceRow:
    """The source whose sighting leads the entry.

    `canonical` is the source's setting, a Source.Canonical. The other fields are the feed's own.
    """

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
    feed_updated: datetime | None

    @property
    def site_link(self) -> str:
        return web_url(self.site_url)

    @property
    def name(self) -> str:
        # The URL is not used as a name: it may be the path of a file on the server.
        return self.title or host(self.site_url) or host(self.url) or "an unnamed feed"


@lru_cache(maxsize=10_000)
def tag_path(slug: str) -> str:
    return reverse("entries:tag", args=[slug])


def web_url(url: str) -> str:
    """The URL if it is http or https and has a host, else ""."""
    url = url.strip()
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return url if parts.scheme in ("http", "https") and parts.hostname else ""


def author_url(uri: str) -> str:
    """The URI of an author if it is http, https or mailto, else ""."""
    uri = uri.strip()
    return uri if uri.lower().startswith("mailto:") else web_url(uri)


def host(url: str) -> str:
    """The host of an http or https URL, without `www.`, else ""."""
    if not web_url(url):
        return ""
    return (urlsplit(url.strip()).hostname or "").removeprefix("www.")
