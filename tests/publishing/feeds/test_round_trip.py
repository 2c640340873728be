"""An exported feed has everything that was imported, and can be imported again without loss."""

import json
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from lxml import etree

from entries.importing.fetching.fetched import Fetched
from entries.importing.importer import MAX_BATCH_ENTRIES, import_document
from entries.models import Entry
from tests.atom import findings, hrefs, parse_back, statements

from .round_trip import (
    fields_of_entries,
    forget_everything,
    make_one_of_each,
    make_one_of_each_oddity,
)

NOON = datetime(2024, 3, 9, 12, 0, tzinfo=UTC)
EVERYTHING = "/atom/everything/"


def test_the_sample_comes_out_as_it_went_in(sample, sample_document, served):
    regenerated = statements(served(EVERYTHING))
    original = statements(sample_document)

    assert regenerated.keys() == original.keys()
    for atom_id in original:
        assert regenerated[atom_id] == original[atom_id]


def test_our_own_feed_brings_nothing_new_to_the_site_it_is_from(sample, served):
    before = fields_of_entries()

    report = import_document(Fetched("ours", served(EVERYTHING)))

    assert report.counts["created"] == report.counts["updated"] == 0
    assert report.counts["unchanged"] == len(before)
    assert fields_of_entries() == before


def test_our_own_feed_is_taken_apart_again_without_loss(sample, served):
    before = fields_of_entries()
    document = served(EVERYTHING)
    forget_everything()

    report = import_document(Fetched("ours", document))

    assert report.counts["created"] == len(before)
    after = fields_of_entries()
    for atom_id in before:
        assert after[atom_id] == before[atom_id]


def test_fields_that_an_editor_wrote_are_taken_apart_without_loss(make_entry, served):
    make_one_of_each(make_entry)
    before = fields_of_entries()
    document = served(EVERYTHING)
    forget_everything()

    import_document(Fetched("ours", document))

    after = fields_of_entries()
    for atom_id in before:
        assert after[atom_id] == before[atom_id]


@pytest.mark.parametrize("address", [EVERYTHING, "/json/everything/"])
def test_every_kind_comes_back_whatever_its_text_looks_like(make_entry, client, address):
    make_one_of_each_oddity(make_entry)
    before = fields_of_entries()
    documents = []
    while address:
        documents.append(client.get(address).content)
        address = next_page(documents[-1])
    forget_everything()

    for number, document in enumerate(documents):
        import_document(Fetched("ours", document, url=f"http://testserver/{number}"))

    after = fields_of_entries()
    assert after.keys() == before.keys()
    for atom_id in before:
        assert after[atom_id] == before[atom_id]


def next_page(document):
    if document.startswith(b"{"):
        address = json.loads(document).get("next_url", "")
    else:
        address = next(iter(hrefs(etree.fromstring(document), "next")), "")
    return address.removeprefix("http://testserver")


def test_ids_stay_through_edits_new_addresses_imports_and_a_new_domain(
    sample, sample_document, served, settings
):
    before = set(statements(served(EVERYTHING)))
    feed_id = parse_back(served(EVERYTHING)).feed.id
    for entry in Entry.objects.all():
        entry.title, entry.slug, entry.content = "New", f"new-{entry.pk}", "<p>New.</p>"
        entry.published += timedelta(days=400)
        entry.move_to_published()
        entry.save()
    import_document(Fetched("sample.atom", sample_document))
    Entry.objects.filter(published__gt=datetime.now(UTC)).update(published=NOON)
    settings.SITE_URL = "https://moved.example"

    document = served(EVERYTHING)

    assert set(statements(document)) == before
    assert findings(document, f"https://moved.example{EVERYTHING}") == []
    assert parse_back(document).feed.id == feed_id


def test_posts_that_say_the_same_stay_apart_however_far_apart_they_stand(make_entries):
    alike = {"title": "The same", "content": "<p>The same.</p>"}
    make_entries(
        alike | {"slug": f"same-{number}"} if number in (0, MAX_BATCH_ENTRIES + 1) else {}
        for number in range(MAX_BATCH_ENTRIES + 2)
    )
    document = StringIO()
    call_command("export_feed", "--all", stdout=document)
    before = fields_of_entries().keys()
    forget_everything()

    report = import_document(Fetched("ours", document.getvalue().encode()))

    assert report.counts == {"created": MAX_BATCH_ENTRIES + 2}
    assert fields_of_entries().keys() == before
