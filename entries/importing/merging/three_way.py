"""The three-way merge of an entry's fields, when its feed states the entry again.

`base` are the upstream values last merged, `theirs` the upstream values now, `ours` the current
values of the entry. This module uses no database.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from entries.importing.parsing.upstream_fields import FIELDS, UpstreamFields

from .list_merge import ELEMENT_KEYS, Elements, conflicting_keys, merge_elements

Values = Mapping[str, Any]
NOTHING_WAITS: Values = MappingProxyType({})


@dataclass(frozen=True)
class Conflict:
    """A field that upstream and an editor both changed, to different values."""

    base: Any
    theirs: Any


@dataclass(frozen=True)
class Merge:
    """The result of a merge: the fields to set, and those that wait for an editor.

    A list field can be in both: some elements are taken, others wait. `settled` are the fields
    that no longer have anything waiting.
    """

    taken: dict[str, Any] = field(default_factory=dict)
    conflicts: dict[str, Conflict] = field(default_factory=dict)
    settled: set[str] = field(default_factory=set)


def merge(
    base: UpstreamFields,
    theirs: UpstreamFields,
    ours: UpstreamFields,
    waiting_bases: Values = NOTHING_WAITS,
) -> Merge:
    """Merge field by field; tags and enclosures element by element.

    Upstream's change is taken if the editor left the field alone. The editor's change stays; if
    upstream changed the field too, to another value, that is a conflict. `waiting_bases` has the
    base of each field that already waits for an editor: upstream's value before the conflict.
    """
    result = Merge()
    for name in FIELDS:
        before, upstream, here = (getattr(side, name) for side in (base, theirs, ours))
        if upstream == here:
            result.settled.add(name)
        elif upstream == before:
            continue
        elif name in ELEMENT_KEYS:
            merge_list(result, name, before, upstream, here, waiting_bases)
        elif here == before:
            result.taken[name] = upstream
        elif upstream == waiting_bases.get(name, before):
            # Upstream has gone back to its value before the conflict.
            result.settled.add(name)
        else:
            result.conflicts[name] = Conflict(waiting_bases.get(name, before), upstream)
    result.settled.update(result.taken.keys() - result.conflicts.keys())
    return result


def merge_list(
    result: Merge,
    name: str,
    base: Elements,
    theirs: Elements,
    ours: Elements,
    waiting_bases: Values,
) -> None:
    """Merge a list field that upstream has changed, and add it to the result."""
    merged = tuple(merge_elements(base, theirs, ours, ELEMENT_KEYS[name]))
    if merged != ours:
        result.taken[name] = merged
    before = waiting_bases.get(name, base)
    if conflicting_keys(before, theirs, merged, ELEMENT_KEYS[name]):
        result.conflicts[name] = Conflict(before, theirs)
    else:
        result.settled.add(name)
