"""Every page of the admin: who may open it, and that its cost does not grow with the rows."""

import pytest
from django.contrib.admin import site
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from entries.models import Entry, ImportLine, ImportRun, Source, Tag, UpstreamChange

from .conftest import form_data

MODELS = ["entry", "tag", "source", "importrun", "importline", "upstreamchange"]


@pytest.fixture
def fill(make_entries, make_sighting, source):
    """Store `number` rows of each model, and return one of each by its model's name."""

    def make(number):
        tags = Tag.objects.count()
        entries = make_entries({"tags": ["common", f"tag {tags + n}"]} for n in range(number))
        for n, entry in enumerate(entries):
            make_sighting(entry)
            run = ImportRun.objects.create(source=source, status="imported", created=1)
            ImportLine.objects.create(run=run, entry=entry, action="created", reasons=["new"])
            UpstreamChange.objects.create(entry=entry, field="tags", base=["a"], theirs=["b"])
            UpstreamChange.objects.create(
                entry=entry,
                field="enclosures",
                base=[],
                theirs=[["https://x.example/", "", n, "", "", "enclosure"]],
            )
            Source.objects.create(url=f"https://example.org/{Source.objects.count()}.atom")
        models = [Entry, Tag, Source, ImportRun, ImportLine, UpstreamChange]
        return {model._meta.model_name: model.objects.first() for model in models}

    return make


@pytest.mark.parametrize("model", MODELS)
def test_list_page_and_history_open(admin_client, fill, model):
    row = fill(1)[model]

    for page in ["changelist", "change", "history"]:
        args = [] if page == "changelist" else [row.pk]
        response = admin_client.get(reverse(f"admin:entries_{model}_{page}", args=args))

        assert response.status_code == 200, page


@pytest.mark.parametrize("model", MODELS)
def test_adding_and_deleting_open_only_where_they_make_sense(admin_client, fill, model):
    row = fill(1)[model]
    allowed = 200 if model in ("entry", "tag") else 403

    assert admin_client.get(reverse(f"admin:entries_{model}_add")).status_code == allowed
    url = reverse(f"admin:entries_{model}_delete", args=[row.pk])
    assert admin_client.get(url).status_code == allowed


@pytest.mark.parametrize("model", MODELS)
def test_a_list_takes_as_many_queries_for_1_row_as_for_50(admin_client, fill, model):
    url = reverse(f"admin:entries_{model}_changelist")

    def queries():
        with CaptureQueriesContext(connection) as captured:
            response = admin_client.get(url)
        return len(captured), len(response.context["cl"].result_list)

    queries()
    fill(1)
    of_few, _ = queries()
    fill(50)
    of_many, rows = queries()

    assert rows >= 50
    assert of_many == of_few


@pytest.mark.parametrize(
    ("model", "query"),
    [
        ("tag", "?q=common"),
        ("source", "?status__exact=new"),
        ("source", "?new_entries__exact=live"),
        ("source", "?q=example"),
        ("importrun", "?status__exact=imported"),
        ("importrun", "?source=1"),
        ("importrun", "?source=x"),
        ("importline", "?action__exact=created"),
        ("importline", "?run__id__exact=1&q=x"),
        ("upstreamchange", "?field=tags"),
        ("upstreamchange", "?q=Entry"),
    ],
)
def test_filters_and_searches_open(admin_client, fill, model, query):
    fill(1)

    response = admin_client.get(reverse(f"admin:entries_{model}_changelist") + query)

    assert response.status_code == 200


@pytest.mark.parametrize("model", MODELS)
def test_staff_without_permissions_see_nothing(staff_client, fill, model):
    row = fill(1)[model]
    client = staff_client()

    for page in ["changelist", "change", "history", "delete", "add"]:
        args = [] if page in ("changelist", "add") else [row.pk]
        response = client.get(reverse(f"admin:entries_{model}_{page}", args=args))

        assert response.status_code == 403, page
    assert b"/admin/entries/" not in client.get("/admin/").content


def test_who_may_only_look_can_change_nothing(staff_client, fill):
    entry = fill(1)["entry"]
    client = staff_client("view_entry", "view_tag", "view_source")
    url = reverse("admin:entries_entry_change", args=[entry.pk])

    page = client.get(url).content.decode()
    refused = client.post(url, {"title": "x"})
    listing = client.get("/admin/entries/entry/").content.decode()
    client.post(
        "/admin/entries/entry/", {"action": "reject", "_selected_action": entry.pk, "index": 0}
    )

    assert "Take upstream" not in page
    assert refused.status_code == 403
    assert 'value="reject"' not in listing
    entry.refresh_from_db()
    assert entry.status == "live"


def test_who_may_change_but_not_delete_has_no_action_to_delete(staff_client, fill):
    entry = fill(1)["entry"]
    client = staff_client("view_entry", "change_entry")

    listing = client.get("/admin/entries/entry/").content.decode()

    assert 'value="reject"' in listing
    assert 'value="delete_selected"' not in listing
    assert client.get(f"/admin/entries/entry/{entry.pk}/delete/").status_code == 403


def test_the_index_names_the_site_and_only_our_tags(admin_client):
    html = admin_client.get("/admin/").content.decode()

    assert "Test stead" in html
    assert "/admin/entries/entry/" in html
    assert "/admin/taggit/" not in html
    assert "importline" not in html


def test_no_page_of_a_row_that_is_not_there(admin_client):
    for model in MODELS:
        response = admin_client.get(reverse(f"admin:entries_{model}_change", args=["x"]))

        assert response.status_code == 302


def test_a_run_of_ten_thousand_lines_opens(admin_client, source):
    run = ImportRun.objects.create(source=source, warnings=["<b>odd</b>"], error="no & such")
    ImportLine.objects.bulk_create(
        ImportLine(run=run, action="created", title=f"{n}", reasons=["new"]) for n in range(10_000)
    )

    page = admin_client.get(reverse("admin:entries_importrun_change", args=[run.pk]))
    html = page.content.decode()
    lines = admin_client.get(
        f"/admin/entries/importline/?run__id__exact={run.pk}&action__exact=created"
    )

    assert "10,000 created" in html
    assert "&lt;b&gt;odd" in html
    assert len(page.content) < 60_000
    assert len(lines.context["cl"].result_list) == 100
    assert lines.context["cl"].result_count == 10_000


def test_only_the_policies_of_a_source_can_be_edited(admin_client, source):
    url = reverse("admin:entries_source_change", args=[source.pk])

    page = form_data(admin_client.get(url))
    admin_client.post(
        url,
        page
        | {"new_entries": "draft", "canonical": "self", "title": "x", "url": "https://x.example/"},
    )

    source.refresh_from_db()
    assert (source.new_entries, source.canonical) == ("draft", "self")
    assert (source.title, source.url) == ("An example", "https://example.org/feed.atom")


def test_a_source_shows_its_entries_and_newest_imports(admin_client, fill, source):
    fill(3)

    listing = admin_client.get("/admin/entries/source/")
    page = admin_client.get(reverse("admin:entries_source_change", args=[source.pk]))

    counts = {row.pk: row.entry_count for row in listing.context["cl"].result_list}
    assert counts[source.pk] == 3
    assert "Imported, 1 new</li>" in page.content.decode()


def test_an_entry_that_a_source_states_twice_is_one_of_its_entries(
    admin_client, make_entry, make_sighting, source
):
    other = Source.objects.create(url="https://other.example/feed")
    entry, another = make_entry(), make_entry()
    make_sighting(entry)
    make_sighting(entry, leads=False)
    make_sighting(another)
    make_sighting(another, source=other, leads=False)
    make_sighting(None, leads=False)

    listing = admin_client.get("/admin/entries/source/")

    counts = {row.pk: row.entry_count for row in listing.context["cl"].result_list}
    assert counts == {source.pk: 2, other.pk: 1}


def test_an_import_that_only_updated_says_so(admin_client, source):
    ImportRun.objects.create(source=source, status="imported", updated=1_234, conflicts=2)

    page = admin_client.get(reverse("admin:entries_source_change", args=[source.pk]))

    assert "Imported, 1,234 updated, 2 in conflict</li>" in page.content.decode()


def test_the_admin_has_no_page_for_taggits_own_tags():
    assert {model._meta.label for model in site._registry if "taggit" in model._meta.label} == set()
