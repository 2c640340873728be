"""What belongs to an entry, as plain rows, and the addresses in them that are safe to link to."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from urllib.parse import urlsplit

from django.urls import reverse

from entries.models import Enclosure


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
    title: str = ""
    hreflang: str = ""
    role: str = Enclosure.Role.ENCLOSURE

    @property
    def link(self) -> str:
        return web_address(self.href)

    @property
    def is_picture(self) -> bool:
        """Whether it is to be looked at here, and not to be fetched."""
        if self.role == Enclosure.Role.ENCLOSURE or not self.link:
            return False
        return self.role == Enclosure.Role.THUMBNAIL or self.type.startswith("image/")

    @property
    def name(self) -> str:
        """Its title, else the last part of the address, to be read."""
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
        return author_address(self.uri)


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
    feed_updated: datetime | None

    @property
    def site_link(self) -> str:
        return web_address(self.site_url)

    @property
    def name(self) -> str:
        # Not its address: that may be the name of a file on our own disk.
        return self.title or host(self.site_url) or host(self.url) or "an unnamed feed"


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


def author_address(uri: str) -> str:
    """The address of an author's page, or of the author, if it can be linked to."""
    uri = uri.strip()
    return uri if uri.lower().startswith("mailto:") else web_address(uri)


def host(url: str) -> str:
    """The host that an address of the web names, without www."""
    if not web_address(url):
        return ""
    return (urlsplit(url.strip()).hostname or "").removeprefix("www.")
