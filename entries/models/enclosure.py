"""The media attached to entries."""

from django.db import models

from .entry import Entry


class Enclosure(models.Model):
    """Media attached to an entry."""

    class Role(models.TextChoices):
        ENCLOSURE = "enclosure", "enclosed"
        MEDIA = "media", "shown with the text"
        THUMBNAIL = "thumbnail", "stands for the entry"

    # The fields that feeds state, in the order in which imports list them.
    STATED = ("href", "type", "length", "title", "hreflang", "role")

    entry = models.ForeignKey(Entry, on_delete=models.CASCADE, related_name="enclosures")
    href = models.TextField("address")
    type = models.CharField("media type", max_length=255, blank=True)
    length = models.PositiveBigIntegerField(null=True, blank=True, help_text="Bytes.")
    title = models.TextField(blank=True, help_text="Of an image: what is to be seen.")
    hreflang = models.CharField("language", max_length=64, blank=True)
    role = models.CharField(max_length=10, choices=Role, default=Role.ENCLOSURE)

    class Meta:
        ordering = ["pk"]

    def __str__(self):
        return self.href
