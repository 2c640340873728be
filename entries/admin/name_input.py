"""Tag names as an editor types them: parted by commas, in order."""

import csv
from collections.abc import Iterable

from django import forms
from django.urls import reverse

from entries.lib.characters import strip_controls

MAX_LENGTH = 255
MAX_NAMES = 1_000


def split_names(text: str) -> list[str]:
    """The names in a line such as `web, "a, b", web feeds`; in quotes a comma is a letter.

    Each name once, in the order of their first appearance, without the characters that no text
    may have. Raises csv.Error where one is longer than 128 kB.
    """
    rows = csv.reader([" ".join(strip_controls(text).split())], skipinitialspace=True)
    names = (name.strip() for row in rows for name in row)
    return list(dict.fromkeys(name for name in names if name))


def join_names(names: Iterable[str]) -> str:
    """The line that `split_names` reads as these names."""
    return ", ".join(quoted(" ".join(name.split())) for name in names)


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"' if "," in name or '"' in name else name


class TagNamesInput(forms.TextInput):
    """A line of tag names. With JavaScript it suggests the tags that there are."""

    # The model and its field whose values Django's view for autocompletion looks up.
    suggested = ("taggedentry", "tag")

    class Media:
        css = {"all": ["entries/admin/tag-names.css"]}
        js = [forms.Script("entries/admin/tag-names.js", defer=True)]

    def __init__(self, attrs=None):
        super().__init__({"autocomplete": "off"} | (attrs or {}))

    def get_context(self, name, value, attrs):
        """Add the address that answers with tags: it wants what was typed at its end."""
        suggestions = reverse("admin:autocomplete")
        query = "app_label=entries&model_name={}&field_name={}&term=".format(*self.suggested)
        return super().get_context(
            name, value, {"data-tag-names": f"{suggestions}?{query}"} | (attrs or {})
        )


class SourceNameInput(TagNamesInput):
    """The title of a source. With JavaScript it suggests those that there are."""

    suggested = ("entry", "source")


class TagNamesField(forms.CharField):
    """Tag names, parted by commas. Cleans to a list, in order."""

    widget = TagNamesInput

    def to_python(self, value):
        try:
            names = split_names(super().to_python(value) or "")
        except csv.Error as error:
            raise forms.ValidationError(f"A tag has at most {MAX_LENGTH} characters.") from error
        if len(names) > MAX_NAMES:
            raise forms.ValidationError(
                f"At most {MAX_NAMES:,} tags at a time; these are {len(names):,}."
            )
        for name in names:
            if len(name) > MAX_LENGTH:
                raise forms.ValidationError(
                    f"A tag has at most {MAX_LENGTH} characters; “{name[:40]}…” has {len(name)}."
                )
        return names

    def has_changed(self, initial, data):
        try:
            return split_names(initial or "") != split_names(data or "")
        except csv.Error:
            return True
