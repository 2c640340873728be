"""`Decision`: the action that an import takes on one entry, with reasons for the editor."""

from dataclasses import dataclass, field
from typing import Any

from entries.importing.normalizing.entry_values import EntryValues
from entries.importing.normalizing.item import Item
from entries.importing.normalizing.keys import is_usable_id
from entries.importing.parsing.upstream_fields import UpstreamFields, as_json
from entries.models import Entry

from .three_way import Merge

TAKEN, WAITS = "taken", "waits"
MAX_EXCERPT_CHARS = 80
# The part of an excerpt before the first difference.
MAX_CHARS_BEFORE_CHANGE = 20

# Field name to [TAKEN or WAITS, excerpt of the old value, excerpt of upstream's value].
FieldChanges = dict[str, list[str]]


@dataclass
class Decision:
    """The action on one entry, the row if there is one, and the reasons.

    A `quiet` decision repeats an earlier one, and gets no line in the run.
    """

    action: str
    entry: Entry | None = None
    reasons: list[str] = field(default_factory=list)
    fields: FieldChanges = field(default_factory=dict)
    removed: list[str] = field(default_factory=list)
    filtered_by: str = ""
    quiet: bool = False


def field_changes(merged: Merge, ours: UpstreamFields, conflicts: list[str]) -> FieldChanges:
    """Returns the result of a merge for each field that upstream has changed."""
    taken = {name: (TAKEN, value) for name, value in merged.taken.items()}
    waiting = {name: (WAITS, merged.conflicts[name].theirs) for name in conflicts}
    return {
        name: [what, *excerpts(as_text(as_json(getattr(ours, name))), as_text(as_json(value)))]
        for name, (what, value) in (taken | waiting).items()
    }


def excerpts(before: str, after: str) -> tuple[str, str]:
    """Returns both texts; if one is long, an excerpt of each from where they start to differ."""
    if max(len(before), len(after)) <= MAX_EXCERPT_CHARS:
        return before, after
    pairs = enumerate(zip(before, after, strict=False))
    shorter = min(len(before), len(after))
    difference = next((at for at, (one, other) in pairs if one != other), shorter)
    start = max(0, difference - MAX_CHARS_BEFORE_CHANGE)
    return excerpt(before, start), excerpt(after, start)


def excerpt(text: str, start: int) -> str:
    cut = text[start : start + MAX_EXCERPT_CHARS]
    return ("…" if start else "") + cut + ("…" if len(text) > start + MAX_EXCERPT_CHARS else "")


def as_text(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(
            " ".join(map(as_text, row)) if isinstance(row, list) else as_text(row) for row in value
        )
    if isinstance(value, dict):
        return ", ".join(f"{name}: {as_text(part)}" for name, part in value.items())
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


def why_minted(item: Item) -> str:
    if not item.guid:
        return "the feed gives it none"
    if not is_usable_id(item.guid):
        return f"the feed's {item.guid[:60]!r} is not an absolute IRI, or too long"
    return "the feed gives the same id to another entry"


def removed_reasons(values: EntryValues) -> list[str]:
    return ["cleaning removed " + ", ".join(values.removed)] if values.removed else []
