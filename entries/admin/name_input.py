"""Form fields for names separated by commas, with suggestions: tags, and the title of a source."""

import csv
from collections.abc import Iterable

from django import forms
from django.urls import reverse

from entries.lib.characters import strip_controls

MAX_NAME_CHARS = 255
MAX_NAMES = 1_000


def split_names(text: str) -> list[str]:
    """The names in a line such as `web, "a, b", web feeds`. A quoted name may contain commas.

    Returns each name once, in order, without control characters. Raises csv.Error for a name of
    more than 131,072 characters.
    """
    rows = csv.reader([" ".join(strip_controls(text).split())], skipinitialspace=True)
    names = (name.strip() for row in rows for name in row)
    return list(dict.fromkeys(name for name in names if name))


def join_names(names: Iterable[str]) -> str:
    """The line that `split_names` reads as these names."""
    return ", ".join(quote_name(" ".join(name.split())) for name in names)


def quote_name(name: str) -> str:
    return '"' + name.replace('"', '""') + '"' if "," in name or '"' in name else name


class TagNamesInput(forms.TextInput):
    """A text field for tag names. With JavaScript it suggests existing tags."""

    # The model and its foreign key whose values Django's AutocompleteJsonView searches.
    autocomplete_field = ("taggedentry", "tag")

    class Media:
        css = {"all": ["entries/admin/tag-names.css"]}
        js = [forms.Script("entries/admin/tag-names.js", defer=True)]

    def __init__(self, attrs=None):
        super().__init__({"autocomplete": "off"} | (attrs or {}))

    def get_context(self, name, value, attrs):
        """Add the URL for suggestions. The script appends what was typed."""
        model, field = self.autocomplete_field
        query = f"app_label=entries&model_name={model}&field_name={field}&term="
        url = f"{reverse('admin:autocomplete')}?{query}"
        return super().get_context(name, value, {"data-tag-names": url} | (attrs or {}))


class SourceNameInput(TagNamesInput):
    """A text field for the title of a source. With JavaScript it suggests existing titles."""

    autocomplete_field = ("entry", "source")


class TagNamesField(forms.CharField):
    """Tag names separated by commas. The cleaned value is a list, in order."""

    widget = TagNamesInput

    def to_python(self, value):
        try:
            names = split_names(super().to_python(value) or "")
        except csv.Error as error:
            raise forms.ValidationError(
                f"A tag has at most {MAX_NAME_CHARS} characters."
            ) from error
        if len(names) > MAX_NAMES:
            raise forms.ValidationError(
                f"At most {MAX_NAMES:,} tags at a time; these are {len(names):,}."
            )
        for name in names:
            if len(name) > MAX_NAME_CHARS:
                raise forms.ValidationError(
                    f"A tag has at most {MAX_NAME_CHARS} characters. "
                    f"“{name[:40]}…” has {len(name)}."
                )
        return names

    def has_changed(self, initial, data):
        try:
            return split_names(initial or "") != split_names(data or "")
        except csv.Error:
            return True
