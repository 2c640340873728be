"""Which page stands for an entry: ours, or the one that it came from.

Said once, so that the page, the sitemap, the feeds, OpenGraph and schema.org agree.
"""

from dataclasses import dataclass

from django.conf import settings

from entries.models import Source
from entries.publishing.feeds.atom_elements import as_iri

from .part_rows import web_address


@dataclass(frozen=True, slots=True)
class Standing:
    """The pages of an entry, as whole addresses, and what is to be said of them.

    `original` is empty for what was written here, and where it is no page of the web.
    `policy` is the source's, empty for what was written here.
    """

    here: str
    original: str
    policy: str = ""

    @classmethod
    def of(cls, path: str, canonical_url: str, policy: str | None) -> "Standing":
        return cls(settings.SITE_URL + path, web_iri(canonical_url), policy or "")

    @property
    def is_gathered(self) -> bool:
        """Whether it is somebody else's, who has not moved in here."""
        return self.policy in (Source.Canonical.SOURCE, Source.Canonical.NOINDEX)

    @property
    def is_noindex(self) -> bool:
        """Whether our page is to be found by no search engine."""
        return self.policy == Source.Canonical.NOINDEX

    @property
    def canonical(self) -> str:
        return self.based_on or self.here

    @property
    def based_on(self) -> str:
        """The original page of what is gathered."""
        return self.original if self.is_gathered else ""

    @property
    def formerly(self) -> str:
        """The page that an author who has moved in here had before."""
        return "" if self.is_gathered else self.original

    @property
    def in_sitemap(self) -> bool:
        return self.canonical == self.here and not self.is_noindex


def web_iri(address: str) -> str:
    """The address of a page of the web, as the feeds print it; else nothing."""
    return web_address(as_iri(address))
