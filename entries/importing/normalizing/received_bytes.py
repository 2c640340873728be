"""The bytes that are kept of an entry, and the hash that shows whether they have changed."""

from hashlib import blake2b

from entries.importing.parsing.feed_data import EntryData

from .entry_values import CLEANING_VERSION


def received_bytes(data: EntryData) -> bytes:
    """Returns the bytes to keep of an entry.

    Where its document could not be split into entries, they are JSON: the parsed fields of the
    entry and the fields of its feed that apply to it.
    """
    if data.envelope or not data.received:
        return data.received
    return b'{"entry": %s, "feed": %s}' % (data.received, data.context.as_json.encode())


def received_hash(data: EntryData) -> str:
    """Returns the CLEANING_VERSION and a hash of the entry and the feed fields that apply to it.

    The feed's own date is not included: it changes with every new post.
    """
    hashed = data.received + data.context.as_json_without_date.encode()
    return f"{CLEANING_VERSION}:{blake2b(hashed, digest_size=16).hexdigest()}"


def is_same_but_for_cleaning(one: str, other: str) -> bool:
    """True if the hashes differ only in the CLEANING_VERSION."""
    return one != other and one.partition(":")[2] == other.partition(":")[2]
