"""The source that a document belongs to: found, stored, and told what the feed says of itself."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from entries.importing.fetching.fetched import Fetched
from entries.importing.normalizing.keys import without_variations
from entries.importing.normalizing.source_policies import set_policies
from entries.importing.parsing.parser import FeedData
from entries.models import Source

from .errors import UsageError
from .lease import leased

# The source of a blog's exports has this and the blog's address for an address.
EXPORT = "wordpress-export:"


@contextmanager
def stored_and_held(
    source: Source, policies: Mapping[str, str], on_entries: Callable[[int], None]
) -> Iterator[Callable[[int], None]]:
    """Store a new source and hold it; gives the callback that also holds on to it.

    Where somebody else has stored the same address meanwhile, the source becomes that row, and
    gets these policies. Raises BusyError while another run imports it.
    """
    columns = [column for column in source._meta.concrete_fields if not column.primary_key]
    values = {column.name: getattr(source, column.name) for column in columns}
    row, is_new = Source.objects.get_or_create(url=values.pop("url"), defaults=values)
    with leased(row, on_entries) as on_batch:
        if not is_new:
            row = Source.objects.get(pk=row.pk)
            set_policies(row, policies, save=True)
        for column in source._meta.concrete_fields:
            setattr(source, column.attname, getattr(row, column.attname))
        source._state.adding = False
        yield on_batch


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


def update_source(source: Source, feed: FeedData, *, save: bool) -> None:
    """Take over what the feed says of itself, and save what of it is new."""
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
