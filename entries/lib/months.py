"""Month names in the site's URLs: English, whatever the site's language."""

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def month_number(text: str) -> int:
    """The number of a month, from 1, given as a number or as the three letters of its name.

    Raises ValueError for an unknown name. Does not check the range of a number.
    """
    return int(text) if text.isdecimal() else MONTHS.index(text.capitalize()) + 1
