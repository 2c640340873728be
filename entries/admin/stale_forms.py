"""Forms that notice if somebody else saved the same row since they were opened."""

from hashlib import sha256

from django import forms
from django.contrib import admin
from django.db import connection
from django.http import QueryDict

from entries.models.locking import locking

SEEN = "seen"
CHANGED_MEANWHILE = (
    "{row} was saved elsewhere since you opened this page. Your changes are not stored yet. "
    "The form below differs from what is stored now in: {fields}. Look at what is stored in "
    "another window. If you save again, your changes replace it."
)


class FreshForm(forms.ModelForm):
    """A form that is invalid if its row was saved by somebody else since the form was opened.

    It is shown again with the editor's changes, and a message names the fields that differ from
    the stored ones. The editor may then save it again, and overwrites them.
    """

    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            stored = repr(self.stored_values())
            self.initial[SEEN] = sha256(stored.encode()).hexdigest()[:16]

    def stored_values(self) -> object:
        """A value that changes with every save of the row. The default is the form's fields."""
        return {name: self.initial.get(name) for name in self.fields}

    @property
    def edited(self) -> set[str]:
        """The names of the fields in which the editor changed something."""
        return set(self.changed_data) - {SEEN}

    def clean(self):
        cleaned = super().clean() or self.cleaned_data
        if self.instance.pk and self.edited and SEEN in self.changed_data:
            data = QueryDict(mutable=True)
            data.update(self.data)
            data[self.add_prefix(SEEN)] = self.initial[SEEN]
            self.data = data
            labels = [str(self[name].label) for name in self.fields if name in self.edited]
            row = f"This {self.instance._meta.verbose_name}"
            self.add_error(None, CHANGED_MEANWHILE.format(row=row, fields=", ".join(labels)))
        return cleaned


class FreshAdmin(admin.ModelAdmin):
    """A ModelAdmin with a FreshForm, whose hidden field is added to the first fieldset."""

    form = FreshForm

    def get_fieldsets(self, request, obj=None):
        return self.with_seen(request, obj, super().get_fieldsets(request, obj))

    def with_seen(self, request, obj, fieldsets):
        if not self.has_change_permission(request, obj):
            return fieldsets
        (title, options), *others = fieldsets
        return [(title, options | {"fields": [*options["fields"], SEEN]}), *others]

    def get_object(self, request, object_id, from_field=None):
        row = super().get_object(request, object_id, from_field)
        # Lock the row, so that nobody saves it between the form's check and its own save.
        return locking(self.model, [row.pk]).first() if row and is_saving(request) else row


def is_saving(request) -> bool:
    """True in the transaction that saves a change form. False when a row is deleted."""
    is_form = request.resolver_match.url_name.endswith("_change")
    return is_form and request.method == "POST" and connection.in_atomic_block
