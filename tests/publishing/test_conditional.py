"""A client that has a page gets a 304, and never keeps a page that has changed."""

from datetime import timedelta

import pytest
import time_machine
from django.core.cache import caches
from django.utils import timezone
from django.utils.http import parse_http_date

from entries.models import Entry, Source, Tag

ADDRESSES = ["/", "/notes/", "/tags/python/", "/tags/", "/2024/Mar/", "/2024/Mar/9/kept/"]


@pytest.fixture
def entry(make_entry):
    make_entry(kind="note", slug="other", tags=["Python"])
    return make_entry(kind="note", title="Kept", slug="kept", tags=["Python", "django"])


def edit(entry):
    entry.content = "<p>Edited.</p>"
    entry.save()


def retag(entry):
    entry.set_tags(["django", "Python"])


def rename_tag(entry):
    Tag.objects.filter(slug="django").update(name="Django!")


def reject(entry):
    Entry.objects.filter(pk=entry.pk).set_status(Entry.Status.REJECTED)


def delete(entry):
    entry.delete()


CHANGES = [edit, retag, rename_tag, reject, delete]


@pytest.mark.parametrize("address", [*ADDRESSES, "/archive/", "/sitemap.xml", "/robots.txt"])
def test_who_has_a_page_is_not_sent_it_again(entry, client, address):
    first = client.get(address)

    by_etag = client.get(address, headers={"if-none-match": first["ETag"]})
    by_date = client.get(address, headers={"if-modified-since": first["Last-Modified"]})

    for response in (by_etag, by_date):
        assert response.status_code == 304
        assert not response.content
        assert response["ETag"] == first["ETag"]
        for name in ("Cache-Control", "Last-Modified", "Vary"):
            assert response[name] == first[name]
        assert "Content-Length" not in response
        assert "Content-Type" not in response


@pytest.mark.parametrize("address", ["/", "/notes/", "/tags/python/"])
@pytest.mark.parametrize("change", CHANGES)
def test_whatever_changes_a_page_changes_its_validators(entry, client, address, change):
    before = client.get(address)
    change(entry)

    by_etag = client.get(address, headers={"if-none-match": before["ETag"]})
    by_date = client.get(address, headers={"if-modified-since": before["Last-Modified"]})

    assert by_etag.status_code == by_date.status_code == 200
    assert by_etag["ETag"] != before["ETag"]
    assert by_etag.content != before.content


def test_what_is_undone_counts_as_changed_again(entry, client):
    reject(entry)
    between = client.get("/")
    Entry.objects.filter(pk=entry.pk).set_status(Entry.Status.LIVE)

    after = client.get("/", headers={"if-modified-since": between["Last-Modified"]})

    assert after.status_code == 200
    assert "Kept" in after.content.decode()


@pytest.fixture
def processes(settings):
    """Let another process with its own cache answer."""

    def answer_by(name):
        backend = "django.core.cache.backends.locmem.LocMemCache"
        settings.CACHES = {
            alias: {"BACKEND": backend, "LOCATION": f"{name} {alias}"} for alias in settings.CACHES
        }

    yield answer_by
    for name in ("first", "second"):
        answer_by(name)
        for alias in settings.CACHES:
            caches[alias].clear()


def test_a_date_that_another_process_gave_to_what_was_undone_is_not_believed(
    entry, client, processes
):
    processes("first")
    client.get("/")
    with time_machine.travel(timezone.now() + timedelta(hours=2)):
        edit(entry)
        processes("second")
        between = client.get("/")
        entry.content = "<p>Undone.</p>"
        entry.save()
        processes("first")
        client.get("/")
    with time_machine.travel(timezone.now() + timedelta(hours=4)):
        edit(entry)
        processes("second")
        edited = client.get("/")
        entry.content = "<p>Undone.</p>"
        entry.save()
        processes("first")

        by_date = client.get("/", headers={"if-modified-since": edited["Last-Modified"]})

    assert b"Edited." in between.content
    assert b"Undone." in by_date.content


def test_two_versions_that_two_processes_see_within_a_second_have_two_dates(
    entry, client, processes
):
    with time_machine.travel(timezone.now(), tick=False):
        processes("first")
        before = client.get("/")
        edit(entry)
        processes("second")

        by_date = client.get("/", headers={"if-modified-since": before["Last-Modified"]})

    assert b"Edited." in by_date.content


@pytest.mark.parametrize("change", CHANGES)
def test_the_dates_that_a_process_gives_only_grow(entry, client, change):
    before = client.get("/")
    change(entry)

    after = client.get("/")

    assert parse_http_date(after["Last-Modified"]) > parse_http_date(before["Last-Modified"])


def test_last_modified_stays_while_nothing_changes(entry, client):
    first = client.get("/")

    with time_machine.travel(timezone.now() + timedelta(hours=1)):
        later = client.get("/")
        edit(entry)
        edited = client.get("/")

    assert later["Last-Modified"] == first["Last-Modified"]
    assert edited["Last-Modified"] != first["Last-Modified"]


def test_an_entry_page_changes_with_its_source(entry, client):
    source = Source.objects.create(url="https://example.org/feed", title="One")
    entry.source = source
    entry.save()
    before = client.get("/2024/Mar/9/kept/")
    Source.objects.update(title="Another")

    after = client.get("/2024/Mar/9/kept/", headers={"if-none-match": before["ETag"]})

    assert after.status_code == 200


def test_another_title_of_the_site_is_another_page(entry, client, settings):
    before = client.get("/")
    settings.SITE_TITLE = "Renamed"

    after = client.get("/", headers={"if-none-match": before["ETag"]})

    assert after.status_code == 200


def test_compressed_pages_are_validated_too(entry, client):
    first = client.get("/", headers={"accept-encoding": "gzip"})

    again = client.get("/", headers={"accept-encoding": "gzip", "if-none-match": first["ETag"]})

    plain = client.get("/")

    assert first["Content-Encoding"] == "gzip"
    assert again.status_code == 304
    assert again["ETag"] == first["ETag"] == plain["ETag"]
    assert again["Vary"] == first["Vary"] == plain["Vary"] == "Accept-Encoding"
