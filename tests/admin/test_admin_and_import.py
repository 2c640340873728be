"""The admin and the importer together: imports respect what an editor did."""

import pytest
from django.urls import reverse

from entries.importing.fetching.fetched import Fetched
from entries.importing.importer import import_document
from entries.models import Entry, Tag, UpstreamChange
from tests.importing.atom import FEED, entry, feed

from .conftest import form_data

HTML = "<pre>line\n\n  line</pre><p>A&nbsp;b &amp; “c”</p><p class=x>d<script>e</script></p>"


@pytest.fixture
def read(db):
    def read(**stated):
        data = feed(entry(1, stated.pop("html", HTML), **stated))
        return import_document(Fetched(FEED, data, url=FEED)).entries[0].action

    return read


def test_saving_an_untouched_form_is_no_edit(read, edit):
    stated = {"categories": "B|a, c|Zed", "published": "2024-03-02T12:00:01.234567Z"}
    read(**stated)
    edit(Entry.objects.get())

    assert read(**stated) == "unchanged"
    assert read(**stated | {"title": "New", "html": "<p>x</p>", "categories": "q"}) == "updated"
    assert Entry.objects.get().content == "<p>x</p>"
    assert not UpstreamChange.objects.exists()


def test_an_edit_in_the_admin_stays_and_upstreams_value_waits(read, edit, admin_client):
    read(categories="a|b")
    post = Entry.objects.get()
    edit(post, title="Edited", tag_names="b, a, mine")

    assert read(title="Revised", categories="a|b|c") == "conflict"

    post.refresh_from_db()
    assert post.title == "Edited"
    assert list(post.tags.names()) == ["b", "c", "a", "mine"]
    change = UpstreamChange.objects.get()
    assert change.field == "title"
    admin_client.post(f"/admin/entries/upstreamchange/{change.pk}/accept/")
    post.refresh_from_db()
    assert post.title == "Revised"
    assert read(title="Revised", categories="a|b|c") == "unchanged"
    assert read(title="Again", categories="a|c") == "updated"
    assert list(post.tags.names()) == ["c", "a", "mine"]


def test_a_value_set_aside_does_not_wait_again(read, edit, admin_client):
    read()
    edit(Entry.objects.get(), title="Edited")
    read(title="Revised")
    admin_client.post(f"/admin/entries/upstreamchange/{UpstreamChange.objects.get().pk}/dismiss/")

    read(title="Revised")

    assert not UpstreamChange.objects.exists()
    assert Entry.objects.get().title == "Edited"


def test_tags_added_in_bulk_are_an_edit_that_stays(read, admin_client):
    read(categories="a")
    post = Entry.objects.get()
    admin_client.post(
        "/admin/entries/entry/",
        {"action": "add_tags", "_selected_action": post.pk, "index": 0, "tag_names": "mine"},
    )

    read(categories="a|b")

    assert list(post.tags.names()) == ["a", "mine", "b"]


def test_a_renamed_tag_is_no_edit_of_its_entries(read, admin_client):
    read(categories="js")
    tag = Tag.objects.get()
    url = f"/admin/entries/tag/{tag.pk}/change/"
    admin_client.post(url, form_data(admin_client.get(url)) | {"name": "JavaScript"})

    assert read(categories="js|web") == "updated"
    assert list(Entry.objects.get().tags.names()) == ["JavaScript", "web"]


def test_what_an_editor_deletes_no_import_brings_back(read, admin_client):
    read()
    admin_client.post(f"/admin/entries/entry/{Entry.objects.get().pk}/delete/", {"post": "yes"})

    read(title="Revised")

    assert not Entry.objects.exists()


def test_media_that_an_import_replaced_leave_the_form_to_be_saved(read, admin_client):
    sound = '<link rel="enclosure" href="https://files.example/{}.mp3" type="audio/mpeg"/>'
    read(extra=sound.format("old"))
    post = Entry.objects.get()
    url = reverse("admin:entries_entry_change", args=[post.pk])
    sent = form_data(admin_client.get(url)) | {"title": "Typed", "enclosures-TOTAL_FORMS": "2"}
    sent |= {"enclosures-1-href": "https://files.example/mine.mp3", "enclosures-1-entry": post.pk}
    sent |= {"enclosures-1-id": "", "enclosures-1-role": "enclosure"}
    assert read(extra=sound.format("new")) == "updated"

    refused = admin_client.post(url, sent)
    saved = admin_client.post(url, form_data(refused))

    assert "An import has replaced media" in refused.content.decode()
    assert "saved elsewhere" in refused.content.decode()
    assert saved.status_code == 302
    post.refresh_from_db()
    assert post.title == "Typed"
    names = ["new", "mine"]
    assert [row.href for row in post.enclosures.all()] == [
        f"https://files.example/{name}.mp3" for name in names
    ]
