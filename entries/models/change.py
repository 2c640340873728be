from django.db import models


class Change(models.Model):
    """An upstream value that waits for an editor, who had changed the same field."""

    entry = models.ForeignKey("entries.Entry", on_delete=models.CASCADE, related_name="changes")
    field = models.CharField(max_length=30)
    base = models.JSONField(help_text="What upstream said when the two parted.")
    theirs = models.JSONField(help_text="What upstream says now.")
    seen_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-seen_at"]
        constraints = [
            models.UniqueConstraint(fields=["entry", "field"], name="one_change_a_field")
        ]

    def __str__(self):
        return f"{self.field} of {self.entry}"
