"""What feeds and their entries state, in one vocabulary whatever their format."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any

from entries.characters import strip_controls
from entries.kinds import KIND_OF_TYPE, TYPE_OF_KIND, UNTITLED
from entries.mail import as_person

from .addresses import absolute_address
from .enclosures import find_enclosures, is_page
from .text import squeeze, visible_text

Raw = dict[str, Any]

# Each entry repeats its feed's authors: a feed of long or many ones would grow without bounds.
MAX_PERSON_CHARS = 1_000
MAX_PEOPLE = 100


@dataclass(frozen=True)
class Person:
    name: str = ""
    uri: str = ""
    email: str = ""

    @classmethod
    def from_raw(cls, raw: Raw) -> "Person":
        stated = (str(raw.get(key) or "") for key in ("name", "href", "email"))
        return cls(*(squeeze(text[:MAX_PERSON_CHARS]) for text in stated))

    def __bool__(self):
        return bool(self.name or self.uri or self.email)


@dataclass(frozen=True)
class Text:
    """A text as the feed gives it: `type` is a media type, `base` what its addresses start from."""

    value: str = ""
    type: str = "text/plain"
    base: str = ""
    language: str = ""

    @classmethod
    def from_raw(cls, raw: Raw) -> "Text":
        notes = (strip_controls(raw.get(key) or "") for key in ("type", "base", "language"))
        return cls(raw.get("value") or "", *notes)

    @property
    def is_html(self):
        return "html" in self.type

    @property
    def plain(self):
        """On one line, without markup."""
        return visible_text(self.value) if self.is_html else squeeze(self.value)


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
        """What `from_raw` reads, as JSON."""
        return self._json()

    @cached_property
    def as_json_without_date(self) -> str:
        return self._json(updated="")

    def _json(self, **instead: str) -> str:
        stated = asdict(self) | instead
        if not self.pictures_of_all:
            # Most feeds have none, and what is stored of their entries stays as it was.
            del stated["pictures_of_all"]
        return json.dumps(stated, sort_keys=True)

    @classmethod
    def from_raw(cls, raw: Raw) -> "FeedContext":
        people = tuple(Person(**person) for person in raw["authors"])
        pictures = tuple(raw.get("pictures_of_all") or ())
        return cls(**raw | {"authors": people, "pictures_of_all": pictures})


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

    title: str
    subtitle: str
    site_url: str
    self_url: str
    feed_id: str
    rights: str
    icon: str
    context: FeedContext
    next_page: str = ""  # where older entries are (RFC 5005: prev-archive, next)
    export_of: str = ""  # the address of the blog, where the document is its software's export
    warnings: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class EntryData:
    """What a feed states about one entry.

    `raw` is what feedparser made of it, or what another parser put into the same shape, in
    JSON's types. `left_out` says why the entry is none to import, if it isn't. `received`
    are its bytes, to be parsed again within `envelope`; there are none where the document
    could not be cut into its entries.
    """

    raw: Raw
    context: FeedContext
    left_out: str = ""
    received: bytes = b""
    envelope: Envelope | None = None

    def look_at_all(self) -> None:
        """Work out what is worked out once, so that what raises does so here."""
        _ = (self.guid, self.title, self.link, self.body, self.authors, self.categories)
        _ = (self.enclosures, self.base)

    @property
    def guid(self) -> str:
        return str(self.raw.get("id") or "").strip()

    @cached_property
    def title(self) -> str:
        return self._text("title").plain

    @cached_property
    def link(self) -> str:
        """The address of the original page: the first alternate link, absolute."""
        for link in self.raw.get("links") or []:
            if link.get("rel", "alternate") == "alternate" and link.get("href"):
                return self.absolute(link["href"])
        stated = self.raw.get("link") or ""
        if not stated or stated == self.guid:
            # feedparser takes an id for a link where there is no other.
            for text in self.raw.get("content") or []:
                if text.get("src") and is_page(text):
                    return self.absolute(text["src"])
        return self.absolute(stated) if stated else ""

    @property
    def target(self) -> str:
        """What the entry points at, where its format says so (JSON Feed's external_url).

        Of Atom's related links, any may be one; but of an entry that says its kind, the first.
        """
        external = self.raw.get("external_url")
        if not external and self.kind:
            external = next(self._hrefs("related"), "")
        target = self.absolute(external) if external else ""
        return "" if target == self.link else target

    @property
    def kind(self) -> str:
        """The kind, where the feed says it; else nothing."""
        if self.raw.get("kind") in TYPE_OF_KIND:
            return self.raw["kind"]
        return next(
            (KIND_OF_TYPE[type_] for type_ in self._hrefs("type") if type_ in KIND_OF_TYPE), ""
        )

    @property
    def is_untitled(self) -> bool:
        """Whether the feed says that the title was made of the text."""
        return any(
            link.get("rel") == "type" and link.get("title") == UNTITLED
            for link in self.raw.get("links") or []
        )

    def _hrefs(self, rel: str) -> Iterator[str]:
        for link in self.raw.get("links") or []:
            if link.get("rel") == rel and link.get("href"):
                yield link["href"]

    @property
    def slug(self) -> str:
        """The last part of its address, where its format says so (WordPress)."""
        return squeeze(self.raw.get("slug") or "")

    @property
    def is_draft(self) -> bool:
        return bool(self.raw.get("draft"))

    @cached_property
    def body(self) -> Text:
        """The fullest text: HTML content before plain, content before summary."""
        contents = [Text.from_raw(raw) for raw in self.raw.get("content") or []]
        contents = [text for text in contents if text.value.strip()]
        if best := next((text for text in contents if text.is_html), None):
            return best
        # Podcasts say in itunes:summary, plain, what their description says with its links.
        if not contents or (self._summary.is_html and self._summary.plain == contents[0].plain):
            return self._summary
        return contents[0]

    @property
    def summary(self) -> str:
        """The summary as plain text; empty where it only repeats the body."""
        text = self._summary
        return "" if text.value == self.body.value else text.plain

    @cached_property
    def _summary(self) -> Text:
        return self._text("summary")

    def _text(self, name: str) -> Text:
        # Where an extension has an element of the same name, the detail may be of that one.
        raw = self.raw.get(f"{name}_detail") or {}
        return Text.from_raw(raw | {"value": self.raw[name]} if name in self.raw else raw)

    @cached_property
    def authors(self) -> list[Person]:
        """Its own; else those of the feed that the source had it from; else its feed's."""
        for stated in (self.raw, self.raw.get("source") or {}):
            if people := unique_people(Person.from_raw(raw) for raw in stated.get("authors") or []):
                return people
        return unique_people(self.context.authors)

    @property
    def author(self) -> Person:
        return self.authors[0] if self.authors else Person()

    @property
    def contributors(self) -> list[Person]:
        return unique_people(Person.from_raw(raw) for raw in self.raw.get("contributors") or [])

    @property
    def rights(self) -> str:
        return self._text("rights").plain

    @property
    def language(self) -> str:
        title = Text.from_raw(self.raw.get("title_detail") or {}).language
        stated = [squeeze(self.raw.get("language") or ""), self.body.language, title]
        return next((tag for tag in [*stated, self.context.language] if tag), "")

    @cached_property
    def categories(self) -> list[str]:
        """The terms, in the feed's order, each once."""
        return list(dict.fromkeys(term for term, _, _ in self._tags()))

    @property
    def category_details(self) -> dict[str, list[str]]:
        """By term, the [scheme, label] that it was first given, where there is any."""
        details: dict[str, list[str]] = {}
        for term, scheme, label in self._tags():
            if scheme or label not in ("", term):
                details.setdefault(term, [scheme, "" if label == term else label])
        return details

    def _tags(self) -> Iterator[tuple[str, str, str]]:
        for tag in self.raw.get("tags") or []:
            label = squeeze(tag.get("label") or "")
            if term := squeeze(tag.get("term") or "") or label:
                yield term, squeeze(tag.get("scheme") or ""), label

    @cached_property
    def enclosures(self) -> list[list[Any]]:
        """Each as models.Enclosure.STATED has it, in the feed's order, addresses absolute."""
        names = [person.name for person in self.authors]
        of_all = self.context.pictures_of_all
        return find_enclosures(
            self.raw, self.body.value, self.absolute, authors=names, of_all=of_all
        )

    @property
    def origin(self) -> dict[str, str]:
        """The feed that the source had the entry from (RFC 4287, 4.2.11), where it says so."""
        source = self.raw.get("source") or {}
        links = {link.get("rel"): link.get("href") for link in source.get("links") or []}
        title = Text.from_raw(source.get("title_detail") or {}).plain
        # In Atom it was where feedparser left a person's page, before that was mended.
        of_person = source.get("authors") or source.get("contributors")
        href = "" if of_person else source.get("href")
        stated = {
            "id": squeeze(source.get("id") or ""),
            "title": title or squeeze(source.get("title") or ""),
            "url": self.absolute(links.get("self") or href or ""),
            "site_url": self.absolute(links.get("alternate") or ""),
        }
        return {name: value for name, value in stated.items() if value}

    @property
    def in_reply_to(self) -> list[dict[str, str]]:
        """What it answers (RFC 4685, 3): ref, href, type and source of each."""
        replies = []
        for raw in self.raw.get("in_reply_to") or []:
            reply = {name: squeeze(raw.get(name) or "") for name in ("ref", "href", "type")}
            reply["source"] = squeeze(raw.get("source") or "")
            if reply["ref"] or reply["href"]:
                replies.append({name: value for name, value in reply.items() if value})
        return replies

    @cached_property
    def base(self) -> str:
        """What relative addresses in the text are relative to."""
        return absolute_address(self.context.base, self.body.base) or self.context.base

    def absolute(self, address: str) -> str:
        address = strip_controls(str(address)).strip()
        return absolute_address(self.base, address) or address


def unique_people(people: Iterable[Person]) -> list[Person]:
    """Each once, told apart by name; what a later mention adds is added to the first."""
    found: dict[str, Person] = {}
    for stated in people:
        person = Person(*as_person(stated.name, stated.uri, stated.email))
        if not person:
            continue
        key = (person.name or person.email or person.uri).casefold()
        known = found.get(key, Person())
        found[key] = Person(
            known.name or person.name, known.uri or person.uri, known.email or person.email
        )
        if len(found) == MAX_PEOPLE:
            break
    return list(found.values())
