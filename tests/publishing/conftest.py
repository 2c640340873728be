from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import caches

from entries.importing.fetching.fetched import Fetched
from entries.importing.importer import import_document
from entries.models import Source


@pytest.fixture(autouse=True)
def fresh_cache():
    for alias in caches:
        caches[alias].clear()


@pytest.fixture
def sample(db, sample_document):
    """The site with the bundled feed imported."""
    return import_document(Fetched("sample.atom", sample_document))


@pytest.fixture
def make_sourced(make_entry):
    """Build a live entry whose leading source has these fields."""

    def make(canonical=Source.Canonical.SOURCE, **fields):
        source = Source.objects.create(canonical=canonical, **fields)
        return make_entry(source=source, canonical_url="https://elsewhere.example/post")

    return make


@pytest.fixture
def sample_document():
    return Path(settings.BASE_DIR, "entries", "sample", "sample.atom").read_bytes()


@pytest.fixture
def served(client):
    """Get a feed as the site serves it."""

    def get(address):
        response = client.get(address)
        assert response.status_code == 200
        assert response["Content-Type"] == "application/atom+xml; charset=utf-8"
        return response.content

    return get
