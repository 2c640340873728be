"""A three-way merge of lists whose elements have a key: tags by name, enclosures by href.

Each element is merged by itself, with None for an absent one: an element that one side added is
added, and one that a side removed is removed. Only an element that both sides changed, to
different values, is a conflict. The order never conflicts. This module uses no database.
"""

from collections.abc import Callable, Hashable, Sequence
from typing import Any

Key = Callable[[Any], Hashable]
Elements = Sequence[Any]

# The merged fields that are lists, and the key of their elements.
ELEMENT_KEYS: dict[str, Key] = {
    "tags": lambda name: name,
    "enclosures": lambda enclosure: enclosure.href,
}


def merge_elements(base: Elements, theirs: Elements, ours: Elements, key: Key) -> list:
    """Returns the merged list, without repeated keys.

    An element that both sides changed has its value in `ours`. The order is upstream's,
    unless the editor changed the order. An element that only the other side has comes after the
    element that precedes it there.
    """
    before, upstream, here = by_key(base, key), by_key(theirs, key), by_key(ours, key)
    merged = {}
    for name in here | upstream:
        value = merge_value(before.get(name), upstream.get(name), here.get(name))
        if value is not None:
            merged[name] = value
    first, second = (here, upstream) if is_reordered(before, here) else (upstream, here)
    order = [name for name in first if name in merged]
    for position, name in enumerate(names := [name for name in second if name in merged]):
        if name not in first:
            order.insert(order.index(names[position - 1]) + 1 if position else 0, name)
    return [merged[name] for name in order]


def conflicting_keys(base: Elements, theirs: Elements, ours: Elements, key: Key) -> set[Hashable]:
    """Returns the keys of elements that both sides changed, to different values."""
    before, upstream, here = by_key(base, key), by_key(theirs, key), by_key(ours, key)
    return {
        name
        for name in before | upstream | here
        if upstream.get(name) != before.get(name)
        and here.get(name) not in (before.get(name), upstream.get(name))
    }


def take_conflicting(base: Elements, theirs: Elements, ours: Elements, key: Key) -> list:
    """Returns `ours` with upstream's value for each element in conflict."""
    upstream, wanted = by_key(theirs, key), by_key(ours, key)
    for name in conflicting_keys(base, theirs, ours, key):
        if name in upstream:
            wanted[name] = upstream[name]
        else:
            del wanted[name]
    return list(wanted.values())


def by_key(elements: Elements, key: Key) -> dict[Hashable, Any]:
    """Returns the elements by key; of a repeated key, the first."""
    found: dict[Hashable, Any] = {}
    for element in elements:
        found.setdefault(key(element), element)
    return found


def merge_value(base: Any, theirs: Any, ours: Any) -> Any:
    return theirs if ours == base else ours


def is_reordered(before: dict, here: dict) -> bool:
    """True if the elements that both have are in different orders."""
    return [name for name in before if name in here] != [name for name in here if name in before]
