"""What feeds and their entries state, in one vocabulary whatever their format.

Each format has an adapter that makes these: `feedparser_adapter`, `jsonfeed` and, for what
WordPress adds to RSS, `wxr`. Nothing behind them knows how a library puts it.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from entries.lib.email_addresses import as_person
from entries.lib.plaintext import squeeze, visible_text

from .upstream_fields import Enclosure, Person

# Each entry repeats its feed's authors: a feed of long or many ones would grow without bounds.
MAX_PERSON_CHARS = 1_000
MAX_PEOPLE = 100


@dataclass(frozen=True, slots=True)
class Text:
    """A text as the feed gives it: `type` is a media type, `base` what its addresses start from."""

    value: str = ""
    type: str = "text/plain"
    base: str = ""
    language: str = ""

    @property
    def is_html(self) -> bool:
        return "html" in self.type

    @property
    def plain(self) -> str:
        """On one line, without markup."""
        return visible_text(self.value) if self.is_html else squeeze(self.value)


@dataclass(frozen=True, slots=True)
class StatedDate:
    """A date as the feed writes it.

    `parsed` is what its parser took it for: year, month, day, hour, minute, second, in UTC.
    """

    text: str
    parsed: tuple[int, ...] | None = None


@dataclass(frozen=True)
class FeedContext:
    """What entries take from their feed where they don't say it themselves."""

    authors: tuple[Person, ...] = ()
    language: str = ""
    base: str = ""
    updated: str = ""
    pictures_of_all: tuple[str, ...] = ()  # by pictures.picture_key

    @property
    def author(self) -> Person:
        return self.authors[0] if self.authors else Person()

    @cached_property
    def as_json(self) -> str:
        """What `from_json` reads."""
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
            # Most feeds have none, and what is stored of their entries stays as it was.
            stated["pictures_of_all"] = self.pictures_of_all
        return json.dumps(stated, sort_keys=True)

    @classmethod
    def from_json(cls, stated: Mapping[str, Any]) -> "FeedContext":
        people = tuple(Person(**person) for person in stated["authors"])
        pictures = tuple(stated.get("pictures_of_all") or ())
        return cls(**{**stated, "authors": people, "pictures_of_all": pictures})


@dataclass(frozen=True)
class Envelope:
    """What a document says before and after its entries, and where it is from.

    Any of its entries is put between the two to be parsed again. `pictures_of_all` are those
    that all entries had, which some of them do not tell.
    """

    before: bytes
    after: bytes
    url: str = ""
    pictures_of_all: tuple[str, ...] = ()

    def document(self, entries: Iterable[bytes]) -> bytes:
        """A document of the same feed that has only these entries."""
        separator = b"," if self.before.startswith(b"{") else b"\n"
        return self.before + separator.join(entries) + self.after


@dataclass(frozen=True)
class FeedData:
    """What a feed says of itself."""

    title: str = ""
    subtitle: str = ""
    site_url: str = ""
    self_url: str = ""
    feed_id: str = ""
    rights: str = ""
    icon: str = ""
    context: FeedContext = FeedContext()
    next_page: str = ""  # where older entries are (RFC 5005: prev-archive, next)
    export_of: str = ""  # the address of the blog, where the document is its software's export
    warnings: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class EntryData:
    """What a feed states about one entry.

    What it is: `guid` is what the source calls it, `link` the original page, `target` what it
    points at where its format says so, `kind` the kind where the feed says it. It
    `is_untitled` where the feed says that the title was made of the text. `slug` is the last
    part of its address, where the format has that (WordPress).

    What it says: `body` is its fullest text, `summary` plain, and empty where it only repeats
    the body. `base` is what relative addresses in the text start from; all others are absolute.
    `category_details` has by term the [scheme, label] that it was first given, where there is
    any; `origin` is the feed that the source had it from (RFC 4287, 4.2.11); `in_reply_to` what
    it answers (RFC 4685, 3). A date is None where it is not stated.

    How it came: `left_out` says why it is none to import, if it isn't. `received` are its
    bytes, to be parsed again within `envelope`; without one, since the document could not be cut
    into its entries, they are what the parser read, as JSON. `stated_media` are the addresses of
    its media, letter for letter.
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
    # Podcasts say in itunes:summary, plain, what their description says with its links.
    if not filled or (summary.is_html and summary.plain == filled[0].plain):
        return summary
    return filled[0]


def plain_summary(summary: Text, body: Text) -> str:
    return "" if summary.value == body.value else summary.plain


def person_of(name: str, uri: str = "", email: str = "", role: str = "author") -> Person:
    """A person from what a feed says, each part on one line and of bounded length."""
    name, uri, email = (squeeze(text[:MAX_PERSON_CHARS]) for text in (name, uri, email))
    return Person(name, uri, email, role)


def unique_people(people: Iterable[Person]) -> tuple[Person, ...]:
    """Each once, told apart by name; what a later mention adds is added to the first."""
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
