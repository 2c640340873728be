"""`Item`: one entry during its import, with all that can be found without the database."""

import traceback
import zlib
from dataclasses import dataclass, field, replace
from datetime import date, datetime, tzinfo
from typing import NamedTuple

from entries.importing.parsing.feed_data import EntryData, Envelope
from entries.lib.characters import strip_controls

from .dates import EntryDates, find_dates
from .entry_values import EntryValues, find_day_and_slug, find_values, is_empty
from .keys import Key, find_keys
from .received_bytes import received_bytes, received_hash
from .repeats import statement_hash

MAX_ERROR_CHARS = 200


class KnownSighting(NamedTuple):
    """The columns of a stored sighting that tell whether an entry is new or changed."""

    value: str
    pk: int
    source_id: int
    entry_id: int | None
    status: str | None
    received_hash: str
    atom_id: str | None
    filtered_by: str
    statement_hash: str


@dataclass(frozen=True)
class ImportContext:
    """The facts about the run and its source that reading an entry needs.

    `zone` applies to the source's times without a zone, `site_zone` to the days in our URLs.
    `home` is the URL of the source's front page.
    """

    now: datetime
    zone: tzinfo
    site_zone: tzinfo
    source_pk: int
    home: str


@dataclass
class Item:
    """One entry of a document during its import.

    From reading: `place` is the position in the batch. `received` is the entry's bytes,
    compressed; `length` is their number before that, and `envelope` the document around it.
    `day_and_slug` are those wanted for the permalink. `error` is the traceback if reading the
    entry raised; then `skip` has the reason.

    From cleaning: `values`, None until the item has been cleaned.

    From matching: `has_own_guid` and the fields after it.
    """

    place: int
    data: EntryData
    received: bytes
    received_hash: str
    statement_hash: str
    guid: str
    dates: EntryDates
    keys: list[Key] = field(default_factory=list)
    day_and_slug: tuple[date, str] | None = None
    is_empty: bool = False
    skip: str = ""  # why it is skipped, such as a repeat within the document
    error: str = ""
    length: int = 0
    envelope: Envelope | None = None
    values: "EntryValues | EntryFailure | None" = None
    has_own_guid: bool = True
    known: KnownSighting | None = None
    rule: str = "new"
    filtered_by: str = ""  # the source's filter that keeps it out
    is_unchanged: bool = False
    differs_only_in_cleaning: bool = False  # same bytes, but CLEANING_VERSION has changed


@dataclass(frozen=True)
class EntryFailure:
    """An exception raised by one entry: a reason for people, and the traceback."""

    reason: str
    traceback: str

    @classmethod
    def by(cls, error: Exception) -> "EntryFailure":
        what = repr(error)[:MAX_ERROR_CHARS]
        return cls(
            f"an error of this program's own while it was read: {what}",
            "".join(traceback.format_exception(error)),
        )


def make_item_or_skip(place: int, data: EntryData, context: ImportContext) -> Item:
    """Returns an item, or a skipped one with the reason when reading the entry raises."""
    try:
        return make_item(place, data, context)
    # An error of ours or of a library must cost only this entry.
    except Exception as error:
        return failed_item(place, data, context, EntryFailure.by(error))


def make_item(place: int, data: EntryData, context: ImportContext) -> Item:
    received, envelope, hashed = received_bytes(data), data.envelope, received_hash(data)
    # The item keeps them itself, compressed.
    data = replace(data, received=b"", envelope=None)
    dates = find_dates(data, context.now, context.zone)
    # A date that the entry does not state would give other keys in every run.
    own = dates.published if dates.is_own else None
    return Item(
        place,
        data,
        zlib.compress(received),
        hashed,
        statement_hash(data),
        data.guid,
        dates,
        find_keys(data, context.source_pk, own, context.home),
        find_day_and_slug(data, dates, context.site_zone),
        is_empty(data),
        skip=data.left_out,
        length=len(received),
        envelope=envelope,
    )


def failed_item(place: int, data: EntryData, context: ImportContext, failure: EntryFailure) -> Item:
    """Returns a skipped item with the id and title of the entry that could not be read."""
    guid, title = (strip_controls(text)[:MAX_ERROR_CHARS] for text in (data.guid, data.title))
    dates = EntryDates(context.now, context.now, "first seen", [])
    data = EntryData(guid=guid, title=title, context=data.context)
    return Item(place, data, b"", "", "", guid, dates, skip=failure.reason, error=failure.traceback)


def try_find_values(data: EntryData) -> EntryValues | EntryFailure:
    """Like `find_values`, but returns an EntryFailure instead of raising."""
    try:
        return find_values(data)
    except Exception as error:
        return EntryFailure.by(error)
