"""The records of old imports, made fewer."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from entries.models import FeedEnvelope, ImportLine, ImportRun

KEPT_FOR = timedelta(days=90)
MAX_BATCH_ROWS = 1_000  # rows


def thin_records() -> int:
    """Delete the lines of runs that are over 90 days old, and those runs that did nothing.

    What is known of each entry for good stands in its sightings. Works in batches, oldest
    first, each by itself. Returns how many lines went.
    """
    limit = timezone.now() - KEPT_FOR
    thinned = 0
    while True:
        # Rows are as old as their keys are small: those to come after need no look.
        oldest = ImportLine.objects.order_by("pk").values_list("pk", "run__started_at")[
            :MAX_BATCH_ROWS
        ]
        old = [pk for pk, started_at in oldest if started_at < limit]
        ImportLine.objects.filter(pk__in=old).delete()
        thinned += len(old)
        if len(old) < MAX_BATCH_ROWS:
            break
    idle = ImportRun.objects.filter(
        started_at__lt=limit, created=0, updated=0, conflicts=0, lines=None
    ).exclude(status=ImportRun.Status.RUNNING)
    while pks := list(idle.order_by("pk").values_list("pk", flat=True)[:MAX_BATCH_ROWS]):
        ImportRun.objects.filter(pk__in=pks).delete()
    return thinned


def thin_envelopes() -> int:
    """Delete what stood around entries that have come in other documents since.

    Returns how many went. They are locked before they are deleted: an import that refers to
    one of them meanwhile either is waited for, or makes it anew.
    """
    unused = FeedEnvelope.objects.filter(sightings=None).order_by("pk")
    thinned, last = 0, 0
    while pks := list(unused.filter(pk__gt=last).values_list("pk", flat=True)[:MAX_BATCH_ROWS]):
        last = pks[-1]
        with transaction.atomic():
            locked = FeedEnvelope.objects.select_for_update().filter(pk__in=pks).order_by("pk")
            list(locked.values_list("pk", flat=True))
            thinned += FeedEnvelope.objects.filter(pk__in=pks, sightings=None).delete()[0]
    return thinned
