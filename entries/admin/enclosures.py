"""The media of an entry, as its form lists them."""

from typing import Any

from django import forms
from django.forms.models import BaseInlineFormSet, model_to_dict
from django.forms.utils import pretty_name

REPLACED = (
    "An import has replaced media of this entry since you opened this page. They are shown as "
    "they are stored now, with the rows that you added: look at them, and save again."
)


class EnclosureFormSet(BaseInlineFormSet):
    """Rows for the stored media, then those that the editor adds.

    An import deletes rows and makes others. A form that was opened before names rows which are
    no more: it is refused once, with the stored rows in their place, so that it can be saved then.
    """

    def __init__(self, data=None, *args, **kwargs):
        super().__init__(data, *args, **kwargs)
        self.is_replaced = data is not None and not self._are_stored(self._sent_pks())
        if self.is_replaced:
            self.data = self._with_stored_rows()

    def add_fields(self, form, index):
        super().add_fields(form, index)
        # The heads of a table's columns are no labels of the fields below them.
        for name, field in form.fields.items():
            if not field.widget.is_hidden:
                field.widget.attrs["aria-label"] = str(field.label or pretty_name(name))

    def clean(self):
        super().clean()
        if self.is_replaced:
            raise forms.ValidationError(REPLACED)

    def _sent(self, name: str) -> str:
        return self.data.get(f"{self.prefix}-{name}", "")

    def _sent_number(self, name: str) -> int:
        number = self._sent(name)
        return int(number) if number.isdecimal() else 0

    def _sent_pks(self) -> set[str]:
        rows = range(min(self._sent_number("INITIAL_FORMS"), self.absolute_max))
        return {self._sent(f"{row}-id") for row in rows}

    def _are_stored(self, pks: set[str]) -> bool:
        return pks <= {str(enclosure.pk) for enclosure in self.get_queryset()}

    def _with_stored_rows(self) -> dict[str, Any]:
        """What was sent, with the stored rows in place of those that were sent as stored."""
        fields = ["id", "entry", *self.form.base_fields]
        stored = list(self.get_queryset())
        rows = [model_to_dict(enclosure) for enclosure in stored]
        first, end = self._sent_number("INITIAL_FORMS"), self._sent_number("TOTAL_FORMS")
        for number in range(first, min(end, first + self.max_num)):
            rows.append({name: self._sent(f"{number}-{name}") for name in fields})
        data = {
            f"{self.prefix}-{number}-{name}": "" if value is None else str(value)
            for number, row in enumerate(rows)
            for name, value in row.items()
        }
        data[f"{self.prefix}-INITIAL_FORMS"] = str(len(stored))
        data[f"{self.prefix}-TOTAL_FORMS"] = str(len(rows))
        return data
