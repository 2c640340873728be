"""What entries hold in the fields that are merged, read in a fixed number of queries."""

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
    """What one entry holds.

    `spellings` has one name for each tag, by the tag's primary key or the folded name.
    """

    fields: UpstreamFields
    spellings: dict[int | str, str]
    known_names: Mapping[str, int]

    def comparable(self, stated: UpstreamFields) -> UpstreamFields:
        """The same values, with one spelling for each tag: the entry's own where it has the tag.

        A tag that was renamed here, or that a feed now spells otherwise, is no change.
        """
        names = {self._spelling(name): None for name in stated.tags}
        return replace(stated, tags=tuple(names))

    def _spelling(self, name: str) -> str:
        folded = fold(name)
        return self.spellings.setdefault(self.known_names.get(folded, folded), name)


def our_values(entries: Iterable[Entry], bases: Iterable[Mapping]) -> dict[int, OurValues]:
    """The values of each entry, by primary key.

    `bases` are what upstream said of them before, as stored. A fixed number of queries.
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
    # With each name all others of its tag: upstream may now use the one that it got here.
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
    """The enclosures of each entry, in order, by its primary key. One query."""
    found: dict[int, list[Enclosure]] = defaultdict(list)
    stored = models.Enclosure.objects.filter(entry__in=entries).order_by("pk")
    for entry, *columns in stored.values_list("entry", *ENCLOSURE_COLUMNS):
        found[entry].append(Enclosure(*columns))
    return found
