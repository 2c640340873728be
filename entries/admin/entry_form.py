"""The form of an entry, and form fields that do not mistake a browser's changes for an edit."""

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

WIDE_ATTRS = {"class": "vLargeTextField"}
LANGUAGE = re.compile(r"\A[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*\Z")
MARKUP = re.compile(r"</?[A-Za-z][^<>]*>|<!--|&(#\d+|#x[0-9A-Fa-f]+|\w+);")
NOT_A_DATE = "Write the day as 2025-09-11 and the time as 14:30."


class OneLineField(forms.CharField):
    """A line of text. Differences in white space are no edit: browsers drop line breaks."""

    def has_changed(self, initial, data):
        shown = re.sub(r"[\r\n]", "", initial or "")
        return squeeze(data or "") not in (squeeze(initial or ""), squeeze(shown))


class LineField(OneLineField):
    """Plain text on one line, its white space collapsed."""

    def to_python(self, value):
        return squeeze(super().to_python(value) or "")


class EmailLineField(OneLineField, forms.EmailField):
    pass


class ProseField(forms.CharField):
    """Text of several lines. Ignores that a browser sends line breaks as CR LF."""

    def to_python(self, value):
        return strip_controls(line_feeds(super().to_python(value) or ""))

    def has_changed(self, initial, data):
        return line_feeds(initial or "").strip() != line_feeds(data or "").strip()


class URLLineField(OneLineField, forms.URLField):
    """An absolute http or https URL."""

    widget = AdminURLFieldWidget
    default_validators = [URLValidator(schemes=["http", "https"])]
    default_error_messages = {
        "invalid": "Write a full address that begins with https:// or http://."
    }

    def __init__(self, **kwargs):
        super().__init__(assume_scheme="https", **kwargs)


class SiteDateTimeField(forms.SplitDateTimeField):
    """A day and a time in the site's time zone.

    When clocks are set back, an hour occurs twice: a time in it means the first.
    """

    def compress(self, data_list):
        if not data_list or None in data_list:
            raise forms.ValidationError(NOT_A_DATE)
        if not 1000 <= data_list[0].year < 9999:
            raise forms.ValidationError("Write the year in full, with four digits.")
        return timezone.make_aware(datetime.combine(*data_list))


class KeepUntouchedForm(forms.ModelForm):
    """A form that neither changes nor validates the fields that the editor did not edit.

    Their values often come from a feed. If the form changed a microsecond or a line break of
    them, the next import would take that for an edit.
    """

    @property
    def edited(self) -> set[str]:
        """The names of the fields in which the editor changed something."""
        return set(self.changed_data)

    @property
    def untouched(self) -> set[str]:
        """The names of the model's fields that the editor did not edit."""
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


class EnclosureForm(KeepUntouchedForm):
    class Meta:
        model = Enclosure
        fields = ["href", "type", "length", "title", "hreflang", "role"]
        field_classes = {
            "href": URLLineField,
            "type": LineField,
            "title": LineField,
            "hreflang": LineField,
        }
        widgets = {"href": AdminURLFieldWidget, "title": forms.TextInput}


class EntryForm(FreshForm, KeepUntouchedForm):
    """An entry as an editor writes it."""

    tag_names = TagNamesField(
        label="Tags",
        required=False,
        widget=TagNamesInput(WIDE_ATTRS),
        help_text="Separated by commas, in the order in which they are shown. "
        "Tags that do not exist yet are created.",
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
            "author_uri": URLLineField,
            "author_email": EmailLineField,
            "rights": LineField,
            "language": LineField,
            "canonical_url": URLLineField,
            "link_url": URLLineField,
            "via_url": URLLineField,
            "via_title": LineField,
            "quoted_source": LineField,
            "quoted_url": URLLineField,
            "quoted_context": LineField,
            "published": SiteDateTimeField,
        }
        widgets = {
            **{
                name: forms.TextInput(attrs=WIDE_ATTRS)
                for name in (
                    *("title", "author_name", "rights", "via_title", "quoted_source"),
                    "quoted_context",
                )
            },
            **{
                name: AdminURLFieldWidget(attrs=WIDE_ATTRS)
                for name in ("author_uri", "canonical_url", "link_url", "via_url", "quoted_url")
            },
            "author_email": forms.EmailInput(attrs=WIDE_ATTRS),
            "content": forms.Textarea(attrs=WIDE_ATTRS | {"rows": 24, "spellcheck": "true"}),
            "summary": forms.Textarea(attrs=WIDE_ATTRS | {"rows": 4}),
        }
        help_texts = {
            "content": "HTML, or plain text with an empty line between paragraphs.",
            "slug": "The last part of the address. If empty, it is made from the title or the "
            "first words.",
            "published": "Decides the place in lists and the day in the address. "
            "A live entry appears at this time.",
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["tag_names"] = join_names(name for name, _ in self.terms)
        if "published" in self.fields:
            # The field is compared with the stored value, not with the one on the opened page.
            self.fields["published"].show_hidden_initial = False
        if "slug" in self.fields:
            self.fields["slug"].required = False
        if "language" in self.fields:
            self.fields["language"].validators.append(
                RegexValidator(LANGUAGE, "Write a language tag such as en or pt-BR.")
            )

    @cached_property
    def terms(self) -> list[tuple[str, str]]:
        """(name, term) of each tag of the stored entry. A term is the feed's spelling, or ""."""
        if not self.instance.pk:
            return []
        return list(self.instance.taggings.order_by("pk").values_list("tag__name", "term"))

    def stored_values(self) -> object:
        return f"{self.instance.modified_at}{self.terms}"

    def wanted_names(self) -> list[str]:
        """The tag names to store. Tags that the entry already had keep their feed's spelling."""
        terms = {fold(name): term or name for name, term in self.terms}
        return [terms.get(fold(name), name) for name in self.cleaned_data["tag_names"]]

    def clean(self):
        cleaned = super().clean()
        if self.instance.pk and "tag_names" not in self.edited:
            self.errors.pop("tag_names", None)
        self.check_kind(cleaned)
        return cleaned

    def check_kind(self, cleaned):
        """Require the fields that the kind needs, if the editor edited one of them."""
        if (
            cleaned.get("kind") == Entry.Kind.LINK
            and self.edited & {"kind", "link_url"}
            and "link_url" not in self.errors
            and not cleaned.get("link_url")
        ):
            self.add_error("link_url", "A link needs the address of the page it points at.")
        if (
            self.edited & {"kind", "title", "content"}
            and not cleaned.get("title")
            and not cleaned.get("content")
        ):
            self.add_error("content", "Write a title or a text.")


def looks_like_html(text: str) -> bool:
    return bool(MARKUP.search(text))
