"""Entries as their sources state them, with the bytes as received."""

import zlib

from django.db import models


class FeedEnvelope(models.Model):
    """The bytes before and after the entries in a document of a source, and where it was from.

    With it the bytes of an entry are parsed again. Stored once for all entries that came in
    documents which differ in nothing else; `before` and `after` are compressed by zlib.
    """

    source = models.ForeignKey("entries.Source", on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=32)
    url = models.TextField(blank=True)
    pictures_of_all = models.JSONField(
        default=list, help_text="Addresses of pictures that all its entries had."
    )
    before = models.BinaryField()
    after = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "digest"], name="one_envelope_a_digest")
        ]

    def __str__(self):
        return f"{self.source}, {self.digest}"


class SightingQuerySet(models.QuerySet):
    def missing(self):
        """The leading sightings of entries that their source should still state, and does not."""
        # The condition on absences lets the database use the index of counted sightings.
        return self.filter(
            leads=True, absences__gt=0, missing_since__isnull=False, entry__isnull=False
        )


class Sighting(models.Model):
    """An entry as one source states it.

    The leading sighting of an entry is the one whose changes are merged; the others are
    credited. A sighting without an entry is the tombstone of a deleted one, or a post that a
    filter of its source has left out.
    """

    source = models.ForeignKey("entries.Source", on_delete=models.PROTECT, related_name="sightings")
    entry = models.ForeignKey(
        "entries.Entry", on_delete=models.SET_NULL, null=True, related_name="sightings"
    )
    leads = models.BooleanField(default=False)
    guid = models.TextField(blank=True, help_text="What the source calls the entry, verbatim.")
    matched_by = models.CharField(
        max_length=20, help_text="The rule by which the entry was known again, or `new`."
    )
    dated_by = models.CharField(max_length=20, help_text="Where the entry's date is from.")
    first_seen_at = models.DateTimeField(auto_now_add=True)
    last_seen_at = models.DateTimeField(
        auto_now=True,
        help_text="When it last said something new; reading it unchanged writes nothing.",
    )
    received_hash = models.CharField(
        max_length=40, help_text="Of all that decides what becomes of it, by which it is unchanged."
    )
    statement_hash = models.CharField(
        max_length=32, blank=True, help_text="Of what it says: title, link, date, text, enclosures."
    )
    removed = models.JSONField(default=list, help_text="What cleaning took out, in words.")
    filtered_by = models.TextField(
        "left out by", blank=True, help_text="The filter that left it out, if one did."
    )
    absences = models.PositiveSmallIntegerField(
        default=0,
        help_text="Good fetches in a row that lacked it within their window.",
    )
    missing_since = models.DateTimeField(null=True, blank=True)
    base = models.JSONField(help_text="The upstream values last merged, normalised.")
    received = models.BinaryField(
        help_text="The bytes of the entry, compressed by zlib; without an envelope its parsed "
        "fields as JSON, since the document could not be cut into its entries."
    )
    envelope = models.ForeignKey(
        FeedEnvelope, on_delete=models.PROTECT, null=True, related_name="sightings"
    )

    objects = SightingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["entry"], condition=models.Q(leads=True), name="one_leading_sighting"
            )
        ]
        indexes = [
            models.Index(fields=["source", "entry"], name="sighting_entries"),
            models.Index(
                fields=["source"], condition=models.Q(absences__gt=0), name="sighting_absent"
            ),
            models.Index(
                fields=["source"], condition=~models.Q(filtered_by=""), name="sighting_filtered"
            ),
        ]

    def __str__(self):
        return f"{self.guid} in {self.source}"

    @property
    def received_text(self):
        """The received bytes as text, for people to read."""
        return zlib.decompress(self.received).decode("utf-8", "replace")


class FilteredPostManager(models.Manager.from_queryset(SightingQuerySet)):  # type: ignore[misc]
    def get_queryset(self):
        return super().get_queryset().filter(entry=None).exclude(filtered_by="")


class FilteredPost(Sighting):
    """A post that a filter of its source has left out, and that can be imported after all."""

    objects = FilteredPostManager()  # type: ignore[misc]

    class Meta:
        proxy = True
        ordering = ["-pk"]

    def __str__(self):
        return self.base.get("title") or self.guid or "(untitled)"


class IdentityKey(models.Model):
    """One of the keys by which a sighting is known again (`importing/normalizing/keys.py`)."""

    value = models.CharField(max_length=40)
    sighting = models.ForeignKey(Sighting, on_delete=models.CASCADE, related_name="keys")

    class Meta:
        # In this order it also finds the sightings of a value.
        constraints = [
            models.UniqueConstraint(fields=["value", "sighting"], name="one_key_a_sighting")
        ]

    def __str__(self):
        return self.value
