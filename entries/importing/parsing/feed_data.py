"""FeedData and EntryData: the contents of a feed, the same for all formats.

The adapters in `formats` make them: `feedparser_adapter` (Atom, RSS, RDF), `json_feed`, and
`wordpress_export` for WordPress's additions to RSS. Only the adapters know the types of the
libraries.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from entries.lib.email_addresses import as_person
from entries.lib.plaintext import squeeze, visible_text

from .upstream_fields import Enclosure, Person

# Each entry repeats its feed's authors, so their number and length are limited.
MAX_PERSON_CHARS = 1_000
MAX_PEOPLE = 100


@dataclass(frozen=True, slots=True)
class Text:
    """A text as the feed gives it. `type` is a media type, `base` the base of relative URLs."""

    value: str = ""
    type: str = "text/plain"
    base: str = ""
    language: str = ""

    @property
    def is_html(self) -> bool:
        return "html" in self.type

    @property
    def plain(self) -> str:
        """The text on one line, without markup."""
        return visible_text(self.value) if self.is_html else squeeze(self.value)


@dataclass(frozen=True, slots=True)
class StatedDate:
    """A date as the feed writes it.

    `parsed` is the parser's reading, in UTC: (year, month, day, hour, minute, second).
    """

    text: str
    parsed: tuple[int, ...] | None = None


@dataclass(frozen=True)
class FeedContext:
    """Values of the feed that apply to entries without their own."""

    authors: tuple[Person, ...] = ()
    language: str = ""
    base: str = ""
    updated: str = ""
    pictures_of_all: tuple[str, ...] = ()  # keys from pictures.pictures_of_all

    @property
    def author(self) -> Person:
        return self.authors[0] if self.authors else Person()

    @cached_property
    def as_json(self) -> str:
        """The JSON text of what `from_json` reads."""
        return self._json(self.updated)

    @cached_property
    def as_json_without_date(self) -> str:
        return self._json("")

    def _json(self, updated: str) -> str:
        stated: dict[str, Any] = {
            "authors": [{"name": p.name, "uri": p.uri, "email": p.email} for p in self.authors],
            "language": self.language,
            "base": self.base,
            "updated": updated,
        }
        if self.pictures_of_all:
            # Left out if empty, which keeps the stored JSON of most entries unchanged.
            stated["pictures_of_all"] = self.pictures_of_all
        return json.dumps(stated, sort_keys=True)

    @classmethod
    def from_json(cls, stated: Mapping[str, Any]) -> "FeedContext":
        people = tuple(Person(**person) for person in stated["authors"])
        pictures = tuple(stated.get("pictures_of_all") or ())
        return cls(**{**stated, "authors": people, "pictures_of_all": pictures})


@dataclass(frozen=True)
class Envelope:
    """The parts of a document before and after its entries.

    The stored bytes of an entry are parsed again between them. `url` is the document's, and
    `pictures_of_all` are those of FeedContext, which need the whole feed to be known.
    """

    before: bytes
    after: bytes
    url: str = ""
    pictures_of_all: tuple[str, ...] = ()

    def document(self, entries: Iterable[bytes]) -> bytes:
        """A document of the same feed with only these entries."""
        separator = b"," if self.before.startswith(b"{") else b"\n"
        return self.before + separator.join(entries) + self.after


@dataclass(frozen=True)
class FeedData:
    """A feed's own metadata."""

    title: str = ""
    subtitle: str = ""
    site_url: str = ""
    self_url: str = ""
    feed_id: str = ""
    rights: str = ""
    icon: str = ""
    context: FeedContext = FeedContext()
    next_page: str = ""  # URL of older entries (RFC 5005: prev-archive, next)
    export_of: str = ""  # URL of the blog, if the document is an export of WordPress
    warnings: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class EntryData:
    """One entry as its feed states it.

    Identity: `guid` is the source's id of the entry, `link` the URL of the original page, `target`
    the URL of the page that a link entry points at. `kind` is empty if the feed does not state it.
    `is_untitled` means that the feed made the title from the text. `slug` is the last part of
    the entry's URL, if the format states it (WordPress).

    Content: `body` is the fullest text; `summary` is plain text, empty if it repeats the body.
    `base` is the base of relative URLs in the body; all other URLs are absolute.
    `category_details` maps a term to its first [scheme, label], if it has one. `origin` is
    the feed that the source copied the entry from (RFC 4287, 4.2.11), `in_reply_to` the posts that
    it replies to (RFC 4685, 3). A date is None if it is not stated.

    Origin: `left_out` is the reason not to import the entry; empty for an entry to import.
    `received` are its bytes, which can be parsed again within `envelope`. Without an envelope,
    because the document could not be cut into entries, they are the parser's result as JSON.
    `stated_media` are the URLs of its media, verbatim.
    """

    guid: str = ""
    title: str = ""
    link: str = ""
    target: str = ""
    kind: str = ""
    is_untitled: bool = False
    is_draft: bool = False
    slug: str = ""
    body: Text = Text()
    summary: str = ""
    base: str = ""
    authors: tuple[Person, ...] = ()
    contributors: tuple[Person, ...] = ()
    rights: str = ""
    language: str = ""
    categories: tuple[str, ...] = ()
    category_details: Mapping[str, list[str]] = field(default_factory=dict)
    enclosures: tuple[Enclosure, ...] = ()
    origin: Mapping[str, str] = field(default_factory=dict)
    in_reply_to: tuple[Mapping[str, str], ...] = ()
    published: StatedDate | None = None
    updated: StatedDate | None = None
    created: StatedDate | None = None
    context: FeedContext = FeedContext()
    left_out: str = ""
    received: bytes = b""
    envelope: Envelope | None = None
    stated_media: tuple[str, ...] = ()


def fullest_text(contents: Iterable[Text], summary: Text) -> Text:
    """The text to show: HTML content before plain, content before summary."""
    filled = [text for text in contents if text.value.strip()]
    if best := next((text for text in filled if text.is_html), None):
        return best
    # Podcasts repeat their HTML description in itunes:summary as plain text, without its links.
    if not filled or (summary.is_html and summary.plain == filled[0].plain):
        return summary
    return filled[0]


def plain_summary(summary: Text, body: Text) -> str:
    return "" if summary.value == body.value else summary.plain


def person_of(name: str, uri: str = "", email: str = "", role: str = "author") -> Person:
    """A Person, each part on one line and of at most MAX_PERSON_CHARS characters."""
    name, uri, email = (squeeze(text[:MAX_PERSON_CHARS]) for text in (name, uri, email))
    return Person(name, uri, email, role)


def unique_people(people: Iterable[Person]) -> tuple[Person, ...]:
    """The people without duplicates, at most MAX_PEOPLE, by name, else by e-mail or URI.

    A later mention adds the details that the first one lacks.
    """
    found: dict[str, Person] = {}
    for stated in people:
        person = Person(*as_person(stated.name, stated.uri, stated.email), stated.role)
        if not person:
            continue
        key = (person.name or person.email or person.uri).casefold()
        known = found.get(key, Person())
        found[key] = Person(
            known.name or person.name,
            known.uri or person.uri,
            known.email or person.email,
            person.role,
        )
        if len(found) == MAX_PEOPLE:
            break
    return tuple(found.values())
