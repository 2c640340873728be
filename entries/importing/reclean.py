"""Parse, clean and shape everything again from the bytes as received, without fetching."""

from collections.abc import Callable
from dataclasses import dataclass, field

from django.db import transaction

from entries.models import Entry, Sighting
from entries.models.tagging import set_tags

from .batch import in_bulk
from .markup import sanitize_html
from .merge import merge
from .ours import our_values
from .policies import Policies
from .received import parse_again
from .writing import COLUMNS, ENTRY_UPDATES, update

BATCH = 200  # sightings
# What makes of upstream's fields may change with the code; what upstream said has not, so
# dates and attachments stay.
KEPT = ("published", "updated", "enclosures")


@dataclass
class RecleanReport:
    """How many sightings were looked at, and which entries are other than before, and why."""

    sightings: int = 0
    changed: list[tuple[str, list[str]]] = field(default_factory=list)


def reclean(
    dry_run: bool = False, on_sightings: Callable[[int], None] = lambda number: None
) -> RecleanReport:
    """Run today's cleaning and shaping over all that has been imported, in batches.

    A field that an editor has not touched gets its new value; text that an editor has
    changed is kept and sanitised again. A second run changes nothing.
    """
    report = RecleanReport()
    last = 0
    while pks := list(
        Sighting.objects.filter(pk__gt=last, entry__isnull=False)
        .order_by("pk")
        .values_list("pk", flat=True)[:BATCH]
    ):
        last = pks[-1]
        with transaction.atomic():
            reclean_batch(pks, report, dry_run)
        on_sightings(len(pks))
    return report


def reclean_batch(pks: list[int], report: RecleanReport, dry_run: bool) -> None:
    sightings = Sighting.objects.select_related("source").in_bulk(pks)
    sources = {sighting.source_id: sighting.source for sighting in sightings.values()}
    policies = {pk: Policies(source) for pk, source in sources.items()}
    led = {s.entry_id: s for s in sightings.values() if s.leads}
    entries = in_bulk(Entry.objects.select_for_update(), set(led))
    ours = our_values(entries.values(), [sighting.base for sighting in led.values()])
    new_sightings, new_entries, tags = [], [], {}
    received = parse_again(sightings.values())
    for sighting in sightings.values():
        report.sightings += 1
        values = policies[sighting.source_id].find_values(received[sighting.pk])
        base = sighting.base | {k: v for k, v in values.merged.items() if k not in KEPT}
        if sighting.leads and (entry := entries.get(sighting.entry_id)):
            theirs = ours[entry.pk]
            merged = merge(theirs.comparable(sighting.base), theirs.comparable(base), theirs.values)
            taken = dict(merged.taken)
            if "content" not in taken:
                page = entry.canonical_url
                again = sanitize_html(entry.content, page, page=page, anchor=entry.atom_id).html
                taken |= {"content": again} if again != entry.content else {}
            if taken:
                report.changed.append((str(entry), sorted(taken)))
                for name in taken.keys() & set(COLUMNS):
                    setattr(entry, name, taken[name])
                new_entries.append(entry)
                if "tags" in taken:
                    tags[entry.pk] = taken["tags"]
        if (base, values.removed) != (sighting.base, sighting.removed):
            sighting.base, sighting.removed = base, values.removed
            new_sightings.append(sighting)
    if not dry_run:
        update(Entry, new_entries, ENTRY_UPDATES)
        update(Sighting, new_sightings, ["base", "removed"])
        if tags:
            set_tags(tags)
