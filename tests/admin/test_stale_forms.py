"""Two editors with the same form open: the second to save is warned, and loses nothing."""

import pytest
from django.urls import reverse

from entries.models import SiteSettings, Source, Tag

from .conftest import form_data

REFUSED = "was saved elsewhere since you opened this page"


@pytest.fixture
def forms(db, make_entry, source):
    """For each kind of form: its URL, two of its fields, and a function that reads the row."""
    make_entry(tags=["python"])
    tag = Tag.objects.get()
    SiteSettings.objects.create(pk=SiteSettings.PK)
    rows = {
        "tag": (tag, "name", "description"),
        "source": (source, "default_author", "added_tags"),
        "site": (SiteSettings.objects.get(), "tagline", "footer"),
    }

    def give(kind):
        row, first, second = rows[kind]
        url = reverse(f"admin:entries_{row._meta.model_name}_change", args=[row.pk])
        return url, first, second, row

    return give


@pytest.mark.parametrize("kind", ["tag", "source", "site"])
def test_the_second_to_save_is_told_in_which_fields_theirs_differs(forms, admin_client, kind):
    url, first, second, row = forms(kind)
    page = form_data(admin_client.get(url))
    admin_client.post(url, page | {first: "theirs"})

    refused = admin_client.post(url, page | {second: "mine"})

    html = refused.content.decode()
    assert f"This {row._meta.verbose_name} {REFUSED}" in html
    row.refresh_from_db()
    assert getattr(row, first) == "theirs"
    assert "mine" not in str(getattr(row, second))
    assert form_data(refused)[second] == "mine"
    labels = html.partition("stored now in: ")[2].partition(".")[0].lower()
    assert first.replace("_", " ") in labels
    assert second.replace("_", " ") in labels


@pytest.mark.parametrize("kind", ["tag", "source", "site"])
def test_whoever_saves_again_means_it(forms, admin_client, kind):
    url, first, second, row = forms(kind)
    page = form_data(admin_client.get(url))
    admin_client.post(url, page | {first: "theirs"})
    refused = admin_client.post(url, page | {second: "mine"})

    saved = admin_client.post(url, form_data(refused))

    assert saved.status_code == 302
    row.refresh_from_db()
    assert "mine" in getattr(row, second)
    assert getattr(row, first) == page[first]


@pytest.mark.parametrize("kind", ["tag", "source", "site"])
def test_who_saves_twice_in_a_row_is_told_nothing(forms, admin_client, kind):
    url, first, _, row = forms(kind)

    for value in ("one", "two"):
        saved = admin_client.post(url, form_data(admin_client.get(url)) | {first: value})
        assert saved.status_code == 302

    row.refresh_from_db()
    assert getattr(row, first) == "two"


@pytest.mark.parametrize("kind", ["tag", "source", "site"])
def test_who_changes_nothing_overwrites_nothing(forms, admin_client, kind):
    url, first, _, row = forms(kind)
    page = form_data(admin_client.get(url))

    saved = admin_client.post(url, page)

    assert saved.status_code == 302
    before = getattr(row, first)
    row.refresh_from_db()
    assert getattr(row, first) == before


def test_what_imports_write_of_a_source_and_a_tag_refuses_no_form(forms, admin_client, make_entry):
    for kind, written in (
        ("source", lambda row: Source.objects.filter(pk=row.pk).update(title="New", etag="x")),
        ("tag", lambda row: make_entry(tags=[row.name])),
    ):
        url, first, _, row = forms(kind)
        page = form_data(admin_client.get(url))
        written(row)

        saved = admin_client.post(url, page | {first: "mine"})

        assert saved.status_code == 302, kind


def test_of_two_who_choose_a_favicon_the_second_is_told(forms, admin_client):
    url, _, second, _ = forms("site")
    page = form_data(admin_client.get(url))
    SiteSettings.objects.update(favicon_name="favicon-0123456789abcdef.svg", favicon=b"<svg/>")

    refused = admin_client.post(url, page | {second: "mine"})

    assert REFUSED in refused.content.decode()


def test_two_may_save_the_first_settings_of_a_site(admin_client):
    url = reverse("admin:entries_sitesettings_change", args=[SiteSettings.PK])
    page = form_data(admin_client.get(url))
    admin_client.post(url, page | {"tagline": "theirs"})

    refused = admin_client.post(url, page | {"tagline": "mine"})

    assert REFUSED in refused.content.decode()
    assert SiteSettings.objects.get().tagline == "theirs"


def test_who_may_only_look_sees_no_field_of_the_form_itself(staff_client, forms):
    client = staff_client("view_tag", "view_source", "view_sitesettings", "view_entry")

    for kind in ("tag", "source", "site"):
        page = client.get(forms(kind)[0])
        assert page.status_code == 200
        assert b"field-seen" not in page.content
