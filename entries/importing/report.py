"""What an import did, as other programs read it."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

COUNTS = ("created", "updated", "unchanged", "conflicts", "skipped", "failed")
# The count that an action adds to, where it is not the action's own name.
COUNTED_AS = {"conflict": "conflicts"}


@dataclass(frozen=True)
class EntryReport:
    """What was done to one entry, and why. `id` is its atom:id, or its guid if it has none.

    `fields` says of each field that upstream changed what became of it, what it was, and
    what upstream says; it is no part of the JSON report.
    """

    id: str
    title: str
    action: str
    reasons: list[str]
    fields: dict[str, list[str]] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in ("id", "title", "action", "reasons")}


@dataclass
class SourceReport:
    """What was done for one source. `error` is a sentence, or None when all went well."""

    source: str
    title: str = ""
    status: str = "imported"
    error: str | None = None
    warnings: list[str] = field(default_factory=list)
    entries: list[EntryReport] = field(default_factory=list)
    # What the feed should state and does not; like `fields`, no part of the JSON report.
    missing: list[EntryReport] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    def add(self, entry: EntryReport) -> None:
        self.entries.append(entry)
        self.counts[COUNTED_AS.get(entry.action, entry.action)] += 1

    def fail(self, error: str) -> "SourceReport":
        self.status, self.error = "failed", error
        self.counts["failed"] = 1
        return self

    def __getattr__(self, name):
        if name in COUNTS:
            return self.counts[name]
        raise AttributeError(name)

    def as_dict(self) -> dict[str, Any]:
        return {
            "source": self.source,
            "title": self.title,
            "status": self.status,
            "error": self.error,
            "warnings": self.warnings,
            **{name: self.counts[name] for name in COUNTS},
            "entries": [entry.as_dict() for entry in self.entries],
        }


@dataclass
class Report:
    """What one call of the command did."""

    dry_run: bool = False
    sources: list[SourceReport] = field(default_factory=list)

    @property
    def failed(self) -> bool:
        return any(source.status == "failed" for source in self.sources)

    def as_dict(self) -> dict[str, Any]:
        return {
            "dry_run": self.dry_run,
            **{name: sum(source.counts[name] for source in self.sources) for name in COUNTS},
            "sources": [source.as_dict() for source in self.sources],
        }
