"""Hostile queries, URLs and forms: no page of the admin fails with a server error."""

import itertools
from urllib.parse import quote, urlencode

import pytest
from django.contrib.admin import site
from django.urls import reverse
from hypothesis import settings

from entries.models import ImportLine, ImportRun, OldAddress, UpstreamChange

HOSTILE = {
    "NUL": "a\x00b",
    "huge": "x" * 30_000,
    "huge number": "9" * 400,
    "last year": "9999",
    "first year": "1",
    "a day": "2024-03-09",
    "regex": "(?P<a>(a+)+",
    "odd": "\ud800\ufffe\U0010ffff\u202e\u0301\x01\x1b\r\n'\"\\;--%s{0.__class__}{{ x }}../",
}
PARAMETERS = [
    *("q", "p", "o", "e", "all", "_popup", "_to_field", "_changelist_filters", "before"),
    *("source", "tag", "waiting", "missing", "run__id__exact", "entry__slug", "no_such"),
    *("status__exact", "kind__in", "title__regex", "title__isnull", "id", "id__in"),
    *("published", "published__gte", "published__year", "published__month", "published__date"),
    *("published__year=2024&published__month", "published__year=2024&published__day"),
]
PAGES = ("change/", "delete/", "history/", "", "accept/", "password/")
MODELS = [model._meta for model in site._registry]


def combined_with(model, value, *, of):
    """The parameters or pages that are combined with this value: all for entries, else a third.

    Each value meets each parameter on some model, and each model meets each parameter with some
    value. The nightly profile combines all.
    """
    if model.model_name == "entry" or settings.get_current_profile_name() == "nightly":
        return of
    turn = MODELS.index(model) + list(HOSTILE.values()).index(value)
    return of[turn % 3 :: 3]


@pytest.fixture
def stored(make_entry, make_sighting, source):
    entry = make_entry(tags=["a"])
    make_sighting(entry)
    run = ImportRun.objects.create(source=source, status="imported")
    ImportLine.objects.create(run=run, entry=entry, action="created")
    UpstreamChange.objects.create(entry=entry, field="title", base="a", theirs="b")
    OldAddress.objects.create(path="/old", entry=entry)
    return entry


def percent(text):
    return quote(text.encode("utf-8", "surrogatepass"), safe="")


@pytest.mark.parametrize("value", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.model_name)
def test_no_query_makes_a_list_fail(admin_client, stored, model, value):
    url = reverse(f"admin:{model.app_label}_{model.model_name}_changelist")

    for name in combined_with(model, value, of=PARAMETERS):
        response = admin_client.get(f"{url}?{name}={percent(value)}")

        assert response.status_code in (200, 302, 400), name


@pytest.mark.parametrize("value", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.model_name)
def test_no_address_of_a_row_makes_its_pages_fail(admin_client, stored, model, value):
    url = reverse(f"admin:{model.app_label}_{model.model_name}_changelist")

    queries = ("", f"?_to_field={percent(value)}", f"?_popup={percent(value)}")
    for page, query in combined_with(model, value, of=list(itertools.product(PAGES, queries))):
        response = admin_client.get(f"{url}{percent(value)}/{page}{query}")

        assert response.status_code in (200, 302, 400, 403, 404, 405), page


@pytest.mark.parametrize("value", HOSTILE.values(), ids=HOSTILE)
def test_no_other_page_fails(admin_client, stored, value):
    asked = {"app_label": "entries", "model_name": "taggedentry", "field_name": "tag", "term": ""}
    pages = [
        *(
            "/admin/autocomplete/?" + urlencode(asked | {name: value}, errors="surrogatepass")
            for name in (*asked, "page")
        ),
        *(
            f"/admin/{page}{percent(value)}"
            for page in (
                "",
                "?next=",
                "login/?next=",
                "r/1/",
                "r/",
                "jsi18n/?",
                "password_change/?",
            )
        ),
        f"/admin/r/{percent(value)}/1/",
        f"/admin/{percent(value)}/",
        f"/admin/entries/entry/add/?kind={percent(value)}&tag_names={percent(value)}"
        f"&published={percent(value)}&source={percent(value)}",
    ]

    for page in pages:
        assert admin_client.get(page).status_code in (200, 301, 302, 400, 403, 404), page


@pytest.mark.parametrize("term", ["\x00", "a\x00", "x" * 10_000])
def test_tags_that_cannot_be_are_not_suggested(admin_client, stored, term):
    url = "/admin/autocomplete/?app_label=entries&model_name=taggedentry&field_name=tag&term="

    assert admin_client.get(url + percent(term)).json()["results"] == []


@pytest.mark.parametrize("value", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("model", ["entry", "tag", "upstreamchange", "filteredpost", "oldaddress"])
def test_no_action_fails(admin_client, stored, model, value):
    url = reverse(f"admin:entries_{model}_changelist")
    asked = {"action": "delete_selected", "_selected_action": stored.pk, "index": 0}
    actions = {
        "entry": ["publish", "reject", "add_tags", "remove_tags", "merge_the_two", "split_again"],
        "tag": ["merge_tags"],
        "upstreamchange": ["take_upstream_value", "keep_our_value"],
        "filteredpost": ["import_after_all"],
    }.get(model, [])

    for name in ("_selected_action", "index", "action", "select_across", "tag_names"):
        for action in ["delete_selected", *actions]:
            data = {"tag_names": "a"} | asked | {"action": action} | {name: value}
            sent = urlencode(data, errors="surrogatepass")
            response = admin_client.post(url, sent, "application/x-www-form-urlencoded")

            assert response.status_code in (200, 302, 403), (action, name)
