"""The search of the admin's list of entries: that of readers, in entries of any status."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

LIST = "/admin/entries/entry/"


@pytest.fixture
def find(admin_client):
    """The titles in the admin's list."""

    def find(text, **further):
        response = admin_client.get(LIST, {"q": text} | further)
        assert response.status_code == 200
        return {entry.title for entry in response.context["cl"].result_list}

    return find


@pytest.fixture
def entries(make_entry):
    make_entry(title="Garden", tags=["Green"], kind="link")
    make_entry(title="Garden draft", status="draft", published=datetime(2022, 1, 1, tzinfo=UTC))
    make_entry(title="Garden to come", published=datetime(2124, 1, 1, tzinfo=UTC))
    make_entry(title="Other", status="rejected", atom_id="tag:example.org,2024:garden")


@pytest.mark.parametrize(
    ("text", "further", "expected"),
    [
        ("garden", {}, {"Garden", "Garden draft", "Garden to come"}),
        ("garden -draft", {}, {"Garden", "Garden to come"}),
        ("tag:green", {}, {"Garden"}),
        ("gard* kind:link", {}, {"Garden"}),
        ("from:2100", {}, {"Garden to come"}),
        ("garden", {"status__exact": "draft"}, {"Garden draft"}),
        ("garden", {"tag": "green"}, {"Garden"}),
        ("garden", {"published__year": "2022"}, {"Garden draft"}),
        ("garden", {"source": "none", "kind__exact": "link"}, {"Garden"}),
        ("tag:example.org,2024:garden", {}, {"Other"}),
        ("nothing", {}, set()),
        ("!?", {}, {"Garden", "Garden draft", "Garden to come", "Other"}),
    ],
)
def test_the_admin_finds_entries_of_any_status(find, entries, text, further, expected):
    assert find(text, **further) == expected


@given(text=st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"])))
def test_any_text_may_be_searched_for(find, text):
    find(text)
