"""The action that merges several tags into one."""

from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm

from entries.curating import duplicate_tags
from entries.models import Tag, fold

from .actions import quote_names, read_tag_names
from .name_input import TagNamesField, TagNamesInput


class TagActionForm(ActionForm):
    """The actions bar, with a text field for the tag that the others are merged into."""

    tag_names = TagNamesField(
        label="Tag:",
        required=False,
        widget=TagNamesInput({"placeholder": "to merge into", "data-single": ""}),
    )


@admin.action(description="Merge into the typed tag", permissions=["delete"])
def merge_tags(modeladmin, request, queryset):
    names = read_tag_names(modeladmin, request)
    if not names:
        return
    into = Tag.objects.filter(names__folded=fold(names[0])).first()
    if into is None or len(names) > 1:
        modeladmin.message_user(request, "Type the name of one existing tag.", messages.ERROR)
        return
    gone = list(queryset.exclude(pk=into.pk))
    try:
        duplicate_tags.merge_tags(gone, into)
    except duplicate_tags.MergeError as error:
        modeladmin.message_user(request, str(error), messages.ERROR)
        return
    if gone:
        modeladmin.log_deletions(request, gone)
    modeladmin.message_user(
        request,
        f"Merged {quote_names([tag.name for tag in gone])} into “{into.name}”."
        if gone
        else "There was nothing to merge.",
        messages.SUCCESS if gone else messages.WARNING,
    )
