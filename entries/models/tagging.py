"""The one way in which entries get tags, so that what is kept beside them stays true."""

from collections.abc import Mapping, Sequence

from django.db import transaction
from taggit.managers import _TaggableManager
from taggit.utils import require_instance_manager

from .document import index_entries
from .tag import Tag, TaggedEntry, tags_by_name


def set_tags(wanted: Mapping[int, Sequence[str]]):
    """Give each entry (by primary key) the tags with these names, in this order.

    A name that only folds to a tag's name is kept as the tagging's term. A fixed number
    of queries, whatever the number of entries and tags.
    """
    from .entry import Entry

    with transaction.atomic():
        names = list(dict.fromkeys(name for names in wanted.values() for name in names))
        tags = tags_by_name(names)
        old = TaggedEntry.objects.filter(content_object__in=wanted)
        touched = set(old.values_list("tag_id", flat=True))
        old.delete()
        rows = []
        entries = Entry.objects.filter(pk__in=wanted).values_list("pk", "status", "published")
        for pk, status, published in entries:
            first_spelling: dict[int, str] = {}
            for name in wanted[pk]:
                first_spelling.setdefault(tags[name].pk, name)
            rows += [
                TaggedEntry(
                    tag_id=tag_id,
                    content_object_id=pk,
                    term="" if tags[name].name == name else name,
                    live=status == Entry.Status.LIVE,
                    published=published,
                )
                for tag_id, name in first_spelling.items()
            ]
        TaggedEntry.objects.bulk_create(rows)
        touched |= {row.tag_id for row in rows}
        Tag.objects.filter(pk__in=touched).recount()
        index_entries(wanted)


class EntryTags(_TaggableManager):
    """django-taggit's manager of one entry's tags, going through `set_tags`."""

    def _names(self, tags):
        return [tag.name if isinstance(tag, Tag) else tag for tag in tags]

    def _replace(self, names):
        self._remove_prefetched_objects()
        set_tags({self.instance.pk: names})

    @require_instance_manager
    def add(self, *tags, **kwargs):
        self._replace([*self.names(), *self._names(tags)])

    @require_instance_manager
    def set(self, tags, **kwargs):
        self._replace(self._names(tags))

    @require_instance_manager
    def remove(self, *tags):
        gone = {tag.pk for tag in tags_by_name(self._names(tags)).values()}
        self._replace([tag.name for tag in self.all() if tag.pk not in gone])

    @require_instance_manager
    def clear(self):
        self._replace([])
