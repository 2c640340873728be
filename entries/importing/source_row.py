"""Finds, creates and updates the `Source` row that a document belongs to."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from entries.importing.fetching.fetched import Fetched
from entries.importing.normalizing.keys import without_variations
from entries.importing.normalizing.source_policies import set_policies
from entries.importing.parsing.parser import FeedData
from entries.models import Source

from .errors import UsageError
from .lease import hold_source

# The URL of the source of a blog's exports begins with this; the blog's own URL follows.
EXPORT_SCHEME = "wordpress-export:"


@contextmanager
def store_and_hold(
    source: Source, policies: Mapping[str, str], on_entries: Callable[[int], None]
) -> Iterator[Callable[[int], None]]:
    """Save a new source and take its lease; gives the callback that renews the lease too.

    If another process has saved a source with the same URL meanwhile, `source` becomes that row
    and gets these policies. Raises BusyError while another run is importing it.
    """
    columns = [column for column in source._meta.concrete_fields if not column.primary_key]
    values = {column.name: getattr(source, column.name) for column in columns}
    row, is_new = Source.objects.get_or_create(url=values.pop("url"), defaults=values)
    with hold_source(row, on_entries) as on_batch:
        if not is_new:
            row = Source.objects.get(pk=row.pk)
            set_policies(row, policies, save=True)
        for column in source._meta.concrete_fields:
            setattr(source, column.attname, getattr(row, column.attname))
        source._state.adding = False
        yield on_batch


def find_source(fetched: Fetched, feed: FeedData) -> Source:
    """Returns the source of a document that was not fetched for a known one; may be unsaved.

    Its URL is the one that the document was fetched from, else that of the blog whose export it
    is, else its link rel=self, else its file. Raises UsageError where there is none of them.
    """
    url = fetched.url or export_url(feed.export_of) or feed.self_url
    if not url.startswith(("http://", "https://", "file:", EXPORT_SCHEME)):
        url = fetched.fallback_url
    if not url:
        raise UsageError(fetched.name, "it does not say what its URL is; give it with --url URL")
    url = Source.objects.feed_of(url)
    return Source.objects.known_as(url) or Source(url=url, status=Source.Status.FILE)


def export_url(blog: str) -> str:
    """Returns the one URL for all exports of a blog, whose files have varying names."""
    return (
        f"{EXPORT_SCHEME}{without_variations(blog)}" if blog.startswith(("http:", "https:")) else ""
    )


def update_source(source: Source, feed: FeedData, *, save: bool) -> None:
    """Copy the feed's own title, links, author and so on to the source; save those that changed."""
    stated = {
        "title": feed.title,
        "subtitle": feed.subtitle,
        "site_url": feed.site_url,
        "feed_id": feed.feed_id,
        "language": feed.context.language[:64],
        "author_name": feed.context.author.name,
        "author_uri": feed.context.author.uri,
        "author_email": feed.context.author.email,
        "rights": feed.rights,
        "icon": feed.icon,
    }
    news = {name: value for name, value in stated.items() if getattr(source, name) != value}
    for name, value in news.items():
        setattr(source, name, value)
    if save and news:
        source.save(update_fields=news)
