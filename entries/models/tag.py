"""Tags, their names and their taggings."""

import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.apps import apps
from django.db import models, transaction
from django.db.models import Count, F, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify
from taggit.models import ItemBase, TagBase

from .locking import lock_entries, lock_tag_names, lock_tags
from .old_address import keeping_address
from .search_document import index_entries


def fold(name):
    """The form in which two spellings of one tag are equal, on every database."""
    return unicodedata.normalize("NFC", " ".join(name.split())).casefold()[:255]


class TagQuerySet(models.QuerySet):
    def recount(self):
        """Count the live entries of these tags and store the numbers. One query.

        Call while they are locked, since before their taggings were written: `recounting`.
        """
        live = TaggedEntry.objects.filter(tag=OuterRef("pk"), live__in=[True])
        count = live.order_by().values("tag").annotate(n=Count("pk")).values("n")
        return self.update(live_count=Coalesce(Subquery(count), 0))

    def public(self):
        """Tags with entries that the public may see, each with their number as `count`.

        The kept count includes entries that are live but not yet due; those few are
        taken off here, so that no job has to run when one falls due.
        """
        waiting = (
            TaggedEntry.objects.filter(
                tag=OuterRef("pk"), live__in=[True], published__gt=timezone.now()
            )
            .order_by()
            .values("tag")
            .annotate(n=Count("pk"))
            .values("n")
        )
        return (
            self.filter(live_count__gt=0)
            .annotate(count=F("live_count") - Coalesce(Subquery(waiting), 0))
            .filter(count__gt=0)
        )

    def not_yet_public(self):
        """Tags whose live entries are all still to come. Reads only the entries to come."""
        to_come = TaggedEntry.objects.filter(
            content_object__status="live", content_object__published__gt=timezone.now()
        )
        waiting = to_come.order_by().values("tag").annotate(n=Count("pk"))
        return self.filter(pk__in=waiting.filter(n__gte=F("tag__live_count")).values("tag"))

    def delete(self):
        """Delete these tags and their taggings, and update the entries' search documents."""
        with transaction.atomic():
            entries = lock_for_deletion(self)
            deleted = super().delete()
            index_entries(entries)
        return deleted

    delete.alters_data = True  # type: ignore[attr-defined]
    delete.queryset_only = True  # type: ignore[attr-defined]


class Tag(TagBase):
    name = models.CharField(max_length=255, unique=True)
    slug = models.SlugField(max_length=255, unique=True, allow_unicode=True)
    description = models.TextField(blank=True)
    live_count = models.PositiveIntegerField(
        default=0,
        editable=False,
        help_text="Live entries, including those not yet due.",
    )

    objects = TagQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        indexes = [models.Index(fields=["-live_count", "name"], name="tag_by_use")]

    def get_absolute_url(self):
        return reverse("entries:tag", args=[self.slug])

    @property
    def is_public(self):
        """True if the public may have seen the tag's page."""
        return self.live_count > 0

    def save(self, *args, **kwargs):
        """Store the tag, its name as one that it is known by from now on, and its old address.

        Its kept count is left as it is stored.
        """
        with transaction.atomic():
            lock_tag_names()
            if not self._state.adding and kwargs.get("update_fields") is None:
                stored = {field.name for field in self._meta.concrete_fields}
                kwargs["update_fields"] = stored - {"id", "live_count"}
            with keeping_address(self):
                super().save(*args, **kwargs)
            TagName.objects.get_or_create(folded=fold(self.name), defaults={"tag": self})

    def delete(self, *args, **kwargs):
        return Tag.objects.filter(pk=self.pk).delete()


class TagName(models.Model):
    """A name by which a tag is known, folded. Names outlive a renaming: feeds go on using them."""

    folded = models.CharField(max_length=255, unique=True)
    tag = models.ForeignKey(Tag, on_delete=models.CASCADE, related_name="names")

    def __str__(self):
        return self.folded


class TaggedEntryQuerySet(models.QuerySet):
    def live(self):
        """The taggings of entries that the public may see, newest first."""
        # Django writes live=True as a bare column, for which SQLite looks into no index.
        return self.filter(live__in=[True], published__lte=timezone.now()).order_by(
            "-published", "-content_object_id"
        )


class TaggedEntry(ItemBase):
    """One tag of one entry. The order of an entry's tags is that of their primary keys.

    Repeats the entry's `published` and liveness, so that the page of a tag is one walk
    along an index, however common the tag.
    """

    tag = models.ForeignKey(Tag, on_delete=models.CASCADE, related_name="taggings")
    # The name is the one that django-taggit looks for.
    content_object = models.ForeignKey(
        "entries.Entry", on_delete=models.CASCADE, db_column="entry_id", related_name="taggings"
    )
    term = models.CharField(
        max_length=255,
        blank=True,
        help_text="What the entry's feed wrote, where that differs from the tag's name.",
    )
    live = models.BooleanField(default=False, editable=False)
    published = models.DateTimeField(editable=False)

    objects = TaggedEntryQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["content_object", "tag"], name="one_tagging_each")
        ]
        indexes = [
            models.Index(
                fields=["tag", "live", "-published", "-content_object"], name="tagging_listing"
            )
        ]


@contextmanager
def recounting(tags: Iterable[int] | TagQuerySet) -> Iterator[None]:
    """Lock these tags while their taggings are written, and renew their counts afterwards.

    Two queries. Call within a transaction that has locked the entries.
    """
    pks = lock_tags(tags)
    yield
    Tag.objects.filter(pk__in=pks).recount()


def lock_for_deletion(tags: TagQuerySet) -> list[int]:
    """Lock tags, and all entries that have one of them. Returns those by primary key."""
    Entry = apps.get_model("entries.Entry")
    tagged = Entry.objects.filter(taggings__tag__in=tags.order_by().values("pk")).distinct()
    entries = lock_entries(tagged)
    lock_tags(tags, to_delete=True)
    # Entries that got one of the tags between the two queries. No further ones can get it now.
    while missed := set(tagged.order_by().values_list("pk", flat=True)).difference(entries):
        entries += lock_entries(missed)
    return entries


def tags_by_name(names: Iterable[str]) -> dict[str, Tag]:
    """The tag for each name, created where there is none.

    Two spellings that fold to one name get one tag, under the spelling that came first.
    At most seven queries, for any number of names.
    """
    spelling: dict[str, str] = {}
    for name in names:
        spelling.setdefault(fold(name), name)
    found = _known(spelling)
    if len(found) < len(spelling):
        with transaction.atomic(savepoint=False):
            lock_tag_names()
            # Another transaction may have made one before this one got the lock.
            found = _known(spelling)
            missing = {folded: name for folded, name in spelling.items() if folded not in found}
            found |= _create_tags(missing) if missing else {}
    return {name: found[fold(name)] for name in names}


def lock_tags_named(names: Iterable[str], others: Iterable[int] = ()) -> dict[str, Tag]:
    """The tag for each name, locked, created where there is none.

    The tags with the primary keys `others` are locked in the same query. A tag may be merged,
    renamed or deleted before it is locked, so each name is looked up again afterwards.
    """
    names, others = list(names), set(others)
    tags = tags_by_name(names)
    while True:
        pks = {tag.pk for tag in tags.values()}
        lock_tags(pks | others)
        tags = tags_by_name(names)
        if {tag.pk for tag in tags.values()} <= pks:
            return tags


def _known(folded: Iterable[str]) -> dict[str, Tag]:
    rows = TagName.objects.filter(folded__in=list(folded)).select_related("tag")
    return {row.folded: row.tag for row in rows}


def _create_tags(missing: dict[str, str]) -> dict[str, Tag]:
    slugs = {folded: tag_slug(name) for folded, name in missing.items()}
    taken = set(Tag.objects.filter(slug__in=slugs.values()).values_list("slug", flat=True))
    if len(taken) or len(set(slugs.values())) < len(slugs):
        taken = set(Tag.objects.values_list("slug", flat=True))
    tags = {}
    for folded, name in missing.items():
        slug, number = slugs[folded], 2
        while slug in taken:
            slug, number = f"{slugs[folded]}-{number}", number + 1
        taken.add(slug)
        tags[folded] = Tag(name=name, slug=slug)
    Tag.objects.bulk_create(tags.values())
    TagName.objects.bulk_create(TagName(folded=folded, tag=tag) for folded, tag in tags.items())
    return tags


def tag_slug(name):
    """The tag's part of an address: `c++` and `c#` have letters of their own, `日本` its own."""
    readable = name.replace("+", " plus ").replace("#", " sharp ")
    return slugify(readable, allow_unicode=True)[:200] or "tag"
