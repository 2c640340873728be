"""Forms that two people have open at once: the second is told, and decides."""

from hashlib import sha256

from django import forms
from django.contrib import admin
from django.db import connection
from django.http import QueryDict

from entries.models.locking import locking

SEEN = "seen"
CHANGED_MEANWHILE = (
    "{row} was saved elsewhere since you opened this page. Nothing of yours is stored yet. "
    "What stands below differs from what is stored now in: {fields}. Look at what is stored in "
    "another window; if you save again, yours takes its place."
)


class FreshForm(forms.ModelForm):
    """A form that is refused where what it is about was saved since it was opened.

    It is shown again with what the editor typed, and names the fields in which that differs from
    what is stored; saved once more, it counts.
    """

    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            stored = repr(self.stored_values())
            self.initial[SEEN] = sha256(stored.encode()).hexdigest()[:16]

    def stored_values(self) -> object:
        """What changes whenever somebody saves such a form: by default the fields in it."""
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
    """The page of such a form. The hidden field is in its first fieldset."""

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
        # Nobody else saves between the form's look at what is stored and its own save.
        return locking(self.model, [row.pk]).first() if row and is_saving(request) else row


def is_saving(request) -> bool:
    """Whether this is the transaction in which a form is saved, and not a row deleted."""
    is_form = request.resolver_match.url_name.endswith("_change")
    return is_form and request.method == "POST" and connection.in_atomic_block
