"""Merges several tags into one."""

from collections.abc import Iterable
from functools import partial

from django.db import transaction
from django.utils import timezone

from entries.models import Entry, OldAddress, Tag, TagName, fold
from entries.models.locking import lock_entries, lock_tags, retry_deadlocks
from entries.models.tagging import current_tags, known_tags, set_tags

from .bulk_edits import in_batches

IS_GONE = "The tag “{}” was merged or deleted at this moment."


class MergeError(ValueError):
    """The tags can't be merged. The message is a sentence for the editor."""


def merge_tags(tags: Iterable[Tag], into: Tag) -> None:
    """Replace these tags by the tag `into`, which also gets their names and old addresses.

    The names move first, so that nobody gives an entry one of these tags any more. Then their
    entries are changed in batches, each keeping the place of the tag. A merge that was stopped
    halfway can be repeated. Raises MergeError when `into` is gone.
    """
    gone = [tag.pk for tag in tags]
    retry_deadlocks(partial(pass_on_names, gone, into))
    tagged = Entry.objects.filter(taggings__tag__in=gone).distinct()
    while tagged.exists():
        for pks in in_batches(tagged):
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
