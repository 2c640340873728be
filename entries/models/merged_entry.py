"""Entries that were merged into others."""

from django.db import models


class MergedEntry(models.Model):
    """An entry that was merged into another. The row holds all that is needed to split them again.

    The merged entry keeps its id, tags and enclosures, but is rejected.
    """

    entry = models.OneToOneField(
        "entries.Entry", on_delete=models.CASCADE, related_name="merged_away"
    )
    into = models.ForeignKey("entries.Entry", on_delete=models.CASCADE, related_name="merged_here")
    status = models.CharField(max_length=10, help_text="What the entry's status was.")
    sightings = models.JSONField(default=list, help_text="Those that it brought, by primary key.")
    leader = models.BigIntegerField(null=True, help_text="The one of them that led.")
    merged_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name_plural = "merged entries"

    def __str__(self):
        return f"{self.entry} in {self.into}"
