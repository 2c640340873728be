"""What migrations make of the rows that are there."""

from datetime import UTC, datetime
from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connection

from entries.models import Change, ImportRun, SearchDocument, Sighting, Source

MARKS = ("waiting=", "missing=", "written=")

pytestmark = pytest.mark.django_db


def test_sources_that_came_as_files_are_asked_no_more():
    def source(path, status=Source.Status.NEW, imported=True, **fields):
        made = Source.objects.create(url=f"http://hedgerow.example/{path}", status=status, **fields)
        if imported:
            ImportRun.objects.create(source=made, status=ImportRun.Status.IMPORTED)
        return made

    source("from a file")
    source("listed and not yet read", imported=False)
    source("failed", Source.Status.FAILED)
    source("atom/everything/", Source.Status.FAILED, failures=3, last_error="no such host")

    editor = SimpleNamespace(connection=connection)
    import_module("entries.migrations.0008_settings").mark_files(apps, editor)

    marked = Source.objects.filter(status=Source.Status.FILE)
    assert {made.url.partition(".example/")[2] for made in marked} == {
        "from a file",
        "atom/everything/",
    }
    assert {(made.failures, made.last_error) for made in marked} == {(0, "")}


@pytest.mark.usefixtures("documents_are_true")
def test_what_waits_or_is_missing_is_found_by_the_documents_that_were_there(make_entry):
    source = Source.objects.create(url="http://hedgerow.example/feed")
    now = datetime(2024, 3, 9, tzinfo=UTC)
    make_entry()
    both, missing = (make_entry(source=source, imported_at=now, tags=["a"]) for _ in range(2))
    Change.objects.create(entry=both, field="title", base="", theirs="")
    for entry in (both, missing):
        Sighting.objects.create(
            source=source, entry=entry, leads=True, base={}, received=b"", absences=3,
            missing_since=now,
        )  # fmt: skip
    for document in SearchDocument.objects.all():
        before = [term for term in document.terms.split() if not term.startswith(MARKS)]
        document.terms = " ".join(before)
        document.save()

    import_module("entries.migrations.0013_desk_terms").mark(apps, None)
