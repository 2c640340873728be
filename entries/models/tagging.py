"""Gives entries their tags. Nothing else writes taggings, so counts and search documents fit."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from django.apps import apps
from django.db import transaction
from taggit.managers import _TaggableManager
from taggit.utils import require_instance_manager

from .locking import lock_entries, locking
from .search_document import index_entries
from .tag import Tag, TaggedEntry, TagName, fold, lock_tags_named

# Databases limit the parameters of a query: SQLite, as it is mostly built, to 32,766.
MAX_PARAMETERS = 10_000


def set_tags(wanted: Mapping[int, Sequence[str]]):
    """Give each entry (by primary key) the tags with these names, in this order.

    A name that only folds to a tag's name is kept as the tagging's term. Only what differs is
    written. Skips entries that have been deleted meanwhile. The number of queries does not grow
    with entries and tags.
    """
    Entry = apps.get_model("entries.Entry")
    with transaction.atomic():
        columns = ("pk", "status", "published")
        entries = list(locking(Entry, wanted).values_list(*columns))
        pks = [pk for pk, *_ in entries]
        old: dict[int, list[TaggedEntry]] = defaultdict(list)
        for row in TaggedEntry.objects.filter(content_object__in=pks).order_by("pk"):
            old[row.content_object_id].append(row)
        names = dict.fromkeys(name for pk in pks for name in wanted[pk])
        tags = lock_tags_named(names, {row.tag_id for rows in old.values() for row in rows})
        gone: list[TaggedEntry] = []
        new: list[TaggedEntry] = []
        for pk, status, published in entries:
            rows = [
                TaggedEntry(
                    tag_id=tag_id,
                    content_object_id=pk,
                    term="" if tags[name].name == name else name,
                    live=status == Entry.Status.LIVE,
                    published=published,
                )
                for tag_id, name in _first_spellings(wanted[pk], tags).items()
            ]
            kept = _count_alike(old[pk], rows)
            gone += old[pk][kept:]
            new += rows[kept:]
        _write(gone, new)


def _first_spellings(names: Sequence[str], tags: Mapping[str, Tag]) -> dict[int, str]:
    """The primary key of each tag, and the first of the names that name it."""
    spellings: dict[int, str] = {}
    for name in names:
        spellings.setdefault(tags[name].pk, name)
    return spellings


def _count_alike(old: Sequence[TaggedEntry], new: Sequence[TaggedEntry]) -> int:
    """How many rows at the beginning are alike. The other rows are replaced, to keep the order."""
    number = 0
    for one, other in zip(old, new, strict=False):
        if (one.tag_id, one.term, one.live, one.published) != (
            *(other.tag_id, other.term, other.live, other.published),
        ):
            break
        number += 1
    return number


def _write(gone: Sequence[TaggedEntry], new: Sequence[TaggedEntry]) -> None:
    pks = [row.pk for row in gone]
    for start in range(0, len(pks), MAX_PARAMETERS):
        TaggedEntry.objects.filter(pk__in=pks[start : start + MAX_PARAMETERS]).delete()
    TaggedEntry.objects.bulk_create(new)
    if rows := [*gone, *new]:
        Tag.objects.filter(pk__in={row.tag_id for row in rows}).recount()
        index_entries(sorted({row.content_object_id for row in rows}))


class EntryTags(_TaggableManager):
    """django-taggit's manager of one entry's tags, going through `set_tags`."""

    def _names(self, tags):
        return [tag.name if isinstance(tag, Tag) else tag for tag in tags]

    def _current(self) -> dict[int, str]:
        """The entry's tags by primary key, in order, as its feed spells them."""
        return current_tags([self.instance.pk])[self.instance.pk]

    def _replace(self, names):
        self._remove_prefetched_objects()
        set_tags({self.instance.pk: names})

    @require_instance_manager
    def add(self, *tags, **kwargs):
        with transaction.atomic():
            lock_entries([self.instance.pk])
            self._replace([*self._current().values(), *self._names(tags)])

    @require_instance_manager
    def set(self, tags, **kwargs):
        self._replace(self._names(tags))

    @require_instance_manager
    def remove(self, *tags):
        with transaction.atomic():
            lock_entries([self.instance.pk])
            gone = known_tags(self._names(tags)).values()
            self._replace([name for tag, name in self._current().items() if tag not in gone])

    @require_instance_manager
    def clear(self):
        self._replace([])


def current_tags(pks: Iterable[int]) -> dict[int, dict[int, str]]:
    """The tags of each entry, in order, by the names that its feed gave them.

    Lock the entries first when the result decides which tags they get.
    """
    pks = list(pks)
    tags: dict[int, dict[int, str]] = {pk: {} for pk in pks}
    rows = TaggedEntry.objects.filter(content_object__in=pks).order_by("pk")
    for pk, tag, name, term in rows.values_list("content_object_id", "tag_id", "tag__name", "term"):
        tags[pk][tag] = term or name
    return tags


def known_tags(names: Iterable[str]) -> dict[str, int]:
    """The primary keys of the tags with these names, by folded name."""
    known = TagName.objects.filter(folded__in=[fold(name) for name in names])
    return dict(known.values_list("folded", "tag_id"))
