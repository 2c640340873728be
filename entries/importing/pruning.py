"""Deletes old import records and envelopes that nothing uses any more."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from entries.models import FeedEnvelope, ImportLine, ImportRun

MAX_RECORD_AGE = timedelta(days=90)
MAX_BATCH_ROWS = 1_000


def delete_old_records() -> int:
    """Delete the lines of runs older than MAX_RECORD_AGE, and such runs that changed nothing.

    The sightings keep what must be known of each entry for good. Works oldest first, in batches
    of MAX_BATCH_ROWS, each in a transaction of its own. Returns the number of lines deleted.
    """
    limit = timezone.now() - MAX_RECORD_AGE
    deleted = 0
    while True:
        # Primary keys grow with time: after the first young row, no older one follows.
        oldest = ImportLine.objects.order_by("pk").values_list("pk", "run__started_at")[
            :MAX_BATCH_ROWS
        ]
        old = [pk for pk, started_at in oldest if started_at < limit]
        ImportLine.objects.filter(pk__in=old).delete()
        deleted += len(old)
        if len(old) < MAX_BATCH_ROWS:
            break
    idle = ImportRun.objects.filter(
        started_at__lt=limit, created=0, updated=0, conflicts=0, lines=None
    ).exclude(status=ImportRun.Status.RUNNING)
    while pks := list(idle.order_by("pk").values_list("pk", flat=True)[:MAX_BATCH_ROWS]):
        ImportRun.objects.filter(pk__in=pks).delete()
    return deleted


def delete_unused_envelopes() -> int:
    """Delete the envelopes that no sighting refers to any more. Returns how many.

    An envelope is what surrounded an entry in its document. The rows are locked first: an import
    that needs one at the same moment either goes first, or creates the row again.
    """
    unused = FeedEnvelope.objects.filter(sightings=None).order_by("pk")
    deleted, last = 0, 0
    while pks := list(unused.filter(pk__gt=last).values_list("pk", flat=True)[:MAX_BATCH_ROWS]):
        last = pks[-1]
        with transaction.atomic():
            locked = FeedEnvelope.objects.select_for_update().filter(pk__in=pks).order_by("pk")
            list(locked.values_list("pk", flat=True))
            deleted += FeedEnvelope.objects.filter(pk__in=pks, sightings=None).delete()[0]
    return deleted
