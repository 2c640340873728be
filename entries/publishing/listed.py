"""Entries as lists print them: made once of what is stored, and kept while that stays the same."""

from hashlib import blake2b

from django.template.loader import get_template
from markupsafe import Markup

from .listing import make_row
from .stored import StoredEntry, kept_while_same

KEPT = 1_000  # entries


class Listed(Markup):
    """The HTML of entries, whose repr is short and differs where it does: for ETags."""

    __slots__ = ("digest",)
    digest: str

    def __repr__(self) -> str:
        return self.digest


@kept_while_same(KEPT)
def listed(stored: StoredEntry) -> Listed:
    """The entry's HTML in a list, by the macro in `entries/listed.html`."""
    template = get_template("entries/listed.html").template  # type: ignore[attr-defined]
    html = Listed(template.module.listed(make_row(stored)))
    html.digest = blake2b(html.encode(), digest_size=16).hexdigest()
    return html


def together(entries: list[Listed]) -> Listed:
    """Several as one."""
    html = Listed("\n".join(entries))
    html.digest = " ".join(entry.digest for entry in entries)
    return html
