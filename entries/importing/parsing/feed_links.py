"""Feed autodiscovery: the feeds that an HTML page names by `link rel=alternate`."""

from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import urljoin

from entries.lib.characters import strip_controls
from entries.lib.plaintext import squeeze

FEED_TYPES = {
    "application/atom+xml",
    "application/rss+xml",
    "application/rdf+xml",
    "application/feed+json",
    "application/json",
    "text/xml",
    "application/xml",
}
MAX_PAGE_CHARS = 512 * 1024  # the head is at the beginning of a page


@dataclass(frozen=True)
class FeedLink:
    url: str
    title: str = ""


class LinkReader(HTMLParser):
    def __init__(self):
        super().__init__()
        self.base = ""
        self.found: list[tuple[str, str]] = []

    def parse_marked_section(self, i, report=1):
        # HTML has no marked sections: browsers read a comment, the base class fails.
        return self.parse_bogus_comment(i, report)

    def handle_starttag(self, tag, attrs):
        values = {name: value or "" for name, value in reversed(attrs)}
        if tag == "base" and not self.base:
            self.base = values.get("href", "")
        rels = values.get("rel", "").lower().split()
        kind = values.get("type", "").partition(";")[0].strip().lower()
        if tag in ("link", "a") and "href" in values and "alternate" in rels and kind in FEED_TYPES:
            self.found.append((values["href"], squeeze(strip_controls(values.get("title", "")))))


def feeds_named_by(page: bytes, url: str) -> list[FeedLink]:
    """The feeds that an HTML page names, in their order on the page, without duplicates.

    `url` is that of the page. If it is empty, relative URLs stay relative.
    """
    reader = LinkReader()
    reader.feed(page.decode("utf-8", "replace")[:MAX_PAGE_CHARS])
    feeds: dict[str, FeedLink] = {}
    for href, title in reader.found:
        try:
            address = urljoin(urljoin(url, reader.base), strip_controls(href).strip())
        except ValueError:
            continue
        is_relative = not url and ":" not in address
        if is_relative or address.startswith(("http://", "https://")):
            feeds.setdefault(address, FeedLink(address, title))
    return list(feeds.values())
