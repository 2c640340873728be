"""Short links: /e/7ps leads to an entry for ever, even if its slug or day changes."""

from django.urls import reverse
from django.utils.http import base36_to_int, int_to_base36

from entries.models import MergedEntry
from entries.publishing.rows.entry_links import read_links


def short_path(pk: int) -> str:
    """The short path of an entry, such as /e/7ps: the primary key in base 36."""
    return reverse("entries:short", args=[int_to_base36(pk)])


def find_short(name: str) -> str:
    """The path of the live entry with a short name, or "".

    Follows an entry that was merged into another, twice at most. At most three queries.
    """
    pk = base36_to_int(name)
    links = read_links([pk])
    if not links:
        into = MergedEntry.objects.filter(entry=pk)
        links = read_links(
            step
            for steps in into.values_list("into", "into__merged_away__into")
            for step in steps
            if step
        )
    return next((link.path for link in links.values()), "")
