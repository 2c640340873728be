"""Tell entries that a document states twice from those that only share an id.

Two are one when they say the same: id, link, title, date of publication, text and enclosures.
They are one as well when they are two versions of one entry, as RFC 4287 (4.1.1) has it: with
one id, link, title and date of publication, and a different `updated`. All others are two.
"""

import hashlib
from collections.abc import Sequence

from entries.importing.parsing.feed_data import EntryData, StatedDate

STATED_TWICE = "the feed states it twice; the newest counts"
STATED_TWICE_FAR_APART = "the feed states it twice, far apart; the first counts"


def statement_hash(data: EntryData) -> str:
    """A hash of what the entry says. White space in its text makes no difference."""
    # An entry with an id may be stated again with another `updated`.
    date = stated_date(data) or ("" if data.guid else text_of(data.updated))
    text = " ".join(data.body.value.split())
    return digest(data.guid, data.link, data.title, date, text, *data.stated_media)


def stated_date(data: EntryData) -> str:
    return text_of(data.published) or text_of(data.created)


def text_of(date: StatedDate | None) -> str:
    return date.text if date else ""


def version_hash(data: EntryData) -> str:
    """A hash of what all versions of one entry share; empty where it does not say enough."""
    parts = (data.guid, data.link, data.title, stated_date(data))
    return digest(*parts) if all(parts) and data.updated else ""


def digest(*parts: str) -> str:
    whole = "\0".join(parts).encode("utf-8", "surrogatepass")
    return hashlib.blake2b(whole, digest_size=16).hexdigest()


OF_NOTHING = digest("", "", "", "", "")


class Statements:
    """Remembers what the entries of a document have stated so far.

    `shared_guids` are the ids that the document gives to several entries.
    """

    def __init__(self) -> None:
        self.stated: set[str] = set()
        self.versions: dict[str, str] = {}  # the `updated` of each
        self.guids: set[str] = set()
        self.shared_guids: set[str] = set()

    def tell_apart(self, items: Sequence) -> None:
        """Skip the entries of a batch that are stated twice: the older of two in the batch.

        Where an earlier batch has stated the entry, the first counts, whatever its date.
        """
        here: dict[str, int] = {}  # places in the batch
        for place, item in enumerate(items):
            if item.skip or item.statement_hash == OF_NOTHING:
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
            item.guid_is_its_own = bool(item.guid) and item.guid not in self.shared_guids
