"""An entry on the editor's desk: its form, and what happens when that is saved."""

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
    import_history,
    joined_entries,
    moment,
    sightings_table,
    waiting_changes,
)
from .stale_forms import FreshAdmin

# A change to one of these is news to readers of the feed; one of status, tags or address is not.
TEXT_FIELDS = {
    *("kind", "title", "content", "summary", "link_url", "via_url", "via_title"),
    *("quoted_source", "quoted_url", "quoted_context", "author_name", "author_uri"),
    *("author_email", "rights", "language", "canonical_url"),
}
LINK = ["link_url", "via_url", "via_title"]
QUOTATION = ["quoted_source", "quoted_url", "quoted_context"]


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
    def answers(self, entry):
        return as_text("in_reply_to", entry.in_reply_to) or NOTHING

    @admin.display(description="first feed")
    def first_feed(self, entry):
        return as_text("origin", entry.origin) or NOTHING

    @admin.display(description="sources")
    def sightings(self, entry):
        return sightings_table(entry)

    @admin.display(description="imports")
    def imports(self, entry):
        return import_history(entry)

    @admin.display(description="imported")
    def first_imported(self, entry):
        return moment(entry.imported_at) if entry.imported_at else "never: it was written here"

    @admin.display(description="merged")
    def joined(self, entry):
        return joined_entries(entry)

    @admin.display(description="last changed")
    def last_changed(self, entry):
        return f"{moment(entry.modified_at)}, for readers {moment(entry.updated)}"

    @admin.display(description="decide")
    def to_decide(self, entry):
        return waiting_changes(entry, may_decide=True)

    @admin.display(description="waiting")
    def to_read(self, entry):
        return waiting_changes(entry, may_decide=False)

    def get_changeform_initial_data(self, request):
        """What the address of an empty form says is to stand in it, but for dates."""
        initial = super().get_changeform_initial_data(request)
        initial.pop("published", None)
        return initial

    def get_readonly_fields(self, request, obj=None):
        if obj is None:
            return []
        return [
            *("to_decide", "to_read", "permanent_id", "original_page", "sightings", "imports"),
            *(
                "first_imported",
                "last_changed",
                "further_people",
                "answers",
                "first_feed",
                "joined",
            ),
        ]

    def get_fieldsets(self, request, obj=None):
        return self.with_seen(request, obj, self.make_fieldsets(request, obj))

    def make_fieldsets(self, request, obj):
        """What the entry's kind needs lies open; the rest is folded away."""
        kind = obj.kind if obj else request.GET.get("kind")
        text = ["title", "content", "tag_names", "summary"]

        def fold_unless(condition):
            return [] if condition else ["collapse"]

        link = {
            "fields": LINK,
            "classes": fold_unless(kind in (None, Entry.Kind.LINK) or holds(obj, LINK)),
        }
        quotation = {
            "fields": QUOTATION,
            "classes": fold_unless(kind in (None, Entry.Kind.QUOTATION) or holds(obj, QUOTATION)),
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
            shown = "to_decide" if self.has_change_permission(request, obj) else "to_read"
            fieldsets.insert(0, ("Upstream changed what was edited here", {"fields": [shown]}))
        provenance = ["permanent_id", "original_page", "first_feed", "answers"]
        provenance += ["first_imported", "last_changed"]
        return [
            *fieldsets,
            ("Provenance", {"fields": [*provenance, "joined", "sightings", "imports"]}),
        ]

    def view_on_site(self, obj):
        # The form may have emptied the slug in `obj`, or made it one of no address.
        return entry_path(*Entry.objects.values_list("day", "slug").get(pk=obj.pk))

    def save_model(self, request, obj, form, change):
        if change and not form.edited:
            return
        if "content" in form.edited:
            self.clean_content(request, obj)
        if form.edited & TEXT_FIELDS:
            obj.updated = timezone.now()
        before = entry_path(obj.day, form.initial["slug"]) if change else ""
        if "published" in form.edited and obj.day:
            was = timezone.localdate(form.initial["published"])
            if was != timezone.localdate(obj.published):
                obj.move_to_published()
        wish = obj.slug
        super().save_model(request, obj, form, change)
        self.tell_address(request, obj, wish, before)

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

    def tell_address(self, request, obj, wish, before):
        path = obj.get_absolute_url()
        if wish and obj.slug != wish:
            self.message_user(
                request,
                f"“{wish}” is taken on that day; the entry got “{obj.slug}”.",
                messages.WARNING,
            )
        if before and path != before:
            self.message_user(
                request,
                f"The address changed from {before} to {path}; the old one leads there.",
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


def holds(entry, fields):
    return entry is not None and any(getattr(entry, name) for name in fields)
