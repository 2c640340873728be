"""The admin page of tags. Two tags never share a name."""

from django import forms
from django.contrib import admin

from entries.models import Tag, TaggedEntry, TagName, fold
from entries.models.locking import lock_tag_names

from .base import BaseAdmin
from .deletion import summarise_deletion
from .entry_form import LineField, ProseField
from .stale_forms import FreshAdmin, FreshForm, is_saving
from .tag_merging import TagActionForm, merge_tags


class TagForm(FreshForm):
    class Meta:
        model = Tag
        fields = ["name", "slug", "description"]
        field_classes = {"name": LineField, "description": ProseField}
        help_texts = {
            "name": "Feeds that still use the old name get this tag too.",
            "slug": "The last part of the tag’s address. The old address redirects to the new one.",
            "description": "What entries with this tag are about, in plain text.",
        }

    def clean_name(self):
        name = self.cleaned_data["name"]
        if not name:
            raise forms.ValidationError("A tag needs a name.")
        # Lock names until the transaction ends, so that nobody else takes this one before the save.
        lock_tag_names()
        others = TagName.objects.filter(folded=fold(name)).exclude(tag=self.instance.pk)
        holder = others.select_related("tag").first()
        if holder:
            raise forms.ValidationError(
                f"“{name}” is already a name of the tag “{holder.tag.name}”. To merge the two, "
                "select this tag in the list of tags and choose the action to merge it."
            )
        return name


class TagNameInline(admin.TabularInline):
    """The folded names of the tag, read-only."""

    model = TagName
    verbose_name_plural = "known as"
    fields = ["folded"]
    readonly_fields = ["folded"]
    extra = 0
    can_delete = False

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_view_permission(self, request, obj=None):
        return True


@admin.register(Tag)
class TagAdmin(FreshAdmin, BaseAdmin):
    form = TagForm
    action_form = TagActionForm
    actions = [merge_tags]
    fields = ["name", "slug", "description", "live_count"]
    readonly_fields = ["live_count"]
    list_display = ["name", "slug", "live_count"]
    ordering = ["-live_count", "name"]
    list_per_page = 100
    search_fields = ["name"]
    prepopulated_fields = {"slug": ["name"]}

    def get_inlines(self, request, obj):
        return [TagNameInline] if obj else []

    def get_object(self, request, object_id, from_field=None):
        if is_saving(request):
            # Locked before the tag itself (the order of locks in `entries.models.locking`).
            lock_tag_names()
        return super().get_object(request, object_id, from_field)

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        if change and "name" in form.changed_data:
            # Our feeds print a tagging's term if it has one. From now on they print the new name.
            TaggedEntry.objects.filter(tag=obj).exclude(term="").update(term="")

    def get_deleted_objects(self, objs, request):
        return summarise_deletion(self, objs, request)
