"""What an upstream states of an entry that is merged with what editors write."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Person:
    """An author, or with another `role` a contributor (RFC 4287, 3.2)."""

    name: str = ""
    uri: str = ""
    email: str = ""
    role: str = "author"

    def __bool__(self) -> bool:
        return bool(self.name or self.uri or self.email)


@dataclass(frozen=True, slots=True)
class Enclosure:
    """One attached medium, in the columns of models.Enclosure. `length` is in bytes."""

    href: str
    type: str = ""
    length: int | None = None
    title: str = ""
    hreflang: str = ""
    role: str = "enclosure"
