"""The report of an import, also as the JSON that other programs read."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

COUNTS = ("created", "updated", "unchanged", "conflicts", "skipped", "failed")
# Actions whose counter has another name than the action.
COUNTED_AS = {"conflict": "conflicts"}


@dataclass(frozen=True)
class EntryReport:
    """The action taken on one entry, with the reasons.

    `id` is its atom:id, or its guid if it has none. `fields` has, for each field that upstream
    changed: taken or waits, the old value and upstream's (see `merging/decisions.py`). It is not
    in the JSON report.
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
    """The import of one source. `error` is a sentence, or None when all went well."""

    source: str
    title: str = ""
    status: str = "imported"
    error: str | None = None
    warnings: list[str] = field(default_factory=list)
    entries: list[EntryReport] = field(default_factory=list)
    # Posts that are gone from the feed (`matching/absences.py`); not in the JSON report.
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
    """The import of all sources of one command."""

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
