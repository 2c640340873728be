"""The words and terms of each entry that search finds it by, written with the entry."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import islice
from types import MappingProxyType
from typing import Any

from django.apps import apps
from django.db import models, transaction

from entries.lib.plaintext import visible_text
from entries.lib.words import split_words

from .locking import locking, retry_deadlocks

BATCH = 1000  # entries
# Shorter, so that whoever else writes waits for less than a second.
REBUILT_AT_ONCE = 200
# PostgreSQL counts the places of words up to 16,383, and holds 1 MB of them.
MOST_WORDS = 16_000
MOST_BYTES = 200_000
MOST_MARKUP = 1_000_000  # characters

# Places count seconds, and within each the last 24 bits of the primary key.
PK_BITS = 24
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

SEARCHED = (
    "pk", "published", "status", "kind", "source", "title", "quoted_source", "content", "summary",
    "quoted_context", "via_title", "author_name", "link_url",
)  # fmt: skip
# The columns of an entry that its document repeats, by the names that an update may use.
REPEATED = frozenset([*SEARCHED[1:], "source_id", "imported_at"])
# Terms that only the editor's filters use.
WAITING, MISSING, WRITTEN_HERE = "waiting=yes", "missing=yes", "written=here"


class SearchDocument(models.Model):
    """The words of an entry, as `split_words` makes them, single spaces between.

    The database's own full text index follows this table: an FTS5 table by triggers in
    SQLite, a generated tsvector in PostgreSQL.
    """

    entry = models.OneToOneField(
        "entries.Entry", on_delete=models.CASCADE, primary_key=True, related_name="document"
    )
    place = models.BigIntegerField(
        unique=True, help_text="Orders by `published`, then by primary key."
    )
    title = models.TextField()
    terms = models.TextField(help_text="What is known of the entry: status=live kind=link tag=5.")
    text = models.TextField()

    def __str__(self):
        return self.title


def place_of(published: datetime, pk: int = 0) -> int:
    """Return the place of an entry in the order of search: the newest has the highest."""
    seconds = (published - EPOCH) // timedelta(seconds=1)
    return (seconds << PK_BITS) | (pk & ((1 << PK_BITS) - 1))


def index_entries(pks: Iterable[int]) -> None:
    """Write the documents of these entries. Five queries for each thousand of them.

    Within `indexed_together`, they only wait for its end.
    """
    waiting = _waiting.get()
    if waiting is not None:
        waiting.update(pks)
        return
    rest = iter(pks)
    while batch := list(islice(rest, BATCH)):
        with transaction.atomic(savepoint=False):
            _index(batch)


def index_all() -> Iterator[int]:
    """Write all documents in batches. Yields the number of entries of each batch."""
    Entry = apps.get_model("entries.Entry")
    last = 0
    entries = Entry.objects.order_by("pk").values_list("pk", flat=True)
    while batch := list(entries.filter(pk__gt=last)[:REBUILT_AT_ONCE]):
        last = batch[-1]
        retry_deadlocks(partial(index_entries, batch))
        yield len(batch)


@contextmanager
def indexed_together() -> Iterator[None]:
    """Index once, at the end of a transaction, all entries that are written within."""
    with transaction.atomic(savepoint=False):
        if _waiting.get() is not None:
            yield
            return
        waiting: set[int] = set()
        token = _waiting.set(waiting)
        try:
            yield
        finally:
            _waiting.reset(token)
        index_entries(sorted(waiting))


_waiting: ContextVar[set[int] | None] = ContextVar("waiting", default=None)


def _index(pks: Sequence[int]) -> None:
    Entry = apps.get_model("entries.Entry")
    # With the lock, the second of two transactions sees the rows that the first has written.
    SearchDocument.objects.bulk_create(
        [SearchDocument(**document) for document in read_documents(locking(Entry, pks))],
        update_conflicts=True,
        unique_fields=["entry"],
        update_fields=["place", "title", "terms", "text"],
    )


def read_documents(entries: models.QuerySet) -> list[dict[str, Any]]:
    """Make the documents of entries from their stored rows. Four queries."""
    TaggedEntry = apps.get_model("entries.TaggedEntry")
    rows = list(entries.values(*SEARCHED, "imported_at"))
    tags = TaggedEntry.objects.filter(content_object__in=[row["pk"] for row in rows])
    taggings = tags.order_by("pk").values_list("content_object", "tag")
    return make_documents(rows, taggings, read_marks(rows))


def read_marks(rows: Sequence[Mapping[str, Any]]) -> dict[str, set[int]]:
    """Return the entries that wait for an editor, are missing upstream, or were written here."""
    Sighting = apps.get_model("entries.Sighting")
    UpstreamChange = apps.get_model("entries.UpstreamChange")
    pks = [row["pk"] for row in rows]
    waiting = UpstreamChange.objects.filter(entry__in=pks).order_by()
    missing = Sighting.objects.missing().filter(entry__in=pks)
    return {
        WAITING: set(waiting.values_list("entry", flat=True)),
        MISSING: set(missing.values_list("entry", flat=True)),
        WRITTEN_HERE: {
            row["pk"] for row in rows if row["source"] is None and row["imported_at"] is None
        },
    }


def make_documents(
    entries: Iterable[Mapping[str, Any]],
    taggings: Iterable[tuple[int, int]],
    marks: Mapping[str, Collection[int]] = MappingProxyType({}),
) -> list[dict[str, Any]]:
    """The documents of entries, given as their SEARCHED columns, of (entry, tag), and of marks.

    `marks` has for each such term the entries that have it.
    """
    further: dict[int, list[str]] = {}
    for pk, tag in taggings:
        further.setdefault(pk, []).append(f"tag={tag}")
    for mark, pks in marks.items():
        for pk in pks:
            further.setdefault(pk, []).append(mark)
    return [
        {
            "entry_id": entry["pk"],
            "place": place_of(entry["published"], entry["pk"]),
            "title": _words(_title(entry)),
            "terms": " ".join([*_terms(entry), *further.get(entry["pk"], [])]),
            "text": _words(searched_text(entry)),
        }
        for entry in entries
    ]


def _title(entry: Mapping[str, Any]) -> str:
    title, said_by = entry["title"], entry["quoted_source"]
    return title if said_by in title else f"{title} {said_by}"


def _terms(entry: Mapping[str, Any]) -> list[str]:
    terms = [f"status={entry['status']}", f"kind={entry['kind']}"]
    return [*terms, f"source={entry['source']}"] if entry["source"] else terms


def searched_text(entry: Mapping[str, Any]) -> str:
    """The searched text of an entry without its title. The content comes first."""
    content = visible_text(entry["content"][:MOST_MARKUP])
    summary = "" if entry["summary"] in content else entry["summary"]
    rest = ("quoted_context", "via_title", "author_name", "link_url")
    return " ".join([content, summary, *(entry[name] for name in rest)])


def _words(text: str) -> str:
    words = " ".join(split_words(text[:MOST_BYTES])[:MOST_WORDS])
    if len(words) * 4 <= MOST_BYTES:
        return words
    return words.encode()[:MOST_BYTES].decode(errors="ignore").strip()
