"""Find the source that a document belongs to."""

from entries.models import Source

from .document import Fetched
from .errors import UsageError
from .feeddata import FeedData
from .identity import without_variations

# The source of a blog's exports has this and the blog's address for an address.
EXPORT = "wordpress-export:"


def find_source(fetched: Fetched, feed: FeedData) -> Source:
    """The source of a document that was handed in, which need not be stored yet.

    It is known by the address that the document was fetched from, else by the blog whose export
    it is, else by its link rel=self, else by its file. Raises UsageError without any.
    """
    url = fetched.url or export_address(feed.export_of) or feed.self_url
    if not url.startswith(("http://", "https://", "file:", EXPORT)):
        url = fetched.fallback_url
    if not url:
        raise UsageError(
            fetched.name, "nothing in it says what its address is; name it with --url URL"
        )
    url = Source.objects.feed_of(url)
    return Source.objects.known_as(url) or Source(url=url, status=Source.Status.FILE)


def export_address(blog: str) -> str:
    """The address that stands for all exports of a blog: their files have other names each."""
    return f"{EXPORT}{without_variations(blog)}" if blog.startswith(("http:", "https:")) else ""
