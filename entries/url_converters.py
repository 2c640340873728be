"""URL converters for the parts of paths such as /2025/Sep/11/a-slug/ and /links/."""

from entries.lib.months import MONTHS

from .models import Entry


class YearConverter:
    """A year of four digits, from 0001 on, as Python's dates have them."""

    regex = "[0-9]{4}"

    def to_python(self, value: str) -> int:
        if value == "0000":
            raise ValueError(value)
        return int(value)

    def to_url(self, value: int) -> str:
        return f"{value:04}"


class MonthConverter:
    """A month as three English letters, spelled as in `MONTHS`. Stays a string."""

    regex = "|".join(MONTHS)

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class DayConverter:
    """A day of a month without a leading zero, so that each day has only one URL."""

    regex = "[1-9]|[12][0-9]|3[01]"

    def to_python(self, value: str) -> int:
        return int(value)

    def to_url(self, value: int) -> str:
        return str(value)


class KindConverter:
    """A kind of entry in the plural, as in /links/. Becomes an Entry.Kind."""

    regex = "|".join(f"{kind}s" for kind in Entry.Kind.values)

    def to_python(self, value: str) -> Entry.Kind:
        return Entry.Kind(value.removesuffix("s"))

    def to_url(self, value: str) -> str:
        return value


class SlugConverter:
    """A slug in any script, without control characters: PostgreSQL raises an error for a NUL."""

    regex = r"[^/\x00-\x1f]+"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value
