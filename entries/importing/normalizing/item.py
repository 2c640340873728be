"""One entry of a document on its way in: what can be told of it without a database."""

import traceback
import zlib
from dataclasses import dataclass, field, replace
from datetime import date, datetime, tzinfo
from typing import NamedTuple

from entries.importing.parsing.feed_data import EntryData, Envelope
from entries.lib.characters import strip_controls

from .dates import EntryDates, find_dates
from .entry_values import EntryValues, find_address, find_values, is_empty
from .keys import Key, find_keys
from .received_bytes import received_bytes, received_hash
from .repeats import statement_hash

MAX_ERROR_CHARS = 200


class Known(NamedTuple):
    """A sighting in the database, as far as it takes to tell whether anything is to do."""

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
class Frame:
    """What an entry is read against: the moment, the time zones, and its source.

    `zone` is that of times that the source gives without one, `site_zone` that of the days in
    addresses here, `home` the address of the source's front page.
    """

    now: datetime
    zone: tzinfo
    site_zone: tzinfo
    source_pk: int
    home: str


@dataclass
class Item:
    """One entry of the document on its way in.

    `place` is its position in its batch. `received` are its bytes, compressed, `length` of them
    before that; `envelope` is what stands around them in the document. `address` is the day
    and the slug that it wishes for. `values` is what cleaning makes of it, as soon as that has
    been asked for. `error` is the traceback of what went wrong while it was read; `skip` then has
    the reason. The fields from `guid_is_its_own` on are what matching finds out.
    """

    place: int
    data: EntryData
    received: bytes
    received_hash: str
    statement_hash: str
    guid: str
    dates: EntryDates
    keys: list[Key] = field(default_factory=list)
    address: tuple[date, str] | None = None
    is_empty: bool = False
    skip: str = ""  # why it is left out, such as that the document states it twice
    error: str = ""
    length: int = 0
    envelope: Envelope | None = None
    values: "EntryValues | Spoilt | None" = None
    guid_is_its_own: bool = True
    known: Known | None = None
    rule: str = "new"
    filtered_by: str = ""  # the filter that leaves it out
    is_unchanged: bool = False
    is_cleaned_anew: bool = False  # unchanged, but what was known was cleaned by other rules


@dataclass(frozen=True)
class Spoilt:
    """An error of our own, or of a library, over one entry: a reason for people, a traceback."""

    reason: str
    traceback: str

    @classmethod
    def by(cls, error: Exception) -> "Spoilt":
        what = repr(error)[:MAX_ERROR_CHARS]
        return cls(
            f"an error of this program's own while it was read: {what}",
            "".join(traceback.format_exception(error)),
        )


def item_of(place: int, data: EntryData, frame: Frame) -> Item:
    """An item for an entry; a skipped one, with the reason, when anything raises over it."""
    try:
        return make_item(place, data, frame)
    # Whatever an entry brings to light in our code or a library costs that entry alone.
    except Exception as error:
        return spoilt_item(place, data, frame, Spoilt.by(error))


def make_item(place: int, data: EntryData, frame: Frame) -> Item:
    received, envelope, hashed = received_bytes(data), data.envelope, received_hash(data)
    # The item has them itself, compressed.
    data = replace(data, received=b"", envelope=None)
    dates = find_dates(data, frame.now, frame.zone)
    # A date that was only made up here would give other keys in every run.
    own = dates.published if dates.is_own else None
    return Item(
        place,
        data,
        zlib.compress(received),
        hashed,
        statement_hash(data),
        data.guid,
        dates,
        find_keys(data, frame.source_pk, own, frame.home),
        find_address(data, dates, frame.site_zone),
        is_empty(data),
        skip=data.left_out,
        length=len(received),
        envelope=envelope,
    )


def spoilt_item(place: int, data: EntryData, frame: Frame, spoilt: Spoilt) -> Item:
    """An item that only says which entry it was that could not be read, as far as can be told."""
    guid, title = (strip_controls(text)[:MAX_ERROR_CHARS] for text in (data.guid, data.title))
    dates = EntryDates(frame.now, frame.now, "first seen", [])
    data = EntryData(guid=guid, title=title, context=data.context)
    return Item(place, data, b"", "", "", guid, dates, skip=spoilt.reason, error=spoilt.traceback)


def values_of(data: EntryData) -> EntryValues | Spoilt:
    """What `find_values` makes of an entry, or why it can't be told."""
    try:
        return find_values(data)
    except Exception as error:
        return Spoilt.by(error)
