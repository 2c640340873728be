"""Several tags made one."""

from collections.abc import Iterable

from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.db import transaction
from django.utils import timezone

from entries.models import Entry, OldAddress, Tag, TagName, fold
from entries.models.tagging import set_tags

from .actions import asked_names, batches, current_tags, listed
from .names import TagNamesField, TagNamesInput


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
    modeladmin.log_deletions(request, gone)
    merge(gone, into)
    modeladmin.message_user(
        request,
        f"Merged {listed([tag.name for tag in gone])} into “{into.name}”."
        if gone
        else "There was nothing to merge.",
        messages.SUCCESS if gone else messages.WARNING,
    )


def merge(tags: Iterable[Tag], into: Tag) -> None:
    """Give the entries of these tags the one tag, in place, and it their names and addresses."""
    gone = {tag.pk for tag in tags}
    with transaction.atomic():
        entries = Entry.objects.filter(taggings__tag__in=gone).distinct()
        for pks in batches(entries):
            set_tags(
                {
                    pk: [into.name if tag in gone else name for tag, name in current.items()]
                    for pk, current in current_tags(pks).items()
                }
            )
            Entry.objects.filter(pk__in=pks).update(modified_at=timezone.now())
        TagName.objects.filter(tag__in=gone).update(tag=into)
        OldAddress.objects.pass_on_tags(tags, into)
        Tag.objects.filter(pk__in=gone).delete()
