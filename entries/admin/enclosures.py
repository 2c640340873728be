"""The media of an entry, as its form lists them."""

from django import forms
from django.forms.models import BaseInlineFormSet, model_to_dict

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

    def clean(self):
        super().clean()
        if self.is_replaced:
            raise forms.ValidationError(REPLACED)

    def _sent_number(self, name: str) -> int:
        number = self.data.get(f"{self.prefix}-{name}", "")
        return int(number) if number.isdecimal() else 0

    def _sent_pks(self) -> set[str]:
        rows = range(min(self._sent_number("INITIAL_FORMS"), self.absolute_max))
        return {self.data.get(f"{self.prefix}-{row}-id", "") for row in rows}

    def _are_stored(self, pks: set[str]) -> bool:
        return pks <= {str(enclosure.pk) for enclosure in self.get_queryset()}

    def _with_stored_rows(self):
        """What was sent, with the stored rows for those that were sent as stored."""
        typed = {name: values for name, values in self.data.lists() if not self._is_row(name)}
        first, end = self._sent_number("INITIAL_FORMS"), self._sent_number("TOTAL_FORMS")
        stored = list(self.get_queryset())
        data = self.data.copy()
        data.clear()
        for name, values in typed.items():
            data.setlist(name, values)
        for number, enclosure in enumerate(stored):
            row = model_to_dict(enclosure, [*self.form._meta.fields, "id", "entry"])
            for name, value in row.items():
                data[f"{self.prefix}-{number}-{name}"] = "" if value is None else str(value)
            data[f"{self.prefix}-{number}-id"] = str(enclosure.pk)
        for row in range(first, min(end, first + self.max_num)):
            number = len(stored) + row - first
            for name, values in self.data.lists():
                if name.startswith(f"{self.prefix}-{row}-"):
                    data.setlist(name.replace(f"-{row}-", f"-{number}-", 1), values)
        data[f"{self.prefix}-INITIAL_FORMS"] = str(len(stored))
        data[f"{self.prefix}-TOTAL_FORMS"] = str(len(stored) + max(0, end - first))
        return data

    def _is_row(self, name: str) -> bool:
        start, _, rest = name.removeprefix(f"{self.prefix}-").partition("-")
        return name.startswith(f"{self.prefix}-") and start.isdecimal() and bool(rest)
