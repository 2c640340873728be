"""Posts."""

import uuid
from collections import Counter
from urllib.parse import urlsplit

from django.conf import settings
from django.db import models, transaction
from django.db.models import Case, Q, When
from django.urls import reverse
from django.utils import timezone
from taggit.managers import TaggableManager

from entries.lib.months import MONTHS
from entries.lib.plaintext import visible_text
from entries.lib.slugs import MAX_SLUG_LENGTH, MAX_TEXT_SLUG_LENGTH, free_slug, make_slug

from .bulk_writes import KEPT, KEYED, keeping_paths, keeping_true
from .locking import lock_entries, lock_in_batches
from .old_address import keeping_address
from .original_path import KEYS, OriginalPath
from .path_key import PathKeyField
from .search_document import REPEATED, index_entries
from .tag import Tag, TaggedEntry, recounting
from .tagging import EntryTags, set_tags
from .withdrawal import noting_withdrawals

MAX_READ_FOR_SLUG = 5_000  # characters of HTML


def is_live():
    """The condition under which the public sees an entry.

    `TaggedEntryQuerySet.live` states the same of taggings, which repeat both values.
    """
    return Q(status=Entry.Status.LIVE, published__lte=timezone.now())


class EntryQuerySet(models.QuerySet):
    def live(self):
        """Entries the public may see, newest first."""
        return self.filter(is_live()).order_by("-published", "-pk")

    def only_live(self):
        """Live entries, unordered. For querysets that are already narrowed to a few rows.

        With the two conditions of `live()` SQLite would take their index before that of the
        others, and walk along all entries that are live.
        """
        return self.filter(Case(When(is_live(), then=True), default=False)).order_by()

    def bulk_create(self, objs, *args, **kwargs):
        """Store these entries and their search documents.

        If this changes stored entries (`update_conflicts`), the caller has locked them. The rows
        that repeat their values are updated, as by `update`.
        """
        objs = list(objs)
        changed = set(kwargs.get("update_fields") or ())
        stored = Entry.objects.filter(pk__in=[entry.pk for entry in objs if entry.pk])
        with transaction.atomic(savepoint=False):
            with keeping_true(stored, changed):
                created = super().bulk_create(objs, *args, **kwargs)
            index_entries(entry.pk for entry in created)
        return created

    def bulk_update(self, objs, fields, *args, **kwargs):
        """Write these fields, and update the keys of original paths."""
        if KEYED.isdisjoint(fields):
            return super().bulk_update(objs, fields, *args, **kwargs)
        objs = list(objs)
        entries = Entry.objects.filter(pk__in=[entry.pk for entry in objs])
        with transaction.atomic(), keeping_paths(entries, fields):
            return super().bulk_update(objs, fields, *args, **kwargs)

    bulk_update.alters_data = True  # type: ignore[attr-defined]

    def set_status(self, status):
        """Give these entries a status. A fixed number of queries; returns how many changed."""
        return self.exclude(status=status).update(status=status)

    def update(self, **values):
        """Change fields in the database, and update all rows that repeat their values.

        Sets `modified_at`, too. Unlike `save()`, this completes no address: a slug that is taken
        raises IntegrityError. Returns how many entries changed. Takes a fixed number of queries
        for each 10,000 entries.
        """
        values = {"modified_at": timezone.now()} | values
        if KEPT.isdisjoint(values):
            return super().update(**values)
        updated = 0
        with transaction.atomic():
            for batch in lock_in_batches(self):
                with keeping_true(Entry.objects.filter(pk__in=batch), values):
                    updated += super(EntryQuerySet, self.filter(pk__in=batch)).update(**values)
                if not REPEATED.isdisjoint(values):
                    index_entries(batch)
        return updated

    update.alters_data = True  # type: ignore[attr-defined]

    def delete(self):
        """Delete these entries. Their sightings stay, so that no import brings them back.

        Returns the same as Django's `delete`: the number of rows, and the number by model.
        """
        deleted = Counter[str]()
        with transaction.atomic():
            for batch in lock_in_batches(self, to_delete=True):
                entries = Entry.objects.filter(pk__in=batch)
                with (
                    recounting(Tag.objects.filter(taggings__content_object__in=batch)),
                    noting_withdrawals(entries),
                ):
                    deleted.update(super(EntryQuerySet, entries).delete()[1])
        return deleted.total(), dict(deleted)

    delete.alters_data = True  # type: ignore[attr-defined]
    delete.queryset_only = True  # type: ignore[attr-defined]


def mint_atom_id():
    """Make a new tag: URI (RFC 4151) under the site's host name, for an entry that has no id."""
    host = urlsplit(settings.SITE_URL).hostname
    return f"tag:{host},{timezone.now():%Y-%m-%d}:{uuid.uuid4()}"


class Entry(models.Model):  # type: ignore[django-manager-missing]
    """A post, imported or written here.

    Its addresses:

    - `get_absolute_url()` is its page on this site, made of `day` and `slug`.
    - `canonical_url` is the original page of an imported entry. `original_key` finds the entry by
      the path of that page, `id_key` by the path in `atom_id`.
    - `link_url` is the page that a link entry points to; `via_url` is where its author found it.
    - `quoted_url` is the page that a quotation is from.

    `atom_id` is no address, even where it looks like one: it identifies the entry for ever.

    Its times: `published` and `updated` are the entry's own, as its feed or its author states them.
    `day` is the day in its address, which stays when `published` changes. `imported_at` is when it
    was first imported; it is empty for an entry that was written here. `modified_at` is the last
    change of the row.

    The public sees an entry that is live and whose `published` has come: `EntryQuerySet.live()`.
    """

    class Kind(models.TextChoices):
        ARTICLE = "article"
        LINK = "link"
        QUOTATION = "quotation"
        NOTE = "note"

    class Status(models.TextChoices):
        DRAFT = "draft"
        LIVE = "live"
        REJECTED = "rejected"

    atom_id = models.CharField(
        max_length=2000,
        unique=True,
        default=mint_atom_id,
        editable=False,
        help_text="For ever (RFC 4287, 4.2.6), letter for letter as it came.",
    )
    source = models.ForeignKey(
        "entries.Source",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="entries",
        help_text="The source whose sighting leads; none of what was written here.",
    )
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.ARTICLE)
    status = models.CharField(max_length=10, choices=Status, default=Status.DRAFT)
    title = models.TextField(blank=True)
    slug = models.SlugField(max_length=MAX_SLUG_LENGTH, allow_unicode=True)
    day = models.DateField(
        editable=False, help_text="The day in the address: the origin's, else that of `published`."
    )
    published = models.DateTimeField(default=timezone.now)
    updated = models.DateTimeField(default=timezone.now, editable=False)

    content = models.TextField(blank=True, help_text="HTML.")
    summary = models.TextField(blank=True, help_text="Plain text.")
    author_name = models.TextField("author", blank=True)
    author_uri = models.TextField("author's page", blank=True)
    author_email = models.TextField("author's e-mail", blank=True)
    people = models.JSONField(
        "further people",
        default=list,
        blank=True,
        help_text="Authors after the first, and contributors: [role, name, page, e-mail] of each.",
    )
    rights = models.TextField(blank=True)
    language = models.CharField(
        max_length=64, blank=True, help_text="Such as en or pt-BR; empty for the site's."
    )

    canonical_url = models.TextField("original page", blank=True)
    original_key = PathKeyField(of="canonical_url")
    id_key = PathKeyField(of="atom_id", but="canonical_url")
    link_url = models.TextField("link", blank=True)
    via_url = models.TextField("via", blank=True)
    via_title = models.TextField("via whom", blank=True)
    quoted_source = models.TextField("who said it", blank=True)
    quoted_url = models.TextField("where", blank=True)
    quoted_context = models.TextField("context", blank=True)
    origin = models.JSONField(
        "first feed",
        default=dict,
        blank=True,
        help_text="The feed that the source had the entry from: id, title, url, site_url.",
    )
    in_reply_to = models.JSONField(
        default=list, blank=True, help_text="What it answers (RFC 4685): ref, href, type, source."
    )
    category_details = models.JSONField(
        default=dict,
        blank=True,
        help_text="By the feed's term, the [scheme, label] that it gave, where it gave any.",
    )
    tags_line = models.BooleanField(
        "tags line in the feed",
        default=True,
        help_text="Repeat the tags as a last line of the text in feeds.",
    )

    imported_at = models.DateTimeField(null=True, blank=True, editable=False)
    modified_at = models.DateTimeField(auto_now=True)

    tags = TaggableManager(through=TaggedEntry, manager=EntryTags, blank=True)

    objects = EntryQuerySet.as_manager()

    class Meta:
        ordering = ["-published", "-pk"]
        verbose_name_plural = "entries"
        constraints = [models.UniqueConstraint(fields=["day", "slug"], name="one_entry_an_address")]
        indexes = [
            models.Index(fields=["status", "-published", "-id"], name="entry_listing"),
            models.Index(fields=["status", "kind", "-published", "-id"], name="entry_kind"),
            models.Index(
                fields=["source", "status", "-published", "-id"], name="entry_source_listing"
            ),
            models.Index(fields=["status", "-day", "-published", "-id"], name="entry_day"),
            models.Index(fields=["-published", "-id"], name="entry_desk"),
            models.Index(fields=["status", "modified_at"], name="entry_changed"),
            models.Index(
                fields=["original_key"],
                condition=models.Q(original_key__isnull=False),
                name="entry_original",
            ),
            models.Index(
                fields=["id_key"], condition=models.Q(id_key__isnull=False), name="entry_id_path"
            ),
        ]

    def __str__(self):
        return self.title or self.slug or self.atom_id

    def save(self, *args, **kwargs):
        """Store the entry with a complete address, and update the rows that repeat its values.

        An empty slug is made from the title, or else from the first words of the text. A slug that
        is taken gets a number.
        """
        with transaction.atomic():
            lock_entries([self.pk] if self.pk else [])
            self.day = self.day or timezone.localdate(self.published)
            self.slug = self._free_slug()
            withdrawing = noting_withdrawals(Entry.objects.filter(pk=self.pk))
            if "canonical_url" in (kwargs.get("update_fields") or ()):
                kwargs["update_fields"] = {*kwargs["update_fields"], *KEYS}
            with withdrawing, keeping_address(self) as before:
                super().save(*args, **kwargs)
            if before and before.canonical_url != self.canonical_url:
                OriginalPath.objects.keep([(self.pk, before.canonical_url)])
            live = self.status == self.Status.LIVE
            stale = self.taggings.exclude(live=live, published=self.published)
            if tags := list(stale.values_list("tag", flat=True)):
                with recounting(tags):
                    stale.update(live=live, published=self.published)
            index_entries([self.pk])

    def get_absolute_url(self):
        return entry_path(self.day, self.slug)

    def delete(self, *args, **kwargs):
        """Delete the entry. Its sightings stay, so that no import brings it back."""
        return Entry.objects.filter(pk=self.pk).delete()

    def set_tags(self, names):
        """Give the entry these tags, by name, in this order."""
        set_tags({self.pk: list(names)})

    def move_to_published(self):
        """Let the address follow a changed date of publication."""
        self.day = timezone.localdate(self.published)

    @property
    def is_public(self):
        return self.status == self.Status.LIVE and self.published <= timezone.now()

    def _free_slug(self):
        wish = self.slug or make_slug(self.title) or self._first_words_slug() or self.kind
        others = Entry.objects.filter(day=self.day).exclude(pk=self.pk)
        return free_slug(wish, set(others.values_list("slug", flat=True)))

    def _first_words_slug(self):
        return make_slug(visible_text(self.content[:MAX_READ_FOR_SLUG]), MAX_TEXT_SLUG_LENGTH)


def entry_path(day, slug):
    """The path of an entry: /2025/Sep/11/kumar-aditya/."""
    return reverse("entries:entry", args=[day.year, MONTHS[day.month - 1], day.day, slug])
