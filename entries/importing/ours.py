"""What entries hold in the fields that are merged, read in a fixed number of queries."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from entries.models import Enclosure, Entry, TaggedEntry, TagName, fold

from .merge import MERGED


@dataclass(frozen=True)
class OurValues:
    """One entry's values, in the types of `EntryValues.merged`."""

    values: dict[str, Any]
    tag_pks: list[int]
    known_names: Mapping[str, int]

    def comparable(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Upstream's values, with tags that are the entry's own under their names here.

        A tag that was renamed here, or that a feed now spells otherwise, is no change.
        """
        names = values.get("tags", [])
        pks = list(dict.fromkeys(self.known_names.get(fold(name)) for name in names))
        return {**values, "tags": self.values["tags"] if pks == self.tag_pks else names}


def our_values(entries: Iterable[Entry], bases: Iterable[Mapping]) -> dict[int, OurValues]:
    """The values of each entry, by primary key. `bases` are what upstream said of them before."""
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
    known_names.update(TagName.objects.filter(folded__in=folded).values_list("folded", "tag"))
    enclosures: dict[int, list[list[Any]]] = defaultdict(list)
    for entry, *row in Enclosure.objects.filter(entry__in=entries).values_list(
        "entry", *Enclosure.STATED
    ):
        enclosures[entry].append(row)
    columns = [name for name in MERGED if name not in ("tags", "enclosures")]
    return {
        entry.pk: OurValues(
            {name: getattr(entry, name) for name in columns}
            | {"tags": names[entry.pk], "enclosures": enclosures[entry.pk]},
            pks[entry.pk],
            known_names,
        )
        for entry in entries
    }
