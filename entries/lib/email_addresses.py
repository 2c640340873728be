"""E-mail addresses, out of what people write in their place."""

import re
from urllib.parse import unquote

from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator

MAX_AUTHOR_LENGTH = 1000  # characters; in a longer text no address is looked for

is_valid = EmailValidator(allowlist=[])
SCHEME = re.compile(r"mailto:(?://)?", re.I)
ADDRESS = r"((?:mailto:)?[^\s()<>@]+@[^\s()<>@]+)"
# RSS has mail (name); feeds write name <mail>, name (mail), and the address alone, as well.
FORMS = [
    (re.compile(rf"{ADDRESS} ?(?:\((.*)\))?", re.I), (2, 1)),
    (re.compile(rf"([^<>]*)<{ADDRESS}>", re.I), (1, 2)),
    (re.compile(rf"([^()]*)\({ADDRESS}\)", re.I), (1, 2)),
]


def mail_address(text: str) -> str:
    """The address in a text that is one, or a mailto: link to one; empty where there is none.

    It is an addr-spec (RFC 5322, 3.4.1) in ASCII, as Atom's `email` has it: a host with other
    letters is put as DNS has it. A subject behind a question mark is left out.
    """
    text = unquote(SCHEME.sub("", text.strip(), count=1).partition("?")[0]).strip()
    local, _, host = text.rpartition("@")
    try:
        address = f"{local}@{host.encode('idna').decode('ascii')}"
        is_valid(address)
    except (UnicodeError, ValidationError):
        return ""
    return address


def split_author(text: str) -> tuple[str, str]:
    """The name and the address in one text, such as `joe@example.org (Joe)`.

    Where no address can be told apart, the whole text is the name.
    """
    text = " ".join(text.split())
    if len(text) <= MAX_AUTHOR_LENGTH:
        for form, (name, address) in FORMS:
            match = form.fullmatch(text)
            if match and (mail := mail_address(match[address])):
                return (match[name] or "").strip(' "'), mail
    return text, ""


def as_person(name: str, uri: str, email: str) -> tuple[str, str, str]:
    """The name, page and e-mail of a person, each in its own place.

    An e-mail that is no address becomes the name, unless there is a name.
    """
    called, address = split_author(email)
    named, in_name = split_author(name)
    if in_name:
        name, address = named, address or in_name
    if not address and SCHEME.match(uri):
        address = mail_address(uri)
    if address and SCHEME.match(uri):
        uri = ""
    return name or called, uri, address
