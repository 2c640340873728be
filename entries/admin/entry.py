"""The page of an entry in the admin: fields, read-only columns, and saving."""

from django.conf import settings
from django.contrib import admin, messages
from django.utils import timezone
from django.utils.html import format_html

from entries.importing.cleaning.sanitizer import html_from_text, sanitize_html
from entries.models import Enclosure, Entry
from entries.models.entry import entry_path

from .actions import ENTRY_ACTIONS, EntryActionForm
from .deletion import summarise_deletion
from .enclosures import EnclosureFormSet
from .entry_form import EnclosureForm, EntryForm, looks_like_html
from .entry_list import EntryListAdmin
from .entry_merging import merge_the_two, split_again
from .provenance import (
    NOTHING,
    as_text,
    external_link,
    format_time,
    import_history,
    merged_entries,
    sightings_list,
    waiting_changes,
)
from .stale_forms import FreshAdmin

# A change to one of these fields sets `updated`, which tells feed readers that the text changed.
TEXT_FIELDS = {
    *("kind", "title", "content", "summary", "link_url", "via_url", "via_title"),
    *("quoted_source", "quoted_url", "quoted_context", "author_name", "author_uri"),
    *("author_email", "rights", "language", "canonical_url"),
}
LINK_FIELDS = ["link_url", "via_url", "via_title"]
QUOTATION_FIELDS = ["quoted_source", "quoted_url", "quoted_context"]


class EnclosureInline(admin.TabularInline):
    model = Enclosure
    form = EnclosureForm
    formset = EnclosureFormSet
    extra = 0
    classes = ["collapse"]


@admin.register(Entry)
class EntryAdmin(FreshAdmin, EntryListAdmin):
    form = EntryForm
    action_form = EntryActionForm
    actions = [*ENTRY_ACTIONS, merge_the_two, split_again]
    inlines = [EnclosureInline]
    prepopulated_fields = {"slug": ["title"]}
    radio_fields = {"kind": admin.HORIZONTAL, "status": admin.HORIZONTAL}
    save_on_top = True

    @admin.display(description="id")
    def permanent_id(self, entry):
        return format_html('<code class="desk-address">{}</code>', entry.atom_id)

    @admin.display(description="original page")
    def original_page(self, entry):
        return external_link(entry.canonical_url)

    @admin.display(description="further people")
    def further_people(self, entry):
        return as_text("people", entry.people) or NOTHING

    @admin.display(description="in reply to")
    def replies_to(self, entry):
        return as_text("in_reply_to", entry.in_reply_to) or NOTHING

    @admin.display(description="first feed")
    def first_feed(self, entry):
        return as_text("origin", entry.origin) or NOTHING

    @admin.display(description="sources")
    def sightings(self, entry):
        return sightings_list(entry)

    @admin.display(description="imports")
    def imports(self, entry):
        return import_history(entry)

    @admin.display(description="imported")
    def first_imported(self, entry):
        return format_time(entry.imported_at) if entry.imported_at else "never: it was written here"

    @admin.display(description="merged")
    def merged(self, entry):
        return merged_entries(entry)

    @admin.display(description="last changed")
    def last_changed(self, entry):
        return f"{format_time(entry.modified_at)}, for readers {format_time(entry.updated)}"

    @admin.display(description="decide")
    def changes_to_decide(self, entry):
        return waiting_changes(entry, may_decide=True)

    @admin.display(description="waiting")
    def changes_to_read(self, entry):
        return waiting_changes(entry, may_decide=False)

    def get_changeform_initial_data(self, request):
        """The initial values of a new entry from the query string. A date there is ignored."""
        initial = super().get_changeform_initial_data(request)
        initial.pop("published", None)
        return initial

    def get_readonly_fields(self, request, obj=None):
        if obj is None:
            return []
        return [
            *("changes_to_decide", "changes_to_read", "permanent_id", "original_page"),
            *("sightings", "imports", "first_imported", "last_changed", "further_people"),
            *("replies_to", "first_feed", "merged"),
        ]

    def get_fieldsets(self, request, obj=None):
        return self.with_seen(request, obj, self.make_fieldsets(request, obj))

    def make_fieldsets(self, request, obj):
        """The fieldsets of the form. Those that the kind does not need are collapsed if empty."""
        kind = obj.kind if obj else request.GET.get("kind")
        text = ["title", "content", "tag_names", "summary"]

        def fold_unless(condition):
            return [] if condition else ["collapse"]

        link = {
            "fields": LINK_FIELDS,
            "classes": fold_unless(kind in (None, Entry.Kind.LINK) or has_any(obj, LINK_FIELDS)),
        }
        quotation = {
            "fields": QUOTATION_FIELDS,
            "classes": fold_unless(
                kind in (None, Entry.Kind.QUOTATION) or has_any(obj, QUOTATION_FIELDS)
            ),
        }
        fieldsets = [
            (None, {"fields": ["kind", "status"]}),
            ("Text", {"fields": text}),
            ("Link", link),
            ("Quotation", quotation),
            ("When and where", {"fields": ["published", "slug", "language"]}),
            (
                "Author and original",
                {
                    "fields": [
                        *("author_name", "author_uri", "author_email"),
                        *(["further_people"] if obj else []),
                        *("rights", "canonical_url"),
                    ],
                    "classes": ["collapse"],
                },
            ),
            ("Feed", {"fields": ["tags_line"], "classes": ["collapse"]}),
        ]
        if kind == Entry.Kind.LINK:
            fieldsets.insert(1, fieldsets.pop(2))
        if obj is None:
            return fieldsets
        if obj.changes.exists():
            shown = (
                "changes_to_decide"
                if self.has_change_permission(request, obj)
                else "changes_to_read"
            )
            fieldsets.insert(0, ("Upstream changed what was edited here", {"fields": [shown]}))
        provenance = ["permanent_id", "original_page", "first_feed", "replies_to"]
        provenance += ["first_imported", "last_changed"]
        return [
            *fieldsets,
            ("Provenance", {"fields": [*provenance, "merged", "sightings", "imports"]}),
        ]

    def view_on_site(self, obj):
        # An invalid form may have left `obj` with a slug for which there is no URL; and another
        # editor may delete the entry while its page is made.
        stored = Entry.objects.filter(pk=obj.pk).values_list("day", "slug").first()
        return entry_path(*stored) if stored else None

    def save_model(self, request, obj, form, change):
        if change and not form.edited:
            return
        if "content" in form.edited:
            self.clean_content(request, obj)
        if form.edited & TEXT_FIELDS:
            obj.updated = timezone.now()
        old_path = entry_path(obj.day, form.initial["slug"]) if change else ""
        if "published" in form.edited and obj.day:
            old_day = timezone.localdate(form.initial["published"])
            if old_day != timezone.localdate(obj.published):
                obj.move_to_published()
        wanted_slug = obj.slug
        super().save_model(request, obj, form, change)
        self.report_address(request, obj, wanted_slug, old_path)

    def clean_content(self, request, obj):
        html = obj.content if looks_like_html(obj.content) else html_from_text(obj.content)
        cleaned = sanitize_html(html, settings.SITE_URL + "/", anchor=obj.atom_id or "")
        obj.content = cleaned.html
        if cleaned.removed:
            self.message_user(
                request,
                f"Taken out of the text for safety: {', '.join(cleaned.removed)}.",
                messages.WARNING,
            )

    def report_address(self, request, obj, wanted_slug, old_path):
        path = obj.get_absolute_url()
        if wanted_slug and obj.slug != wanted_slug:
            self.message_user(
                request,
                f"“{wanted_slug}” is taken on that day; the entry got “{obj.slug}”.",
                messages.WARNING,
            )
        if old_path and path != old_path:
            self.message_user(
                request,
                f"The address changed from {old_path} to {path}. The old one redirects there.",
                messages.INFO,
            )

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        entry = form.instance
        if "tag_names" in form.edited:
            entry.set_tags(form.wanted_names())
        if change and any(formset.has_changed() for formset in formsets):
            now = timezone.now()
            Entry.objects.filter(pk=entry.pk).update(updated=now, modified_at=now)

    def get_deleted_objects(self, objs, request):
        return summarise_deletion(self, objs, request)


def has_any(entry, fields):
    return entry is not None and any(getattr(entry, name) for name in fields)
