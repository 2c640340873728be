from django.db import models


class OldAddress(models.Model):
    """A path of this site that an entry once had, or that led to one that is part of it now."""

    path = models.CharField(max_length=2000, unique=True, help_text="As the entry's page had it.")
    entry = models.ForeignKey(
        "entries.Entry", on_delete=models.CASCADE, related_name="old_addresses"
    )

    class Meta:
        verbose_name_plural = "old addresses"

    def __str__(self):
        return self.path
