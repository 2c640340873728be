"""Reads and checks the rules of a source: filters and category rules, one a line."""

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase

from django.core.exceptions import ValidationError

from .tag import fold

FILTER = re.compile(
    r"(?P<verdict>allow|block)\s+(?P<field>title|tag|author|kind)\s*:\s*(?P<pattern>.+)"
)
ARROW = re.compile(r"\s*(?:→|->)\s*")
IGNORED = "ignore"


@dataclass(frozen=True)
class Filter:
    """A rule such as `block title: sponsored`, in parts."""

    verdict: str
    field: str
    pattern: str

    def __str__(self):
        return f"{self.verdict} {self.field}: {self.pattern}"

    def hits(self, value: str) -> bool:
        """True if a value fits the pattern. Case does not matter; `*` matches any text.

        A title also fits if it contains a pattern that has no star.
        """
        wanted, stated = fold(self.pattern), fold(value)
        if self.field == "title" and "*" not in wanted:
            return wanted in stated
        return fits(stated, wanted)


@dataclass(frozen=True)
class CategoryRule:
    """A rule such as `Py* → Python`; without a name the category is ignored."""

    pattern: str
    name: str

    def hits(self, category: str) -> bool:
        return fits(fold(category), fold(self.pattern))


def fits(text: str, pattern: str) -> bool:
    # The star is the only wildcard: fnmatch's others would surprise people.
    return fnmatchcase(text, re.sub(r"[?\[]", r"[\g<0>]", pattern))


def filters_in(text: str) -> list[Filter]:
    """Raises ValueError with a sentence for a line that is no filter."""
    return [read_filter(line) for line in lines_of(text)]


def read_filter(line: str) -> Filter:
    match = FILTER.fullmatch(line)
    if not match:
        raise ValueError(
            f"“{line}” is no filter: write block or allow, then title, tag, author or kind, "
            "a colon, and what it must be, such as “block title: sponsored”."
        )
    return Filter(**match.groupdict())


def category_rules_in(text: str) -> list[CategoryRule]:
    """Raises ValueError with a sentence for a line that is no rule."""
    rules = []
    for line in lines_of(text):
        parts = ARROW.split(line)
        if len(parts) != 2 or not all(parts):
            raise ValueError(
                f"“{line}” is no rule: write what the feed calls it, an arrow (→ or ->), and the "
                "name that it gets here, or “ignore”."
            )
        rules.append(CategoryRule(parts[0], "" if parts[1] == IGNORED else parts[1]))
    return rules


def lines_of(text: str) -> list[str]:
    """The lines that say anything, without the space around them."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def validate_filters(text: str) -> None:
    try:
        filters_in(text)
    except ValueError as error:
        raise ValidationError(str(error)) from error


def validate_category_rules(text: str) -> None:
    try:
        category_rules_in(text)
    except ValueError as error:
        raise ValidationError(str(error)) from error
