"""The bytes of an entry as it was received, and what decides whether they are unchanged."""

from hashlib import blake2b

from entries.importing.parsing.feed_data import EntryData

from .entry_values import CLEANING_VERSION


def received_bytes(data: EntryData) -> bytes:
    """The bytes to keep of an entry.

    They are JSON of its parsed fields, and of what it takes from its feed, where its document
    could not be cut into entries.
    """
    if data.envelope or not data.received:
        return data.received
    return b'{"entry": %s, "feed": %s}' % (data.received, data.context.as_json.encode())


def received_hash(data: EntryData) -> str:
    """A hash of all that decides what becomes of an entry, after the version of cleaning.

    The feed's own date is left out: it changes with every new post, and says nothing new of
    this one.
    """
    decides = data.received + data.context.as_json_without_date.encode()
    return f"{CLEANING_VERSION}:{blake2b(decides, digest_size=16).hexdigest()}"


def is_same_but_for_cleaning(one: str, other: str) -> bool:
    """True for hashes that differ in the version of cleaning alone."""
    return one != other and one.partition(":")[2] == other.partition(":")[2]
