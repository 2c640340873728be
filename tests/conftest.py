import itertools
import os
from datetime import UTC, datetime

import pytest
from django.test import TransactionTestCase
from hypothesis import HealthCheck, settings

numbers = itertools.count(1)

# On how many examples a property is tried. A test whose examples cost next to nothing asks for
# a multiple of it; none names a number of its own.
for profile, examples in {"dev": 20, "ci": 40, "nightly": 1000}.items():
    settings.register_profile(
        profile,
        max_examples=examples,
        # A busy machine is no fault of the code.
        deadline=None,
        suppress_health_check=list(HealthCheck),
        derandomize=profile == "ci",
        print_blob=True,
    )
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "dev"))


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Mark the tests that ask a database, so that `-m database` runs them on another one."""
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        case = getattr(item, "cls", None)
        if (
            item.get_closest_marker("django_db")
            or fixtures & {"db", "transactional_db"}
            or (case and issubclass(case, TransactionTestCase))
        ):
            item.add_marker("database")


@pytest.fixture
def make_entry(db):
    """Build a live entry that needs nothing but what matters to the test."""
    from entries.models import Entry
    from entries.models.document import indexed_together

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
        with indexed_together():
            entry.save()
            if tags:
                entry.set_tags(tags)
        return entry

    return make


@pytest.fixture
def documents_are_true(db):
    """After the test: the search documents are what can be made of the entries anew."""
    yield
    from entries.models import Entry, SearchDocument
    from entries.models.document import read_documents

    for document in read_documents(Entry.objects.order_by()):
        stored = SearchDocument.objects.filter(entry=document["entry_id"]).values(*document)
        assert stored.get() == document
