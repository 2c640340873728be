"""The months as addresses name them, in English whatever the site's language."""

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def month_number(text: str) -> int:
    """The month, from 1, that a number or the three letters of a name stand for.

    Raises ValueError for other letters; a number may be out of range.
    """
    return int(text) if text.isdecimal() else MONTHS.index(text.capitalize()) + 1
