"""The enclosures in the form of an entry."""

from typing import Any

from django import forms
from django.forms.models import BaseInlineFormSet, model_to_dict
from django.forms.utils import pretty_name

REPLACED = (
    "An import has replaced media of this entry since you opened this page. You now see the "
    "stored media and the rows that you added. Check them, and save again."
)


class EnclosureFormSet(BaseInlineFormSet):
    """Rows for the stored enclosures, then rows that the editor added.

    An import replaces enclosures by new rows. A form that was opened before it refers to rows
    that are gone. Such a form is refused once, and shown again with the stored rows, so that it
    can be saved then.
    """

    def __init__(self, data=None, *args, **kwargs):
        super().__init__(data, *args, **kwargs)
        self.is_replaced = data is not None and not self._are_stored(self._sent_pks())
        if self.is_replaced:
            self.data = self._with_stored_rows()

    def add_fields(self, form, index):
        super().add_fields(form, index)
        # Django's table has column headers, but the fields have no labels for screen readers.
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
        """The data of the form: the stored rows as they are now, then the rows that were added."""
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
