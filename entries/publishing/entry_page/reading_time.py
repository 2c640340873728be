"""Reading time and date of revision, shown on an entry's page."""

import re
from html import unescape

from django.utils import timezone

from entries.publishing.html.opening import TAG
from entries.publishing.rows.entry_row import EntryRow
from entries.publishing.rows.periods import Period

WORDS_A_MINUTE = 230
# Chinese, Japanese and Korean text is counted in letters.
LETTERS_A_MINUTE = 500
LETTER = re.compile(
    "[\u3040-\u30ff\u31f0-\u31ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]"
)


def minutes(content: str) -> int:
    """The minutes that a body of HTML takes to read, rounded, at least 1."""
    text = unescape(TAG.sub(" ", content))
    rest, letters = LETTER.subn(" ", text)
    return max(1, round(len(rest.split()) / WORDS_A_MINUTE + letters / LETTERS_A_MINUTE))


def revised_on(row: EntryRow) -> Period | None:
    """The day of the last revision, or None if that is the day of publication or before.

    Many feeds give an `updated` some minutes before or after `published`.
    """
    published, updated = (timezone.localdate(moment) for moment in (row.published, row.updated))
    return Period.of_day(updated) if updated > published else None
