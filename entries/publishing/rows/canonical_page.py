"""The canonical page of an entry: ours, or the original that it came from.

Decided here alone, so that the page, the sitemap, the feeds, OpenGraph and schema.org agree.
"""

from dataclasses import dataclass

from django.conf import settings

from entries.models import Source
from entries.publishing.feeds.atom_elements import as_iri

from .part_rows import web_url


@dataclass(frozen=True, slots=True)
class CanonicalPage:
    """The two pages of an entry, as absolute URLs, and which of them is canonical.

    `here` is our page. `original` is the page that the entry came from; it is empty for an entry
    written here, and if it is no http or https URL. `policy` is the source's setting, a
    Source.Canonical; it is empty for an entry written here.
    """

    here: str
    original: str
    policy: str = ""

    @classmethod
    def of(cls, path: str, canonical_url: str, policy: str | None) -> "CanonicalPage":
        return cls(settings.SITE_URL + path, web_iri(canonical_url), policy or "")

    @property
    def is_gathered(self) -> bool:
        """True if the entry's author publishes elsewhere and has not moved to this site."""
        return self.policy in (Source.Canonical.SOURCE, Source.Canonical.NOINDEX)

    @property
    def is_noindex(self) -> bool:
        """True if search engines must not show our page."""
        return self.policy == Source.Canonical.NOINDEX

    @property
    def url(self) -> str:
        """The canonical URL."""
        return self.based_on or self.here

    @property
    def based_on(self) -> str:
        """The original page of an entry from somebody else's site, else ""."""
        return self.original if self.is_gathered else ""

    @property
    def formerly(self) -> str:
        """The old page of an entry whose author has moved to this site, else ""."""
        return "" if self.is_gathered else self.original

    @property
    def in_sitemap(self) -> bool:
        return self.url == self.here and not self.is_noindex


def web_iri(url: str) -> str:
    """An http or https URL, percent-encoded as in the feeds, or "" for anything else."""
    return web_url(as_iri(url))
