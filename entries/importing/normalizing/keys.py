"""The keys by which an entry is known again.

An entry that says just what it said (`statements.py`) is known by any of them. Else they are
tried in this order; the first that is sure (`rules.py`) decides:

1. `guid`: the id that the source gives it, letter for letter.
2. `guid, normalised`: the same without scheme, case of the host, default port and a
   trailing `#atom-…`.
3. `link`: its address likewise, without tracking parameters; only when the date or the
   title agrees as well, since all entries of a feed may link to one page.
4. `title and date`: within one source. Without a title, its text or its enclosures count.
5. `guid and date`: where a source gives the guid to several entries.

Ids and links are known across sources, so that a post that stands in several feeds is one
entry. An id that is no absolute IRI says nothing outside its own source, and one that a
source has ever given to two entries at once says nothing there either.
"""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qsl, urlencode, urlsplit

from entries.importing.cleaning.tracking import TRACKING_PARAMETER
from entries.importing.parsing.feed_data import EntryData
from entries.lib.characters import strip_controls
from entries.lib.plaintext import squeeze, visible_text

from . import simonwillisonblog

# RFC 3987 as far as it matters here: a scheme, and no character that an IRI excludes.
ABSOLUTE_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`\x00-\x20\x7f-\x9f]+")
WORLDWIDE = re.compile(r"(https?|tag|urn):", re.I)
MAX_ID_BYTES = 2_000
DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class Key:
    rule: str
    value: str


def is_usable_id(guid: str) -> bool:
    """Whether a guid can be an atom:id: an absolute IRI of a length that can be indexed."""
    if not ABSOLUTE_IRI.fullmatch(guid) or strip_controls(guid) != guid:
        return False
    return len(guid.encode()) <= MAX_ID_BYTES


def guid_key(guid: str, source_pk: int) -> Key:
    scope = "" if WORLDWIDE.match(guid) else f"{source_pk} "
    return Key("guid", digest("g", scope + guid))


def shared_guid_key(guid: str, source_pk: int) -> Key:
    """Says that a source gives this guid to several entries, so that it names none of them."""
    return Key("shared guid", digest("s", f"{source_pk} {guid}"))


def find_keys(data: EntryData, source_pk: int, published: datetime | None, home: str) -> list[Key]:
    """Every key of an entry but its plain guid, in the order in which they are tried.

    `home` is the address of the source's front page: a link to that says nothing.
    """
    keys = []
    if data.guid and re.match(r"https?:", data.guid, re.I):
        keys.append(Key("guid, normalised", digest("u", without_variations(data.guid))))
    link = data.link
    if link.startswith(("http://", "https://")):
        plain = without_variations(link)
        if plain.rstrip("/") not in ("", without_variations(home).rstrip("/"), host_of(plain)):
            keys.append(Key("link", digest("u", plain)))
    what = data.title or visible_text(data.body.value)[:500] or what_it_shows(data)
    if what:
        when = published.isoformat() if published else ""
        keys.append(Key("title and date", digest("t", f"{source_pk} {what.casefold()} {when}")))
    unique = {key.value: key for key in reversed(keys)}
    return [key for key in keys if unique[key.value] is key]


def what_it_shows(data: EntryData) -> str:
    """What tells an entry without words from others: what is attached to it, or its pictures."""
    attached = " ".join(enclosure.href for enclosure in data.enclosures)
    return attached or squeeze(data.body.value)[:500]


def without_variations(address: str) -> str:
    """An http address in the form in which its common variations are equal."""
    try:
        parts = urlsplit(squeeze(address))
        port = parts.port
    except ValueError:
        return address
    host = (parts.hostname or "").lower()
    if port and port != DEFAULT_PORTS.get(parts.scheme.lower()):
        host = f"{host}:{port}"
    query = parts.query
    if query:
        pairs = parse_qsl(query, keep_blank_values=True)
        kept = [(name, value) for name, value in pairs if not TRACKING_PARAMETER.fullmatch(name)]
        query = "?" + urlencode(kept) if kept else ""
    fragment = f"#{parts.fragment}" if parts.fragment else ""
    return host + (parts.path or "/") + query + simonwillisonblog.without_feed(fragment)


def host_of(plain: str) -> str:
    return plain.partition("/")[0]


def digest(prefix: str, text: str) -> str:
    return (
        prefix + hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
    )
