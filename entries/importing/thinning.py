"""The records of old imports, made fewer."""

from datetime import timedelta

from django.utils import timezone

from entries.models import ImportLine, ImportRun

KEPT_FOR = timedelta(days=90)
BATCH = 1_000  # rows


def thin_records() -> int:
    """Delete the lines of runs that are over 90 days old, and those runs that did nothing.

    What is known of each entry for good stands in its sightings. Works in batches, oldest
    first, each by itself. Returns how many lines went.
    """
    limit = timezone.now() - KEPT_FOR
    thinned = 0
    while True:
        # Rows are as old as their keys are small: those to come after need no look.
        oldest = ImportLine.objects.order_by("pk").values_list("pk", "run__started_at")[:BATCH]
        old = [pk for pk, started_at in oldest if started_at < limit]
        ImportLine.objects.filter(pk__in=old).delete()
        thinned += len(old)
        if len(old) < BATCH:
            break
    idle = ImportRun.objects.filter(
        started_at__lt=limit, created=0, updated=0, conflicts=0, lines=None
    ).exclude(status=ImportRun.Status.RUNNING)
    while pks := list(idle.order_by("pk").values_list("pk", flat=True)[:BATCH]):
        ImportRun.objects.filter(pk__in=pks).delete()
    return thinned
