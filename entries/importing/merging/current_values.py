"""The current values of entries in the merged fields (`ours` of the three-way merge)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from entries import models
from entries.importing.parsing.upstream_fields import (
    COLUMNS,
    ENCLOSURE_COLUMNS,
    Enclosure,
    UpstreamFields,
    from_json,
)
from entries.models import Entry, TaggedEntry, TagName, fold


@dataclass(frozen=True)
class OurValues:
    """The current values of one entry.

    `spellings` has one name for each tag, by the tag's primary key, or by the folded name of an
    unknown tag. `known_names` has the primary key of the tag for each folded name.
    """

    fields: UpstreamFields
    spellings: dict[int | str, str]
    known_names: Mapping[str, int]

    def comparable(self, stated: UpstreamFields) -> UpstreamFields:
        """Returns the values with one spelling for each tag: the entry's own, if it has the tag.

        So a tag that was renamed here, or that a feed now spells differently, is not a change.
        """
        names = {self._spelling(name): None for name in stated.tags}
        return replace(stated, tags=tuple(names))

    def _spelling(self, name: str) -> str:
        folded = fold(name)
        return self.spellings.setdefault(self.known_names.get(folded, folded), name)


def our_values(entries: Iterable[Entry], bases: Iterable[Mapping]) -> dict[int, OurValues]:
    """Returns the current values of each entry, by primary key. A fixed number of queries.

    `bases` are the stored bases of their sightings: the upstream values last merged.
    """
    entries = list(entries)
    if not entries:
        return {}
    names: dict[int, list[str]] = defaultdict(list)
    pks: dict[int, list[int]] = defaultdict(list)
    known_names: dict[str, int] = {}
    taggings = TaggedEntry.objects.filter(content_object__in=entries).order_by("pk")
    for entry, tag, term, name in taggings.values_list(
        "content_object", "tag", "term", "tag__name"
    ):
        names[entry].append(term or name)
        pks[entry].append(tag)
    folded = {fold(name) for base in bases for name in base.get("tags", ())}
    folded |= {fold(name) for tags in names.values() for name in tags}
    # Read all names of each tag: upstream may now use a name that the tag was given here.
    named = TagName.objects.filter(tag__names__folded__in=folded)
    known_names.update(named.values_list("folded", "tag"))
    enclosures = enclosures_of(entries)
    return {
        entry.pk: OurValues(
            UpstreamFields(
                **{name: from_json(name, getattr(entry, name)) for name in COLUMNS},
                tags=tuple(names[entry.pk]),
                enclosures=tuple(enclosures[entry.pk]),
            ),
            dict(zip(pks[entry.pk], names[entry.pk], strict=True)),
            known_names,
        )
        for entry in entries
    }


def enclosures_of(entries: Iterable[Entry | int]) -> dict[int, list[Enclosure]]:
    """Returns the enclosures of each entry, in order, by its primary key. One query."""
    found: dict[int, list[Enclosure]] = defaultdict(list)
    stored = models.Enclosure.objects.filter(entry__in=entries).order_by("pk")
    for entry, *columns in stored.values_list("entry", *ENCLOSURE_COLUMNS):
        found[entry].append(Enclosure(*columns))
    return found
