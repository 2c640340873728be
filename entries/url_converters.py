"""The parts of the site's addresses: /2025/Sep/11/ and /links/."""

from entries.lib.months import MONTHS

from .models import Entry


class YearConverter:
    """Four digits, from 0001 on: the years that a date can have."""

    regex = "[0-9]{4}"

    def to_python(self, value: str) -> int:
        if value == "0000":
            raise ValueError(value)
        return int(value)

    def to_url(self, value: int) -> str:
        return f"{value:04}"


class MonthConverter:
    """A month by its English three letters, as `MONTHS` has them, and as they stand there."""

    regex = "|".join(MONTHS)

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class DayConverter:
    """A day of a month, without a leading zero: one day has one address."""

    regex = "[1-9]|[12][0-9]|3[01]"

    def to_python(self, value: str) -> int:
        return int(value)

    def to_url(self, value: int) -> str:
        return str(value)


class KindConverter:
    """A kind of entry in the plural."""

    regex = "|".join(f"{kind}s" for kind in Entry.Kind.values)

    def to_python(self, value: str) -> Entry.Kind:
        return Entry.Kind(value.removesuffix("s"))

    def to_url(self, value: str) -> str:
        return value


class SlugConverter:
    """Letters of any script. No control characters: PostgreSQL can't even be asked for NUL."""

    regex = r"[^/\x00-\x1f]+"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value
