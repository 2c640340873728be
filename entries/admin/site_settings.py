"""The admin page of the site's settings: one form, for the one row of SiteSettings."""

import hashlib
import re

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.widgets import AdminURLFieldWidget
from django.core.exceptions import ValidationError
from django.shortcuts import redirect
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.html import format_html

from entries.importing.cleaning.sanitizer import html_from_text, sanitize_html
from entries.models import SiteSettings
from entries.publishing.site import DESCRIPTION, read_site

from .base import BaseAdmin
from .entry_form import WIDE_ATTRS, LineField, ProseField, URLLineField, looks_like_html
from .stale_forms import FreshAdmin, FreshForm

MAX_FAVICON_BYTES = 64 * 1024
# The beginning of a file of each format. In an SVG file, an XML declaration, comments and a
# document type may come before the first element.
SIGNATURES = {
    "png": re.compile(rb"\x89PNG\r\n\x1a\n"),
    "ico": re.compile(rb"\x00\x00\x01\x00[^\x00]"),
    "svg": re.compile(
        rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*\?>\s*)?(?:<!--(?:(?!-->).)*-->\s*|<!DOCTYPE[^>\[]*>\s*)*"
        rb"<svg[\s>](?=[^>]*xmlns\s*=\s*[\"']http://www\.w3\.org/2000/svg[\"'])",
        re.S,
    ),
}
HEX_COLOUR = re.compile(r"#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})")


def icon_suffix(content: bytes) -> str:
    """The file name extension for an icon: svg, png or ico. Empty for any other file."""
    return next((name for name, begin in SIGNATURES.items() if begin.match(content)), "")


class ColourField(LineField):
    """A colour that is stored as #rrggbb. Accepts #rgb, and both without the #."""

    def to_python(self, value):
        text = super().to_python(value)
        match = HEX_COLOUR.fullmatch(text)
        if not match:
            return text
        digits = match[1].lower()
        return "#" + (digits if len(digits) == 6 else "".join(digit * 2 for digit in digits))


class FaviconField(forms.FileField):
    """An uploaded favicon. The cleaned value is (file name, bytes), or None without a file."""

    widget = forms.FileInput(attrs={"accept": ".svg,.png,.ico"})

    def to_python(self, data):
        file = super().to_python(data)
        if file is None:
            return None
        if file.size > MAX_FAVICON_BYTES:
            raise ValidationError(
                f"The file is too large: {filesizeformat(file.size)}. An icon may have at most "
                f"{filesizeformat(MAX_FAVICON_BYTES)}."
            )
        content = file.read()
        suffix = icon_suffix(content)
        if not suffix:
            raise ValidationError("The file is no icon: choose an SVG, PNG or ICO file.")
        return f"favicon-{hashlib.sha256(content).hexdigest()[:16]}.{suffix}", content


class SiteSettingsForm(FreshForm):
    new_favicon = FaviconField(
        label="New favicon",
        required=False,
        help_text="The icon in the browser’s tab: a square SVG, PNG or ICO file of at most 64 kB.",
    )
    default_favicon = forms.BooleanField(label="Use the built-in favicon", required=False)

    class Meta:
        model = SiteSettings
        fields = [
            *("title", "tagline", "description", "author_name", "author_link", "me"),
            *("navigation", "footer", "accent", "accent_dark", "about"),
        ]
        field_classes = {
            "title": LineField,
            "tagline": LineField,
            "description": ProseField,
            "author_name": LineField,
            "author_link": URLLineField,
            "me": ProseField,
            "navigation": ProseField,
            "footer": ProseField,
            "accent": ColourField,
            "accent_dark": ColourField,
            "about": ProseField,
        }
        widgets = {
            "title": forms.TextInput(attrs=WIDE_ATTRS),
            "tagline": forms.TextInput(attrs=WIDE_ATTRS),
            "author_link": AdminURLFieldWidget(attrs=WIDE_ATTRS),
            "description": forms.Textarea(attrs=WIDE_ATTRS | {"rows": 3, "spellcheck": "true"}),
            "me": forms.Textarea(attrs=WIDE_ATTRS | {"rows": 3}),
            "navigation": forms.Textarea(attrs=WIDE_ATTRS | {"rows": 8}),
            "footer": forms.Textarea(attrs=WIDE_ATTRS | {"rows": 3, "spellcheck": "true"}),
            "about": forms.Textarea(attrs=WIDE_ATTRS | {"rows": 20, "spellcheck": "true"}),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.removed: list[str] = []
        for name, text in self.defaults().items():
            if name in self.fields and not getattr(self.instance, name):
                self.fields[name].widget.attrs["placeholder"] = text

    def stored_values(self) -> object:
        return [super().stored_values(), self.instance.favicon_name]

    def defaults(self) -> dict[str, str]:
        """The values that the site uses for empty fields. Shown as placeholders."""
        links = read_site().navigation
        return {
            "title": settings.SITE_TITLE,
            "description": DESCRIPTION,
            "navigation": "\n".join(f"{label} → {href}" for label, href in links),
        }

    def clean_footer(self):
        return self.sanitized("footer", "")

    def clean_about(self):
        return self.sanitized("about", reverse("entries:about"))

    def sanitized(self, name: str, page: str) -> str:
        """The HTML of a field, sanitised. `self.removed` collects what was taken out.

        Links within the site lose its scheme and host, so that the site can change its domain.
        """
        text = self.cleaned_data[name]
        html = text if looks_like_html(text) else html_from_text(text)
        here = settings.SITE_URL
        cleaned = sanitize_html(html, f"{here}/", page=page and here + page, anchor=name)
        self.removed += cleaned.removed
        return re.sub(rf'(<[^<>]* (?:href|src)="){re.escape(here)}(?=/(?!/))', r"\1", cleaned.html)

    def clean(self):
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("accent_dark") and not cleaned.get("accent") and "accent" not in self.errors:
            self.add_error("accent", "Choose a colour for light pages too.")
        return cleaned


@admin.register(SiteSettings)
class SiteSettingsAdmin(FreshAdmin, BaseAdmin):
    form = SiteSettingsForm
    fieldsets = [
        (None, {"fields": ["title", "tagline", "description"]}),
        ("Author", {"fields": ["author_name", "author_link", "me"]}),
        ("On every page", {"fields": ["navigation", "footer"]}),
        (
            "Look",
            {
                "fields": [
                    *("accent", "accent_dark", "favicon_now", "new_favicon", "default_favicon"),
                ]
            },
        ),
        ("About", {"fields": ["about"]}),
    ]
    readonly_fields = ["favicon_now"]

    @admin.display(description="favicon")
    def favicon_now(self, stored):
        return format_html(
            '<img src="{}" alt="{}" width="32" height="32">',
            read_site().favicon_path,
            "yours" if stored.favicon_name else "the built-in one",
        )

    def changelist_view(self, request, extra_context=None):
        return redirect(reverse("admin:entries_sitesettings_change", args=[SiteSettings.PK]))

    def get_object(self, request, object_id, from_field=None):
        """The one row of settings. Before the first save it is a new object."""
        if object_id != str(SiteSettings.PK):
            return None
        stored = super().get_object(request, object_id, from_field)
        return stored or SiteSettings(pk=SiteSettings.PK)

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def view_on_site(self, obj):
        return reverse("entries:about") if obj.about else reverse("entries:home")

    def save_model(self, request, obj, form, change):
        if form.cleaned_data["default_favicon"]:
            obj.favicon_name, obj.favicon = "", b""
        elif form.cleaned_data["new_favicon"]:
            obj.favicon_name, obj.favicon = form.cleaned_data["new_favicon"]
        super().save_model(request, obj, form, change)
        if form.removed:
            self.message_user(
                request,
                f"Taken out of the text for safety: {', '.join(form.removed)}.",
                messages.WARNING,
            )
