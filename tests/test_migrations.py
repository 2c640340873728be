"""What migrations make of the rows that are there."""

from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connection

from entries.models import ImportRun, Source

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
