"""Which source a document belongs to."""

from entries.models import Source

from .document import Fetched
from .errors import UsageError
from .feeddata import FeedData
from .identity import without_variations

# What stands before a blog's address in that of the source of its exports.
EXPORT = "wordpress-export:"


def find_source(fetched: Fetched, feed: FeedData) -> Source:
    """The source of a document that was handed in, which need not be stored yet.

    That is the one with the address it was fetched from, else that of the blog whose export it
    is, else that of its link rel=self, else that of the file. Raises UsageError without any.
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
    """What a blog's exports are known by, since each file has another name."""
    return f"{EXPORT}{without_variations(blog)}" if blog.startswith(("http:", "https:")) else ""
