"""Upstream values that wait for an editor."""

from django.db import models, transaction

from .search_document import index_entries


class ChangeQuerySet(models.QuerySet):
    """Changes that also mark their entries as waiting in the search documents."""

    def bulk_create(self, objs, *args, **kwargs):
        objs = list(objs)
        with transaction.atomic(savepoint=False):
            created = super().bulk_create(objs, *args, **kwargs)
            # An entry whose change is replaced was waiting before: its document says so already.
            if not kwargs.get("update_conflicts"):
                index_entries(sorted({change.entry_id for change in objs}))
        return created

    def delete(self):
        with transaction.atomic(savepoint=False):
            entries = sorted(set(self.order_by().values_list("entry", flat=True)))
            deleted = super().delete()
            index_entries(entries)
        return deleted

    delete.alters_data = True  # type: ignore[attr-defined]
    delete.queryset_only = True  # type: ignore[attr-defined]


class UpstreamChange(models.Model):
    """An upstream value that waits for an editor, who had changed the same field."""

    entry = models.ForeignKey("entries.Entry", on_delete=models.CASCADE, related_name="changes")
    field = models.CharField(max_length=30)
    base = models.JSONField(help_text="What upstream said when the two parted.")
    theirs = models.JSONField(help_text="What upstream says now.")
    seen_at = models.DateTimeField(auto_now=True)

    objects = ChangeQuerySet.as_manager()

    class Meta:
        verbose_name = "change"
        ordering = ["-seen_at"]
        constraints = [
            models.UniqueConstraint(fields=["entry", "field"], name="one_change_a_field")
        ]

    def __str__(self):
        return f"{self.field} of {self.entry}"

    def save(self, *args, **kwargs):
        """Store the change, and let its entry be found among those that wait."""
        with transaction.atomic():
            super().save(*args, **kwargs)
            index_entries([self.entry_id])

    def delete(self, *args, **kwargs):
        return UpstreamChange.objects.filter(pk=self.pk).delete()
