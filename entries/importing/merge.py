"""Base, theirs and ours: what becomes of each field when an upstream states an entry again.

`base` is what upstream said when it was last merged, `theirs` what it says now, `ours`
what the entry holds. Nothing here touches a database.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Values = Mapping[str, Any]

# The fields that follow upstream until an editor changes them. Not among them: `published`
# and the address, which only an editor moves, and `status`, which is none of upstream's.
MERGED = (
    *("kind", "title", "content", "summary", "author_name", "author_uri", "author_email"),
    *("people", "rights", "language", "canonical_url", "link_url", "via_url", "via_title"),
    *("quoted_source", "quoted_url", "quoted_context", "origin", "in_reply_to"),
    *("tags_line", "tags", "category_details", "enclosures"),
)


@dataclass(frozen=True)
class Conflict:
    """Upstream and an editor both changed a field, to different values."""

    base: Any
    theirs: Any


@dataclass(frozen=True)
class Merge:
    """What to write: the fields that take upstream's value, and those that wait for an editor.

    `settled` are the fields in which upstream and entry agree again.
    """

    taken: dict[str, Any] = field(default_factory=dict)
    conflicts: dict[str, Conflict] = field(default_factory=dict)
    settled: set[str] = field(default_factory=set)


def merge(base: Values, theirs: Values, ours: Values) -> Merge:
    """Merge field by field.

    Upstream's change to a field that the editor left alone is taken; what the editor
    changed stays; where both changed, to different values, it stays and is a conflict.
    A field that `base` does not know yet counts as unchanged by the editor.
    """
    result = Merge()
    for name in MERGED:
        if theirs[name] == ours[name]:
            result.settled.add(name)
        elif name in base and theirs[name] == base[name]:
            continue
        elif name not in base or ours[name] == base[name]:
            result.taken[name] = theirs[name]
        else:
            result.conflicts[name] = Conflict(base[name], theirs[name])
    return result
