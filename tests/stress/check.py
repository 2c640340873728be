"""Look whether all that was acknowledged is there, and all that is kept beside it is true.

Reads what the editors were told was done; tells every trouble in a sentence.
"""

import json
import sys
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import django

django.setup()

from entries.models import (  # noqa: E402
    Entry,
    ImportRun,
    SearchDocument,
    Source,
    Tag,
    TaggedEntry,
    TagName,
    fold,
)
from entries.models.search_document import read_documents  # noqa: E402

STATUSES = {"publish": "live", "back_to_draft": "draft"}

Done = dict[str, Any]


def main() -> None:
    done = json.load(sys.stdin)
    troubles = [
        *lost_fields(done),
        *lost_tags(done),
        *undone_deletions(done),
        *lost_settings(done),
        *drift(),
        *runs_left_open(),
    ]
    json.dump(troubles, sys.stdout)


def last_of(done: list[Done]) -> list[Done]:
    """Those after whose end none of the others began: any of them may have been the last."""
    begin = max(one["begin"] for one in done)
    return [one for one in done if one["end"] >= begin]


def lost_fields(done: list[Done]) -> Iterator[str]:
    """Titles and statuses that are none of those given last."""
    given: dict[tuple[str, int], list[Done]] = defaultdict(list)
    for one in done:
        field = "status" if one["what"] in STATUSES else one["what"]
        if field in ("title", "status"):
            for pk in one["entries"]:
                given[field, pk].append(one)
    stored = Entry.objects.in_bulk({pk for _, pk in given})
    for (field, pk), changes in given.items():
        if pk not in stored:
            continue
        wanted = {STATUSES.get(one["what"], one["value"]) for one in last_of(changes)}
        found = getattr(stored[pk], field)
        if found not in wanted:
            yield f"The {field} of entry {pk} is {found!r}, and was to be one of {wanted}."


def lost_tags(done: list[Done]) -> Iterator[str]:
    """Tags that were given and are not there, or were taken away and are."""
    tags = dict(TagName.objects.values_list("folded", "tag"))
    has: dict[int, set[int]] = defaultdict(set)
    for pk, tag in TaggedEntry.objects.values_list("content_object", "tag"):
        has[pk].add(tag)
    stored = set(Entry.objects.values_list("pk", flat=True))
    for one in done:
        if one["what"] not in ("tags", "add_tags", "remove_tags"):
            continue
        tag = tags.get(fold(one["value"]))
        for pk in stored.intersection(one["entries"]):
            if (tag in has[pk]) == (one["what"] == "remove_tags"):
                names = list(Tag.objects.filter(pk__in=has[pk]).values_list("name", flat=True))
                yield f"{one['what']} of {one['value']!r}: entry {pk} has {names}."


def undone_deletions(done: list[Done]) -> Iterator[str]:
    deleted = {one["entries"][0] for one in done if one["what"] == "delete"}
    for pk in Entry.objects.filter(pk__in=deleted).values_list("pk", flat=True):
        yield f"Entry {pk} was deleted and is there."
    merged = [one for one in done if one["what"] == "merge_tags"]
    for tag in Tag.objects.filter(pk__in=[pk for one in merged for pk in one["entries"]]):
        yield f"The tag {tag} was merged and is there."


def lost_settings(done: list[Done]) -> Iterator[str]:
    """What was written of tags and sources and is not there."""
    columns = {"description": Tag, "default_author": Source}
    given: dict[tuple[str, int], list[Done]] = defaultdict(list)
    for one in done:
        if one["what"] in columns:
            given[one["what"], one["entries"][0]].append(one)
    for (field, pk), changes in given.items():
        found = columns[field].objects.filter(pk=pk).values_list(field, flat=True).first()
        wanted = {one["value"] for one in last_of(changes)}
        if found not in wanted:
            yield f"{field} of {pk} is {found!r}, and was to be one of {wanted}."


def drift() -> Iterator[str]:
    """Counts, taggings and search documents that are not what can be made of them anew."""
    for tag in Tag.objects.all():
        live = tag.taggings.filter(content_object__status=Entry.Status.LIVE).count()
        if tag.live_count != live:
            yield f"The tag {tag} counts {tag.live_count} live entries, and has {live}."
    for tagging in TaggedEntry.objects.select_related("content_object"):
        entry = tagging.content_object
        is_live = entry.status == Entry.Status.LIVE
        if (tagging.live, tagging.published) != (is_live, entry.published):
            yield f"A tagging of entry {entry.pk} has not followed it."
    stored = {row["entry_id"]: row for row in SearchDocument.objects.values()}
    for document in read_documents(Entry.objects.order_by()):
        pk = document["entry_id"]
        if {name: stored.get(pk, {}).get(name) for name in document} != document:
            yield f"The search document of entry {pk} is {stored.get(pk)}, not {document}."


def runs_left_open() -> Iterator[str]:
    for run in ImportRun.objects.exclude(status=ImportRun.Status.IMPORTED):
        yield f"Import {run.pk} is {run.status}: {run.error}"


if __name__ == "__main__":
    main()
