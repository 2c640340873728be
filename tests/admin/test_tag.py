import pytest

from entries.admin.name_input import join_names, split_names
from entries.models import Tag, TaggedEntry, TagName

from .conftest import form_data


@pytest.fixture
def change_tag(admin_client):
    def send(tag, **changes):
        url = f"/admin/entries/tag/{tag.pk}/change/"
        response = admin_client.post(url, form_data(admin_client.get(url)) | changes)
        tag.refresh_from_db()
        return response

    return send


def test_a_renamed_tag_is_still_known_by_its_old_name(make_entry, change_tag):
    make_entry(tags=["javascript"])
    entry = make_entry(tags=["JavaScript"])
    tag = Tag.objects.get()

    change_tag(tag, name="JS", description="Of the browser.")

    assert (tag.name, tag.description) == ("JS", "Of the browser.")
    assert set(TagName.objects.values_list("folded", flat=True)) == {"javascript", "js"}
    assert not TaggedEntry.objects.exclude(term="").exists()
    entry.set_tags(["Javascript"])
    assert Tag.objects.count() == 1


def test_a_description_leaves_what_feeds_say(make_entry, change_tag):
    make_entry(tags=["javascript"])
    make_entry(tags=["JavaScript"])

    change_tag(Tag.objects.get(), description="Of the browser.")

    assert TaggedEntry.objects.filter(term="JavaScript").exists()


def test_a_tag_may_change_its_case(make_entry, change_tag):
    make_entry(tags=["python"])
    tag = Tag.objects.get()

    change_tag(tag, name="Python")

    assert tag.name == "Python"


@pytest.mark.parametrize("name", ["PYTHON", " old  name "])
def test_two_tags_never_share_a_name(make_entry, change_tag, name):
    make_entry(tags=["other", "python", "old name"])
    Tag.objects.get(name="old name").delete()
    TagName.objects.create(folded="old name", tag=Tag.objects.get(name="python"))

    response = change_tag(Tag.objects.get(name="other"), name=name)

    assert "already a name of the tag “python”" in response.content.decode()
    assert Tag.objects.filter(name="other").exists()


def test_a_new_tag_needs_a_name_that_is_free(admin_client, make_entry):
    make_entry(tags=["python"])

    admin_client.post("/admin/entries/tag/add/", {"name": "New", "slug": "new"})
    refused = admin_client.post("/admin/entries/tag/add/", {"name": "Python", "slug": "py"})

    assert Tag.objects.filter(name="New").exists()
    assert "already a name" in refused.content.decode()


def test_deleting_a_tag_asks_without_listing_its_entries(admin_client, make_entry):
    for _ in range(3):
        make_entry(tags=["gone"])
    tag = Tag.objects.get()
    url = f"/admin/entries/tag/{tag.pk}/delete/"

    page = admin_client.get(url).content.decode()
    admin_client.post(url, {"post": "yes"})

    assert "tagged with" not in page
    assert not Tag.objects.exists()


def test_tags_are_suggested_to_who_may_see_them_the_common_ones_first(
    admin_client, staff_client, make_entry
):
    make_entry(tags=["webmention", "web"])
    make_entry(tags=["web"])
    url = "/admin/autocomplete/?app_label=entries&model_name=taggedentry&field_name=tag&term=web"

    names = [row["text"] for row in admin_client.get(url).json()["results"]]

    assert names == ["web", "webmention"]
    assert staff_client().get(url).status_code == 403


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("b, a", ["b", "a"]),
        ("one tag", ["one tag"]),
        (' a ,, "b, c",b ', ["a", "b, c", "b"]),
        ('say "x", "a ""b"""', ['say "x"', 'a "b"']),
        ("a, a", ["a"]),
        ('"never closed, b', ["never closed, b"]),
        (" ", []),
    ],
)
def test_a_line_is_read_as_names(line, names):
    assert split_names(line) == names


@pytest.mark.parametrize("names", [["b", "a"], ["a, b", 'q"q', '"', "c c"], [",", '","'], []])
def test_names_come_back_from_their_line(names):
    assert split_names(join_names(names)) == names


@pytest.fixture
def merge(admin_client):
    def send(*tags, into):
        data = {"action": "merge_tags", "_selected_action": [tag.pk for tag in tags], "index": 0}
        response = admin_client.post("/admin/entries/tag/", data | {"tag_names": into}, follow=True)
        return " ".join(str(message) for message in response.context["messages"])

    return send


def test_merged_tags_leave_their_entries_and_names_to_the_one_that_stays(make_entry, merge):
    only_old = make_entry(tags=["z", "js", "a"])
    both = make_entry(tags=["JavaScript", "x", "ecmascript", "js"])
    js, ecma = Tag.objects.get(name="js"), Tag.objects.get(name="ecmascript")

    said = merge(js, ecma, into="javascript")

    assert said == "Merged “js”, “ecmascript” into “JavaScript”."
    assert list(only_old.tags.names()) == ["z", "JavaScript", "a"]
    assert list(both.tags.names()) == ["JavaScript", "x"]
    assert Tag.objects.get(name="JavaScript").live_count == 2
    assert not Tag.objects.filter(name__in=["js", "ecmascript"]).exists()
    make_entry(tags=["JS"])
    assert Tag.objects.filter(name__iexact="js").count() == 0


@pytest.mark.parametrize("into", ["", "no such tag", "a, b", "js"])
def test_a_merge_into_no_tag_or_itself_changes_nothing(make_entry, merge, into):
    entry = make_entry(tags=["js", "a", "b"])

    merge(Tag.objects.get(name="js"), into=into)

    assert list(entry.tags.names()) == ["js", "a", "b"]
    assert Tag.objects.count() == 3
