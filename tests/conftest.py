import itertools
import os
import shutil
import subprocess
import sys
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.test import TransactionTestCase
from django.utils import timezone
from hypothesis import HealthCheck, settings

from entries.lib.slugs import free_slug, make_slug

numbers = itertools.count(1)

# The same properties have been tried on SQLite before; and on PostgreSQL the rows that an example
# deletes slow down the next one, until the test's transaction ends.
SHARE = 4 if "postgres" in os.environ.get("TEST_DATABASE_URL", "") else 1

# On how many examples a property is tried. A test whose examples cost next to nothing asks for
# a multiple of it; none names a number of its own.
for profile, examples in {"dev": 20, "ci": 40, "nightly": 1000}.items():
    settings.register_profile(
        profile,
        max_examples=examples // SHARE,
        # A busy machine is no fault of the code.
        deadline=None,
        suppress_health_check=list(HealthCheck),
        derandomize=profile == "ci",
        print_blob=True,
    )
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "dev"))


def pytest_xdist_auto_num_workers(config):
    """One worker more than there are processors: some tests wait for a server or a moment."""
    return (os.cpu_count() or 1) + 1


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Mark the tests that ask a database, so that `-m database` runs them on another one.

    Those that take longest come first, so that no worker is left alone with them in the end.
    """
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        case = getattr(item, "cls", None)
        if (
            item.get_closest_marker("django_db")
            or fixtures & {"db", "transactional_db"}
            or (case and issubclass(case, TransactionTestCase))
        ):
            item.add_marker("database")
    items.sort(key=lambda item: not item.get_closest_marker("exhaustive"))


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory):
    """The SQLite file of a site with nothing in it."""
    path = tmp_path_factory.mktemp("empty") / "site.sqlite3"
    subprocess.run(
        [sys.executable, "manage.py", "migrate", "-v0"],
        cwd=Path(__file__).parent.parent,
        env=os.environ
        | {
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "SECRET_KEY": "for the tests only, and long enough for the checks of Django itself",
            "DATABASE_URL": f"sqlite:///{path}",
        },
        check=True,
    )
    return path


@pytest.fixture
def new_database(empty_database, tmp_path):
    """Make such a file for this test alone, for processes of its own; returns its path."""

    def copy():
        return shutil.copy(empty_database, tmp_path / "site.sqlite3")

    return copy


@pytest.fixture
def no_pauses(monkeypatch):
    """Let `retry_deadlocks` try again at once: for tests in which nobody gets out of its way."""
    monkeypatch.setattr("entries.models.locking.MIN_PAUSE_SECONDS", 0)


@pytest.fixture
def make_entry(db):
    """Build a live entry that needs nothing but what matters to the test."""
    from entries.models.search_document import indexed_together

    def make(tags=(), **fields):
        entry = new_entry(fields)
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
    from entries.models.search_document import read_documents

    for document in read_documents(Entry.objects.order_by()):
        stored = SearchDocument.objects.filter(entry=document["entry_id"]).values(*document)
        assert stored.get() == document


@pytest.fixture
def make_entries(db):
    """Build many entries such as `make_entry` builds, in as many queries as one.

    Takes their number, or the fields of each; the fields that are named are those of all.
    A slug is made of the title, and the tags are given by name.
    """
    from entries.models import Entry
    from entries.models.search_document import indexed_together
    from entries.models.tagging import set_tags

    def make(each, **common):
        each = [{} for _ in range(each)] if isinstance(each, int) else each
        stated = [{"tags": ()} | common | fields for fields in each]
        tags = [fields.pop("tags") for fields in stated]
        entries = [new_entry(fields) for fields in stated]
        for entry in entries:
            entry.day = entry.day or timezone.localdate(entry.published)
        taken = defaultdict(set)
        stored = Entry.objects.filter(day__in={entry.day for entry in entries})
        for day, slug in stored.values_list("day", "slug"):
            taken[day].add(slug)
        for entry in entries:
            wish = entry.slug or make_slug(entry.title) or entry.kind
            entry.slug = free_slug(wish, taken[entry.day])
            taken[entry.day].add(entry.slug)
        with indexed_together():
            Entry.objects.bulk_create(entries)
            set_tags({entry.pk: names for entry, names in zip(entries, tags, strict=True)})
        return entries

    return make


def new_entry(fields):
    """A live entry of these fields, not stored."""
    from entries.models import Entry

    number = next(numbers)
    fields = {
        "title": f"Entry {number}",
        "content": f"<p>Text {number}.</p>",
        "status": Entry.Status.LIVE,
        "published": datetime(2024, 3, 9, 12, 0, tzinfo=UTC),
    } | fields
    return Entry(**{"updated": fields["published"]} | fields)
