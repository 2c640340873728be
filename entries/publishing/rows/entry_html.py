"""Entries as lists print them."""

from django.template.loader import get_template
from markupsafe import Markup

from .entry_row import EntryRow
from .kept_html import kept_while_same

KEPT = 1_000  # entries


@kept_while_same(KEPT)
def listed(row: EntryRow) -> Markup:
    """The entry's HTML in a list, by the macro in `entries/listed.html`."""
    template = get_template("entries/listed.html").template  # type: ignore[attr-defined]
    return Markup(template.module.listed(row))  # noqa: S704 - the template has escaped it
