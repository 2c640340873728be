"""Records of imports: one row a run, and one for each entry that it did something to."""

from django.db import models


class ImportRun(models.Model):
    """The record of one import of one source."""

    class Status(models.TextChoices):
        RUNNING = "running"
        IMPORTED = "imported"
        NOT_MODIFIED = "not_modified", "not modified"
        FAILED = "failed"

    source = models.ForeignKey("entries.Source", on_delete=models.CASCADE, related_name="runs")
    status = models.CharField(max_length=20, choices=Status, default=Status.RUNNING)
    started_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)
    created = models.PositiveIntegerField(default=0)
    updated = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    conflicts = models.PositiveIntegerField(default=0)
    skipped = models.PositiveIntegerField(default=0)
    error = models.TextField(blank=True)
    warnings = models.JSONField(default=list)

    class Meta:
        ordering = ["-pk"]

    def __str__(self):
        return f"{self.source}, {self.started_at:%Y-%m-%d %H:%M}"


class ImportLine(models.Model):
    """The record of one entry in a run: what was done, and why. Unchanged entries have none."""

    class Action(models.TextChoices):
        CREATED = "created"
        UPDATED = "updated"
        UNCHANGED = "unchanged"
        CONFLICT = "conflict"
        SKIPPED = "skipped"
        MISSING = "missing"

    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="lines")
    entry = models.ForeignKey(
        "entries.Entry", on_delete=models.SET_NULL, null=True, related_name="import_lines"
    )
    guid = models.TextField(blank=True)
    title = models.TextField(blank=True)
    action = models.CharField(max_length=10, choices=Action)
    reasons = models.JSONField(default=list)
    matched_by = models.CharField(
        "known by", max_length=20, blank=True, help_text="The rule of identity, or new."
    )
    dated_by = models.CharField(max_length=20, blank=True, help_text="Where the date is from.")
    removed = models.JSONField(default=list, help_text="What cleaning took out, in words.")
    filtered_by = models.TextField("filter", blank=True, help_text="What left it out.")
    fields = models.JSONField(
        default=dict,
        help_text="By name of the field: what became of it, what it was, what upstream says.",
    )

    class Meta:
        ordering = ["pk"]

    def __str__(self):
        return f"{self.action}: {self.title or self.guid}"
