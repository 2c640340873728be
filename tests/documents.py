"""Feeds of entries that are in no database."""

from io import StringIO

from entries.publishing.feeds import atom
from entries.publishing.feeds.feed import FeedHead, Format, Written, newest_change
from entries.publishing.rows.entry_row import EntryRow

HEAD = FeedHead(
    id="tag:testserver,2024:everything",
    title="Test stead",
    subtitle="",
    page="http://testserver/",
    first="http://testserver/atom/everything/",
    here="http://testserver/atom/everything/",
    newer="",
    older="",
    author_name="Test stead",
    author_link="http://testserver/",
    icon="",
)


def document_of(rows: list[EntryRow], format: Format = atom) -> str:
    """The feed of everything, were these its entries."""
    entries = [Written(format.write_entry(row), row.updated) for row in rows]
    out = StringIO()
    format.write(out, HEAD, entries, [], newest_change(entries, []))
    return out.getvalue()
