"""UpstreamFields: the fields of an entry that are merged with the editors' changes.

This is the one list of the merged fields; all other lists are derived from it. In JSON a field has
the form of its column in models.Entry: a person is [role, name, uri, email], an enclosure the
list of its columns.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Person:
    """An author, or with another `role` a contributor (RFC 4287, 3.2)."""

    name: str = ""
    uri: str = ""
    email: str = ""
    role: str = "author"

    def __bool__(self) -> bool:
        return bool(self.name or self.uri or self.email)

    def as_json(self) -> list[str]:
        return [self.role, self.name, self.uri, self.email]

    @classmethod
    def from_json(cls, stored: list[str]) -> "Person":
        role, name, uri, email = stored
        return cls(name, uri, email, role)


@dataclass(frozen=True, slots=True)
class Enclosure:
    """An attached file, with the columns of models.Enclosure. `length` is in bytes."""

    href: str
    type: str = ""
    length: int | None = None
    title: str = ""
    hreflang: str = ""
    role: str = "enclosure"

    def as_json(self) -> list[Any]:
        return [getattr(self, name) for name in ENCLOSURE_COLUMNS]

    @classmethod
    def from_json(cls, stored: list[Any]) -> "Enclosure":
        return cls(*stored)


ENCLOSURE_COLUMNS = tuple(each.name for each in fields(Enclosure))


@dataclass(frozen=True, slots=True)
class UpstreamFields:
    """The normalised fields that follow upstream until an editor changes them.

    The first author is in `author_…`; `people` are the other authors and the contributors. `tags`
    are names in order, `tags_line` is true if the text ended with a line of them, and
    `category_details` maps a name to upstream's [scheme, label]. `canonical_url` is the
    original page, `link_url` the page that a link entry points at, `via_url` the page where it
    was found. `origin` is the feed that the source copied the entry from.

    Not included: `published` and the slug, which only an editor changes, and `status`, which
    upstream does not state.
    """

    kind: str = "article"
    title: str = ""
    content: str = ""
    summary: str = ""
    author_name: str = ""
    author_uri: str = ""
    author_email: str = ""
    people: tuple[Person, ...] = ()
    rights: str = ""
    language: str = ""
    canonical_url: str = ""
    link_url: str = ""
    via_url: str = ""
    via_title: str = ""
    quoted_source: str = ""
    quoted_url: str = ""
    quoted_context: str = ""
    origin: Mapping[str, str] = field(default_factory=dict)
    in_reply_to: tuple[Mapping[str, str], ...] = ()
    tags_line: bool = False
    tags: tuple[str, ...] = ()
    category_details: Mapping[str, list[str]] = field(default_factory=dict)
    enclosures: tuple[Enclosure, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return {name: as_json(getattr(self, name)) for name in FIELDS}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any], unknown: "UpstreamFields") -> "UpstreamFields":
        """Read what `as_json` wrote. A field that was not stored is taken from `unknown`."""
        return cls(
            **{
                name: from_json(name, stored[name]) if name in stored else getattr(unknown, name)
                for name in FIELDS
            }
        )


FIELDS = tuple(each.name for each in fields(UpstreamFields))
# Tags and enclosures are rows of their own tables.
COLUMNS = tuple(name for name in FIELDS if name not in ("tags", "enclosures"))


@dataclass(frozen=True, slots=True)
class Base:
    """The upstream values at the last merge, stored in a Sighting. Dates are not merged."""

    fields: UpstreamFields
    published: datetime
    updated: datetime

    def as_json(self) -> dict[str, Any]:
        return self.fields.as_json() | {
            "published": self.published.isoformat(),
            "updated": self.updated.isoformat(),
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any], unknown: UpstreamFields) -> "Base":
        published, updated = (datetime.fromisoformat(stored[x]) for x in ("published", "updated"))
        return cls(UpstreamFields.from_json(stored, unknown), published, updated)


def as_json(value: Any) -> Any:
    """The value of a field in JSON's types, as its column stores it."""
    if isinstance(value, tuple):
        return [as_json(element) for element in value]
    return value.as_json() if isinstance(value, Person | Enclosure) else value


def from_json(name: str, stored: Any) -> Any:
    """The value of the field of this name from what `as_json` returned."""
    if name == "people":
        return tuple(map(Person.from_json, stored))
    if name == "enclosures":
        return tuple(map(Enclosure.from_json, stored))
    return tuple(stored) if isinstance(stored, list) else stored
