"""The HTML of an entry in a list."""

from django.template.loader import get_template
from markupsafe import Markup

from .entry_row import EntryRow
from .kept_html import kept_while_same

MAX_KEPT_ENTRIES = 1_000


@kept_while_same(MAX_KEPT_ENTRIES)
def render_in_list(row: EntryRow) -> Markup:
    """Render entries with the macro in `entries/listed.html`. Takes several rows at once."""
    template = get_template("entries/listed.html").template  # type: ignore[attr-defined]
    return Markup(template.module.listed(row))  # noqa: S704 - the template has escaped it
