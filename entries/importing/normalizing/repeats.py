"""Finds entries that one document contains twice, as opposed to entries that only share an id.

Two entries are the same if id, link, title, publication date, text and enclosures are equal. They
are two versions of one entry (RFC 4287, 4.1.1) if id, link, title and publication date are equal
and `updated` differs. All others are different entries.
"""

import hashlib
from collections.abc import Sequence

from entries.importing.parsing.feed_data import EntryData, StatedDate

STATED_TWICE = "the feed states it twice; the newest counts"
STATED_TWICE_FAR_APART = "the feed states it twice, far apart; the first counts"


def statement_hash(data: EntryData) -> str:
    """Returns a hash of the entry's content. White space in its text makes no difference."""
    # Without an id, a different `updated` means another entry.
    date = stated_date(data) or ("" if data.guid else text_of(data.updated))
    text = " ".join(data.body.value.split())
    return digest(data.guid, data.link, data.title, date, text, *data.stated_media)


def stated_date(data: EntryData) -> str:
    return text_of(data.published) or text_of(data.created)


def text_of(date: StatedDate | None) -> str:
    return date.text if date else ""


def version_hash(data: EntryData) -> str:
    """Returns a hash that all versions of one entry share, or "" if a field for it is missing."""
    parts = (data.guid, data.link, data.title, stated_date(data))
    return digest(*parts) if all(parts) and data.updated else ""


def digest(*parts: str) -> str:
    whole = "\0".join(parts).encode("utf-8", "surrogatepass")
    return hashlib.blake2b(whole, digest_size=16).hexdigest()


EMPTY_STATEMENT = digest("", "", "", "", "")


class Statements:
    """The entries that a document has contained so far, as hashes.

    `shared_guids` are the ids that the document gives to several entries.
    """

    def __init__(self) -> None:
        self.stated: set[str] = set()
        self.versions: dict[str, str] = {}  # version hash to its `updated`
        self.guids: set[str] = set()
        self.shared_guids: set[str] = set()

    def skip_repeats(self, items: Sequence) -> None:
        """Mark the repeated entries of a batch as skipped; of two in this batch, the older.

        An entry that was in an earlier batch is skipped here, whatever its date.
        """
        here: dict[str, int] = {}  # places in the batch
        for place, item in enumerate(items):
            if item.skip or item.statement_hash == EMPTY_STATEMENT:
                continue
            said, version = item.statement_hash, version_hash(item.data)
            updated = text_of(item.data.updated)
            is_version = version in self.versions and self.versions[version] != updated
            if said not in self.stated and not is_version:
                if item.guid in self.guids:
                    self.shared_guids.add(item.guid)
                if item.guid:
                    self.guids.add(item.guid)
                kept = place
            else:
                first = here.get(said, here.get(version))
                if first is None:
                    item.skip = STATED_TWICE_FAR_APART
                    continue
                is_newer = item.dates.updated > items[first].dates.updated
                items[first if is_newer else place].skip = STATED_TWICE
                kept = place if is_newer else first
            self.stated.add(said)
            here[said] = kept
            if version:
                here[version] = kept
                self.versions[version] = updated
        for item in items:
            item.has_own_guid = bool(item.guid) and item.guid not in self.shared_guids
