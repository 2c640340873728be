"""Several tags made one."""

from collections.abc import Iterable
from functools import partial

from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.db import transaction
from django.utils import timezone

from entries.models import Entry, OldAddress, Tag, TagName, fold
from entries.models.locking import lock_entries, lock_tags, retry_deadlocks
from entries.models.tagging import current_tags, known_tags, set_tags

from .actions import asked_names, batches, listed
from .name_input import TagNamesField, TagNamesInput

IS_GONE = "The tag “{}” was merged or deleted at this moment."


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
        merge(gone, into)
    except MergeError as error:
        modeladmin.message_user(request, str(error), messages.ERROR)
        return
    if gone:
        modeladmin.log_deletions(request, gone)
    modeladmin.message_user(
        request,
        f"Merged {listed([tag.name for tag in gone])} into “{into.name}”."
        if gone
        else "There was nothing to merge.",
        messages.SUCCESS if gone else messages.WARNING,
    )


class MergeError(ValueError):
    """The tags can't be merged; a sentence says why."""


def merge(tags: Iterable[Tag], into: Tag) -> None:
    """Give the entries of these tags the one tag, in place, and it their names and addresses.

    Their names go first: from then on nobody gives an entry one of these tags. Then their
    entries follow, some at a time, so that nobody waits for all of them. Stopped halfway, it is
    finished by doing it again. Raises MergeError when the one tag is gone.
    """
    gone = [tag.pk for tag in tags]
    retry_deadlocks(partial(pass_on_names, gone, into))
    tagged = Entry.objects.filter(taggings__tag__in=gone).distinct()
    while tagged.exists():
        for pks in batches(tagged):
            retry_deadlocks(partial(replace_tags, pks, gone, into))
    retry_deadlocks(partial(delete_merged, gone, into))


@transaction.atomic
def pass_on_names(gone: list[int], into: Tag) -> None:
    lock_tags([*gone, into.pk])
    if known_tags([into.name]).get(fold(into.name)) != into.pk:
        raise MergeError(IS_GONE.format(into.name))
    TagName.objects.filter(tag__in=gone).update(tag=into)


@transaction.atomic
def replace_tags(pks: list[int], gone: list[int], into: Tag) -> None:
    pks = lock_entries(pks)
    set_tags(
        {
            pk: [into.name if tag in gone else name for tag, name in current.items()]
            for pk, current in current_tags(pks).items()
        }
    )
    Entry.objects.filter(pk__in=pks).update(modified_at=timezone.now())


@transaction.atomic
def delete_merged(gone: list[int], into: Tag) -> None:
    locked = lock_tags([*gone, into.pk], to_delete=True)
    if into.pk not in locked:
        raise MergeError(IS_GONE.format(into.name))
    merged = Tag.objects.filter(pk__in=gone)
    OldAddress.objects.pass_on_tags(merged, into)
    merged.delete()
