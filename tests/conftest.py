import itertools
from datetime import UTC, datetime

import pytest

numbers = itertools.count(1)


@pytest.fixture
def make_entry(db):
    """Build a live entry that needs nothing but what matters to the test."""
    from entries.models import Entry

    def make(tags=(), **fields):
        number = next(numbers)
        fields = {
            "title": f"Entry {number}",
            "content": f"<p>Text {number}.</p>",
            "status": Entry.Status.LIVE,
            "published": datetime(2024, 3, 9, 12, 0, tzinfo=UTC),
        } | fields
        entry = Entry(**fields)
        entry.updated = fields.get("updated", entry.published)
        entry.save()
        entry.set_tags(tags)
        return entry

    return make
