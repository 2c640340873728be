"""The action that merges several tags into one."""

from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm

from entries.curating import duplicate_tags
from entries.models import Tag, fold

from .actions import asked_names, quoted
from .name_input import TagNamesField, TagNamesInput


class TagActionForm(ActionForm):
    """The actions bar, with a line for the tag that others are to be merged into."""

    tag_names = TagNamesField(
        label="Tag:",
        required=False,
        widget=TagNamesInput({"placeholder": "to merge into", "data-single": ""}),
    )


@admin.action(description="Merge into the tag beside", permissions=["delete"])
def merge_tags(modeladmin, request, queryset):
    names = asked_names(modeladmin, request)
    if not names:
        return
    into = Tag.objects.filter(names__folded=fold(names[0])).first()
    if into is None or len(names) > 1:
        modeladmin.message_user(request, "Write the name of one tag that exists.", messages.ERROR)
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
        f"Merged {quoted([tag.name for tag in gone])} into “{into.name}”."
        if gone
        else "There was nothing to merge.",
        messages.SUCCESS if gone else messages.WARNING,
    )
