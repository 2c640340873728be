"""The keys that match an entry to the one that was imported before.

For an entry with the same content as before (`repeats.py`), any equal key is a match. Otherwise
the keys are tried in this order, and the first reliable one decides (`matching/key_rules.py`):

1. `guid`: the id that the source gives it, letter for letter.
2. `guid, normalised`: the same without scheme, case of the host, default port and a
   trailing `#atom-…`.
3. `link`: its URL, normalised in the same way and without tracking parameters; only if the date
   or the title is equal too, since all entries of a feed may link to one page.
4. `title and date`: within one source. Without a title, the text or the enclosures are used.
5. `guid and date`: where a source gives the guid to several entries.

Ids and links match across sources, so that a post in several feeds is one entry. An id that is
not an absolute IRI matches only within its own source. An id that a source has ever given to two
entries at once does not match by itself.
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

# The part of RFC 3987 that matters here: a scheme, and no character that an IRI excludes.
ABSOLUTE_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`\x00-\x20\x7f-\x9f]+")
GLOBAL_ID = re.compile(r"(https?|tag|urn):", re.I)
MAX_ID_BYTES = 2_000
DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class Key:
    rule: str
    value: str


def is_usable_id(guid: str) -> bool:
    """True if the guid can be an atom:id: an absolute IRI of at most MAX_ID_BYTES (indexed)."""
    if not ABSOLUTE_IRI.fullmatch(guid) or strip_controls(guid) != guid:
        return False
    return len(guid.encode()) <= MAX_ID_BYTES


def guid_key(guid: str, source_pk: int) -> Key:
    scope = "" if GLOBAL_ID.match(guid) else f"{source_pk} "
    return Key("guid", digest("g", scope + guid))


def shared_guid_key(guid: str, source_pk: int) -> Key:
    """The key of a guid that a source gives to several entries, so that it names none of them."""
    return Key("shared guid", digest("s", f"{source_pk} {guid}"))


def find_keys(data: EntryData, source_pk: int, published: datetime | None, home: str) -> list[Key]:
    """Returns every key of an entry except its plain guid, in the order of their trial.

    `home` is the URL of the source's front page: a link to it identifies no entry.
    """
    keys = []
    if data.guid and re.match(r"https?:", data.guid, re.I):
        keys.append(Key("guid, normalised", digest("u", without_variations(data.guid))))
    link = data.link
    if link.startswith(("http://", "https://")):
        plain = without_variations(link)
        if plain.rstrip("/") not in ("", without_variations(home).rstrip("/"), host_of(plain)):
            keys.append(Key("link", digest("u", plain)))
    text = data.title or visible_text(data.body.value)[:500] or media_text(data)
    if text:
        when = published.isoformat() if published else ""
        keys.append(Key("title and date", digest("t", f"{source_pk} {text.casefold()} {when}")))
    unique = {key.value: key for key in reversed(keys)}
    return [key for key in keys if unique[key.value] is key]


def media_text(data: EntryData) -> str:
    """Returns the enclosures, else the HTML, which identify an entry without text."""
    attached = " ".join(enclosure.href for enclosure in data.enclosures)
    return attached or squeeze(data.body.value)[:500]


def without_variations(url: str) -> str:
    """Returns a form of an http URL in which its common variations are equal."""
    try:
        parts = urlsplit(squeeze(url))
        port = parts.port
    except ValueError:
        return url
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
