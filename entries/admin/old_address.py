"""The admin page of old addresses: the redirects of this site, and a form to add one."""

from datetime import date
from urllib.parse import urlsplit

from django import forms
from django.conf import settings
from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import Q
from django.urls import reverse
from django.utils.html import format_html
from django.utils.text import Truncator

from entries.lib.characters import strip_controls
from entries.lib.months import MONTHS
from entries.models import Entry, OldAddress, Tag
from entries.models.old_address import MAX_PATH_LENGTH
from entries.models.path_key import FRONT, decode_path, plain_link, plain_path_of
from entries.views.probe import has_page, match_of

from .base import BaseAdmin
from .entry_form import WIDE_ATTRS, LineField

MAX_PATH_CHARS = 80


def with_slash(plain: str) -> str:
    """The path of a plain link, without its query and with a slash at the end, as in our URLs."""
    path = plain.partition("?")[0]
    return path if path == FRONT else f"{path}/"


def paths_of_public_pages(plains: list[str]) -> set[str]:
    """Returns the plain paths that are the URL of a public entry or tag. Two queries."""
    entries, tags = {}, {}
    for plain in plains:
        match = match_of(with_slash(plain))
        if match and match.view_name == "entries:entry":
            year, month, day, slug = match.kwargs.values()
            entries[year, MONTHS.index(month) + 1, day, slug] = plain
        elif match and match.view_name == "entries:tag":
            tags[match.kwargs["slug"]] = plain
    live = Entry.objects.live().order_by().filter(slug__in=[key[3] for key in entries])
    found = {
        entries.get((day.year, day.month, day.day, slug), "")
        for day, slug in live.values_list("day", "slug")
    }
    public = Tag.objects.public().order_by().filter(slug__in=tags)
    return found | {tags[slug] for slug in public.values_list("slug", flat=True)} - {""}


class OldAddressForm(forms.ModelForm):
    path = LineField(
        label="Old address",
        widget=forms.TextInput(WIDE_ATTRS),
        help_text="A path such as /feed/ or /?p=123, or a full address on any host, of which "
        "only the path counts.",
    )
    leads_to = LineField(
        label="Leads to",
        widget=forms.TextInput(WIDE_ATTRS),
        help_text="A page of this site, such as /atom/everything/. If it is an entry or a tag, "
        "the old address follows it when its own address changes.",
    )

    class Meta:
        model = OldAddress
        fields = ["path"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["leads_to"] = self.instance.destination

    def clean_path(self):
        text = self.cleaned_data["path"]
        if self.instance.pk and text == self.instance.path:
            return text
        is_url = text.startswith(("http://", "https://"))
        if not is_url and not text.startswith("/"):
            raise forms.ValidationError("Write a path that begins with a slash.")
        plain = plain_path_of(text) if is_url else plain_link(text)
        if plain in ("", FRONT):
            raise forms.ValidationError("This is the address of the front page.")
        if len(plain) > MAX_PATH_LENGTH or strip_controls(plain) != plain:
            raise forms.ValidationError(
                f"At most {MAX_PATH_LENGTH} characters, without control characters."
            )
        if not self.is_free(plain):
            raise forms.ValidationError("This is the address of a page of this site.")
        other = OldAddress.objects.exclude(pk=self.instance.pk).filter(path=plain).first()
        if other:
            raise forms.ValidationError(
                f"It already leads to {other.destination}. Change that old address instead."
            )
        return plain

    def is_free(self, plain: str) -> bool:
        """True if no page of this site, of the admin or of static files has this path."""
        path = with_slash(plain)
        if path.startswith((reverse("admin:index"), settings.STATIC_URL)):
            return False
        # Old addresses such as /?p=123 are on the front page, which ignores other queries.
        return path == FRONT or not (has_page(path) or has_page(path.rstrip("/")))

    def clean_leads_to(self):
        text = self.cleaned_data["leads_to"]
        if self.instance.pk and text == self.instance.destination:
            return text
        link = self.own_link(text)
        path, _, query = link.partition("?")
        plain, path = plain_link(link), decode_path(path)
        if strip_controls(plain) != plain:
            raise forms.ValidationError("There is nothing at this address.")
        others = OldAddress.objects.exclude(pk=self.instance.pk).select_related("entry", "tag")
        row = others.filter(path=plain).first()
        match = match_of(path) or match_of(with_slash(plain))
        self.instance.entry, self.instance.tag, self.instance.target = None, None, ""
        if row and not has_page(path, query):
            for name in ("entry", "tag", "target"):
                setattr(self.instance, name, getattr(row, name))
        elif match and match.view_name == "entries:entry":
            self.instance.entry = self.entry_at(**match.kwargs)
        elif match and match.view_name == "entries:tag":
            self.instance.tag = Tag.objects.filter(slug=match.kwargs["slug"]).first()
        if not self.instance.destination:
            if not has_page(path, query):
                raise forms.ValidationError("There is nothing at this address.")
            self.instance.target = link
        return text

    def own_link(self, text: str) -> str:
        """The path and query of a URL or path of this site. Raises ValidationError for others."""
        try:
            site, parts = urlsplit(settings.SITE_URL), urlsplit(text)
        except ValueError as error:
            raise forms.ValidationError("This is no address.") from error
        link = (parts.path or FRONT) + (f"?{parts.query}" if parts.query else "")
        is_own = (parts.scheme in ("http", "https") and parts.netloc == site.netloc) or (
            not parts.scheme and not parts.netloc and text.startswith("/")
        )
        if not is_own or link.startswith("//") or "\\" in link:
            raise forms.ValidationError("Write a path of this site that begins with a slash.")
        if len(link) > MAX_PATH_LENGTH:
            raise forms.ValidationError(f"At most {MAX_PATH_LENGTH} characters.")
        return link

    def entry_at(self, year, month, day, slug):
        try:
            on = date(year, MONTHS.index(month) + 1, day)
        except ValueError:
            return None
        return Entry.objects.filter(day=on, slug=slug).first()

    def clean(self):
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("path") == plain_link(self.instance.destination):
            self.add_error("leads_to", "It would lead to itself.")
        return cleaned


class OldAddressChangeList(ChangeList):
    def get_results(self, request):
        super().get_results(request)
        rows = list(self.result_list)
        taken = paths_of_public_pages([row.path for row in rows])
        for row in rows:
            row.is_shadowed = row.path in taken
        self.result_list = rows


@admin.register(OldAddress)
class OldAddressAdmin(BaseAdmin):
    form = OldAddressForm
    fields = ["path", "leads_to"]
    list_display = ["shown_path", "leads_to", "reason", "added_at", "note"]
    list_filter = ["reason"]
    list_per_page = 100
    sortable_by = []
    search_fields = ["path", "target", "entry__slug", "tag__slug"]
    search_help_text = "Searches in the old address and in the address that it leads to."

    @admin.display(description="old address", ordering="path")
    def shown_path(self, address):
        return Truncator(address.path).chars(MAX_PATH_CHARS)

    @admin.display(description="leads to")
    def leads_to(self, address):
        path = address.destination
        return format_html('<a href="{}">{}</a>', path, Truncator(decode_path(path)).chars(80))

    @admin.display(description="note")
    def note(self, address):
        if address.is_shadowed:
            return "Unused: a page of this site has this address now."
        if address.entry and not address.entry.is_public:
            return "Leads nowhere until the entry is public."
        if address.tag and not address.tag.is_public:
            return "Leads nowhere until the tag has entries."
        return ""

    def get_queryset(self, request):
        rows = super().get_queryset(request).select_related("entry", "tag")
        return rows.defer("entry__content", "entry__summary")

    def get_changelist(self, request, **kwargs):
        return OldAddressChangeList

    def save_model(self, request, obj, form, change):
        if form.has_changed():
            obj.reason = OldAddress.Reason.SET
        super().save_model(request, obj, form, change)
        # Redirects to a page that was at this path now go directly to the new page.
        targets = Q(target=obj.path) | Q(target=with_slash(obj.path))
        OldAddress.objects.filter(targets).exclude(pk=obj.pk).update(
            entry=obj.entry, tag=obj.tag, target=obj.target
        )
