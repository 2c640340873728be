"""Reading time, and the date of a revision."""

from datetime import UTC, datetime, timedelta

import pytest

from entries.publishing.entry_page.reading_time import minutes, revised_on
from entries.publishing.rows.entry_row import read_rows_of
from entries.publishing.rows.periods import Period

NOON = datetime(2024, 3, 9, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("", 1),
        ("<p>A word.</p>", 1),
        ("<p>word </p>" * 690, 3),
        ('<p class="many words in a tag are not read">word</p>' * 690, 3),
        ("字" * 1500, 3),
        ("かな" * 250 + "한글" * 250 + " word" * 230, 3),
        ("&amp; " * 460, 2),
    ],
)
def test_words_are_read_at_one_speed_and_letters_of_chinese_at_another(content, expected):
    assert minutes(content) == expected


@pytest.mark.parametrize(
    ("later", "revised"),
    [
        (timedelta(0), None),
        (timedelta(hours=11), None),
        (timedelta(hours=13), Period(2024, 3, 10)),
        (timedelta(days=400), Period(2025, 4, 13)),
        (timedelta(days=-2), None),
    ],
)
def test_a_revision_is_told_from_the_next_day_on(make_entry, later, revised):
    entry = make_entry(published=NOON, updated=NOON + later)

    assert revised_on(read_rows_of([entry.pk])[0]) == revised
