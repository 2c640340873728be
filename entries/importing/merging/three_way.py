"""Base, theirs and ours: what becomes of each field when an upstream states an entry again.

`base` is what upstream said when it was last merged, `theirs` what it says now, `ours`
what the entry holds. Nothing here touches a database.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from entries.importing.parsing.upstream_fields import FIELDS, UpstreamFields

from .list_merge import ELEMENT_KEYS, Elements, conflicting_keys, merge_elements

Values = Mapping[str, Any]
NONE_WAITS: Values = MappingProxyType({})


@dataclass(frozen=True)
class Conflict:
    """Upstream and an editor both changed a field, to different values."""

    base: Any
    theirs: Any


@dataclass(frozen=True)
class Merge:
    """What to write: the fields that take a value, and those that wait for an editor.

    A list of elements can be in both: some elements are taken, others wait. `settled` are
    the fields of which nothing has to wait any longer.
    """

    taken: dict[str, Any] = field(default_factory=dict)
    conflicts: dict[str, Conflict] = field(default_factory=dict)
    settled: set[str] = field(default_factory=set)


def merge(
    base: UpstreamFields,
    theirs: UpstreamFields,
    ours: UpstreamFields,
    parted: Values = NONE_WAITS,
) -> Merge:
    """Merge field by field; tags and enclosures element by element.

    Upstream's change to a field that the editor left alone is taken; what the editor
    changed stays; where both changed, to different values, it stays and is a conflict.
    `parted` has a value for each field that waits for an editor already: what upstream said
    before the two changed it.
    """
    result = Merge()
    for name in FIELDS:
        before, upstream, here = (getattr(side, name) for side in (base, theirs, ours))
        if upstream == here:
            result.settled.add(name)
        elif upstream == before:
            continue
        elif name in ELEMENT_KEYS:
            merge_list(result, name, before, upstream, here, parted)
        elif here == before:
            result.taken[name] = upstream
        elif upstream == parted.get(name, before):
            # Upstream has gone back to what it said when the two parted.
            result.settled.add(name)
        else:
            result.conflicts[name] = Conflict(parted.get(name, before), upstream)
    result.settled.update(result.taken.keys() - result.conflicts.keys())
    return result


def merge_list(
    result: Merge, name: str, base: Elements, theirs: Elements, ours: Elements, parted: Values
) -> None:
    """Add to the result what becomes of a list of elements that upstream has changed."""
    merged = tuple(merge_elements(base, theirs, ours, ELEMENT_KEYS[name]))
    if merged != ours:
        result.taken[name] = merged
    before = parted.get(name, base)
    if conflicting_keys(before, theirs, merged, ELEMENT_KEYS[name]):
        result.conflicts[name] = Conflict(before, theirs)
    else:
        result.settled.add(name)
