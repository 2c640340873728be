"""E-mail addresses found in the texts that feeds give as authors."""

import re
from urllib.parse import unquote

from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator

MAX_AUTHOR_CHARS = 1000  # a longer text is taken for a name

is_valid = EmailValidator(allowlist=[])
SCHEME = re.compile(r"mailto:(?://)?", re.I)
ADDRESS = r"((?:mailto:)?[^\s()<>@]+@[^\s()<>@]+)"
# RSS specifies "mail (name)"; feeds also write "name <mail>", "name (mail)" and the mail alone.
FORMS = [
    (re.compile(rf"{ADDRESS} ?(?:\((.*)\))?", re.I), (2, 1)),
    (re.compile(rf"([^<>]*)<{ADDRESS}>", re.I), (1, 2)),
    (re.compile(rf"([^()]*)\({ADDRESS}\)", re.I), (1, 2)),
]


def mail_address(text: str) -> str:
    """The e-mail address that the text is, bare or as a mailto: link; empty if it is none.

    Returns an addr-spec (RFC 5322, 3.4.1) in ASCII, as Atom's `email` wants it: a host with
    other letters is encoded as IDNA. The query of a mailto: link is dropped.
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
    """Split a text such as `joe@example.org (Joe)` into (name, e-mail address).

    Without a recognisable address the whole text is the name, and the address is empty.
    """
    text = " ".join(text.split())
    if len(text) <= MAX_AUTHOR_CHARS:
        for form, (name, address) in FORMS:
            match = form.fullmatch(text)
            if match and (mail := mail_address(match[address])):
                return (match[name] or "").strip(' "'), mail
    return text, ""


def as_person(name: str, uri: str, email: str) -> tuple[str, str, str]:
    """A person's (name, URI, e-mail), with addresses moved to the field where they belong.

    An invalid e-mail becomes the name if there is no other name.
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
