"""The form of an entry."""

import re
from datetime import datetime
from functools import cached_property

from django import forms
from django.contrib.admin.widgets import AdminURLFieldWidget
from django.core.validators import RegexValidator, URLValidator
from django.utils import timezone

from entries.lib.characters import line_feeds, strip_controls
from entries.lib.plaintext import squeeze
from entries.models import Enclosure, Entry, fold

from .name_input import TagNamesField, TagNamesInput, join_names
from .stale_forms import FreshForm

WIDE = {"class": "vLargeTextField"}
LANGUAGE = re.compile(r"\A[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*\Z")
MARKUP = re.compile(r"</?[A-Za-z][^<>]*>|<!--|&(#\d+|#x[0-9A-Fa-f]+|\w+);")
NOT_A_DATE = "Write the day as 2025-09-11 and the time as 14:30."


class OneLine(forms.CharField):
    """One line. A browser drops line breaks and outer space from what it is shown: no edit."""

    def has_changed(self, initial, data):
        shown = re.sub(r"[\r\n]", "", initial or "")
        return squeeze(data or "") not in (squeeze(initial or ""), squeeze(shown))


class LineField(OneLine):
    """Plain text on one line."""

    def to_python(self, value):
        return squeeze(super().to_python(value) or "")


class MailField(OneLine, forms.EmailField):
    """An e-mail address."""


class ProseField(forms.CharField):
    """Text of many lines. A browser sends each line break as CR LF: no edit either."""

    def to_python(self, value):
        return strip_controls(line_feeds(super().to_python(value) or ""))

    def has_changed(self, initial, data):
        return line_feeds(initial or "").strip() != line_feeds(data or "").strip()


class AddressField(OneLine, forms.URLField):
    """The full address of a page."""

    widget = AdminURLFieldWidget
    default_validators = [URLValidator(schemes=["http", "https"])]
    default_error_messages = {
        "invalid": "Write a full address, one that begins with https:// or http://."
    }

    def __init__(self, **kwargs):
        super().__init__(assume_scheme="https", **kwargs)


class MomentField(forms.SplitDateTimeField):
    """A day and a time in the site's time zone.

    A time that the end of summer time makes ambiguous is the first of the two.
    """

    def compress(self, data_list):
        if not data_list or None in data_list:
            raise forms.ValidationError(NOT_A_DATE)
        if not 1000 <= data_list[0].year < 9999:
            raise forms.ValidationError("Write the year in full, with four digits.")
        return timezone.make_aware(datetime.combine(*data_list))


class KeepingForm(forms.ModelForm):
    """A form that stores what the editor left alone as it was, and does not judge it.

    To the microsecond and the last line break: it may have come from a feed, and a
    difference that the form itself made would pass for an edit at the next import.
    """

    @property
    def edited(self) -> set[str]:
        """The names of the fields in which the editor changed something."""
        return set(self.changed_data)

    @property
    def untouched(self) -> set[str]:
        """The names of the model's fields in the form that hold what is stored."""
        if not self.instance.pk:
            return set()
        names = {field.name for field in self.instance._meta.fields}
        return names & set(self.fields) - self.edited

    def clean(self):
        cleaned = super().clean() or self.cleaned_data
        for name in self.untouched:
            cleaned[name] = getattr(self.instance, name)
            self.errors.pop(name, None)
        return cleaned

    def _get_validation_exclusions(self):
        return super()._get_validation_exclusions() | self.untouched  # type: ignore[misc]


class EnclosureForm(KeepingForm):
    class Meta:
        model = Enclosure
        fields = ["href", "type", "length", "title", "hreflang", "role"]
        field_classes = {
            "href": AddressField,
            "type": LineField,
            "title": LineField,
            "hreflang": LineField,
        }
        widgets = {"href": AdminURLFieldWidget, "title": forms.TextInput}


class EntryForm(FreshForm, KeepingForm):
    """An entry as an editor writes it."""

    tag_names = TagNamesField(
        label="Tags",
        required=False,
        widget=TagNamesInput(WIDE),
        help_text="In the order in which they are to stand, with commas between. "
        "A tag that does not exist yet is made.",
    )

    class Meta:
        model = Entry
        fields = [
            *("kind", "status", "title", "content", "summary", "link_url", "via_url", "via_title"),
            *("quoted_source", "quoted_url", "quoted_context", "published", "slug", "language"),
            *("author_name", "author_uri", "author_email", "rights", "canonical_url", "tags_line"),
        ]
        field_classes = {
            "title": LineField,
            "content": ProseField,
            "summary": ProseField,
            "author_name": LineField,
            "author_uri": AddressField,
            "author_email": MailField,
            "rights": LineField,
            "language": LineField,
            "canonical_url": AddressField,
            "link_url": AddressField,
            "via_url": AddressField,
            "via_title": LineField,
            "quoted_source": LineField,
            "quoted_url": AddressField,
            "quoted_context": LineField,
            "published": MomentField,
        }
        widgets = {
            **{
                name: forms.TextInput(attrs=WIDE)
                for name in (
                    *("title", "author_name", "rights", "via_title", "quoted_source"),
                    "quoted_context",
                )
            },
            **{
                name: AdminURLFieldWidget(attrs=WIDE)
                for name in ("author_uri", "canonical_url", "link_url", "via_url", "quoted_url")
            },
            "author_email": forms.EmailInput(attrs=WIDE),
            "content": forms.Textarea(attrs=WIDE | {"rows": 24, "spellcheck": "true"}),
            "summary": forms.Textarea(attrs=WIDE | {"rows": 4}),
        }
        help_texts = {
            "content": "HTML, or plain text with an empty line between paragraphs.",
            "slug": "The last part of the address. Empty: made from the title, else "
            "from the first words.",
            "published": "Decides the place in lists and the day in the address. "
            "A live entry appears when this moment has come.",
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["tag_names"] = join_names(name for name, _ in self.terms)
        if "published" in self.fields:
            # What counts as an edit is a difference from what is stored, not from the page.
            self.fields["published"].show_hidden_initial = False
        if "slug" in self.fields:
            self.fields["slug"].required = False
        if "language" in self.fields:
            self.fields["language"].validators.append(
                RegexValidator(LANGUAGE, "Write a language tag such as en or pt-BR.")
            )

    @cached_property
    def terms(self) -> list[tuple[str, str]]:
        """The names of the stored entry's tags, each with what its feed calls it."""
        if not self.instance.pk:
            return []
        return list(self.instance.taggings.order_by("pk").values_list("tag__name", "term"))

    def stored_values(self) -> object:
        return f"{self.instance.modified_at}{self.terms}"

    def wanted_names(self) -> list[str]:
        """The tags that the editor asked for; those kept have the spelling that their feed uses."""
        terms = {fold(name): term or name for name, term in self.terms}
        return [terms.get(fold(name), name) for name in self.cleaned_data["tag_names"]]

    def clean(self):
        cleaned = super().clean()
        if self.instance.pk and "tag_names" not in self.edited:
            self.errors.pop("tag_names", None)
        self.check_kind(cleaned)
        return cleaned

    def check_kind(self, cleaned):
        """Ask for what the kind can't do without, where the editor had a hand in it."""
        if (
            cleaned.get("kind") == Entry.Kind.LINK
            and self.edited & {"kind", "link_url"}
            and "link_url" not in self.errors
            and not cleaned.get("link_url")
        ):
            self.add_error("link_url", "A link needs the address that it points at.")
        if (
            self.edited & {"kind", "title", "content"}
            and not cleaned.get("title")
            and not cleaned.get("content")
        ):
            self.add_error("content", "Write something: there is neither a title nor a text.")


def looks_like_html(text: str) -> bool:
    return bool(MARKUP.search(text))
