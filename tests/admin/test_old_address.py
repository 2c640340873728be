"""The admin page of old addresses: what the form accepts and refuses, and what the list notes."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from entries.models import Entry, OldAddress, Tag

LIST = "/admin/entries/oldaddress/"


@pytest.fixture
def add(admin_client):
    """Add an old address. Returns the errors of the form by field."""

    def add(path, leads_to):
        response = admin_client.post(f"{LIST}add/", {"path": path, "leads_to": leads_to})
        if response.status_code == 302:
            return {}
        return {
            name: errors[0] for name, errors in response.context["adminform"].form.errors.items()
        }

    return add


@pytest.fixture
def post(make_entry):
    return make_entry(slug="one", tags=["web"])


@pytest.fixture
def leads(client):
    def leads(address):
        response = client.get(address)
        return response["Location"] if response.status_code == 301 else response.status_code

    return leads


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("/feed/", "/feed"),
        ("/feed", "/feed/"),
        ("/?feed=rss2", "/?feed=rss2"),
        ("/index.php?page=feed", "/index.php?page=feed"),
        ("https://old.example/rss.xml?utm_source=x", "/rss.xml"),
        ("/caf%C3%A9/", "/café/"),
        ("/日本/", "/%E6%97%A5%E6%9C%AC"),
        ("/%E6%97%A5/#top", "/日/"),
    ],
)
def test_an_address_that_an_editor_wrote_leads_on(post, add, leads, path, asked):
    assert add(path, "/atom/everything/") == {}

    assert leads(asked) == "/atom/everything/"


def test_it_may_lead_to_an_entry_or_a_tag_wherever_that_goes(post, add, leads):
    assert add("/a/", "http://testserver/2024/Mar/9/one/") == add("/b/", "/tags/web") == {}

    post.slug = "two"
    post.save()
    tag = Tag.objects.get()
    tag.slug = "www"
    tag.save()

    assert (leads("/a/"), leads("/b/")) == ("/2024/Mar/9/two/", "/tags/www/")


@pytest.mark.parametrize(
    "path",
    [
        *("", "feed", "ftp://old.example/feed", "/", "//", "http://old.example", "https://[/x"),
        *("/2024/Mar/9/one/", "/2024/Mar/9/one", "/tags/web/", "/tags/web.atom", "/links", "/2024"),
        *("/robots.txt", "/admin/", "/admin/x", "/static/x.css", "/tags/?x=1", "/%00", "/" * 3),
        "/" + "x" * 600,
    ],
)
def test_what_can_be_no_old_address_is_refused(post, add, path):
    assert "path" in add(path, "/tags/")
    assert not OldAddress.objects.exists()


@pytest.mark.parametrize(
    "target",
    [
        *("", "tags/", "https://evil.example/tags/", "//evil.example/", "/\\evil.example/"),
        *("javascript:alert(1)", "///evil.example", "http://testserver//evil.example/"),
        *("http://testserver@evil.example/", "https://[/", "/nothing/", "/2024/Mar/9/nothing/"),
        *("/2024/Feb/31/one/", "/tags/nothing/", "/%00/", "/tags/%00/", "/" + "x" * 600),
    ],
)
def test_it_leads_nowhere_but_to_a_page_of_this_site(post, add, target):
    assert "leads_to" in add("/old/", target)
    assert not OldAddress.objects.exists()


def test_what_leads_to_an_old_address_leads_to_where_that_leads(post, add, leads):
    add("/b/", "/2024/Mar/9/one/")
    add("/c/", "/tags/")

    assert add("/a/", "/b/") == add("/d/", "/c") == {}

    assert OldAddress.objects.get(path="/a").entry == post
    assert OldAddress.objects.get(path="/d").target == "/tags/"


def test_nothing_leads_in_a_circle(post, add, make_entry, admin_client):
    add("/a/", "/tags/")
    url = f"{LIST}{OldAddress.objects.get().pk}/change/"
    draft = make_entry(slug="draft", status=Entry.Status.DRAFT)

    itself = admin_client.post(url, {"path": "/a", "leads_to": "/a/"})
    add("/b/", "/a/")
    around = admin_client.post(url, {"path": "/a", "leads_to": "/b/"})

    assert "nothing at this address" in itself.content.decode()
    assert around.status_code == 302
    assert dict(OldAddress.objects.values_list("path", "target")) == {
        "/a": "/tags/",
        "/b": "/tags/",
    }
    path = draft.get_absolute_url()
    assert add(path, path) == {"leads_to": "It would lead to itself."}


def test_what_led_to_a_page_that_is_gone_goes_straight_on(post, add, leads):
    OldAddress.objects.create(path="/a", target="/gone/")

    add("/gone/", "/tags/")

    assert leads("/a/") == leads("/gone/") == "/tags/"


def test_one_address_is_written_once(post, add):
    add("/a/", "/tags/")

    assert add("/a", "/links/") == {
        "path": "It already leads to /tags/. Change that old address instead."
    }


def test_an_editor_changes_where_an_address_leads(post, add, admin_client, leads):
    post.slug = "two"
    post.save()
    row = OldAddress.objects.get()
    url = f"{LIST}{row.pk}/change/"
    shown = admin_client.get(url).context["adminform"].form

    admin_client.post(url, {"path": shown["path"].value(), "leads_to": "/tags/"})

    assert shown["leads_to"].value() == "/2024/Mar/9/two/"
    assert leads("/2024/Mar/9/one/") == "/tags/"
    row.refresh_from_db()
    assert row.reason == OldAddress.Reason.SET


def test_a_form_that_is_saved_untouched_changes_nothing(post, admin_client, leads):
    row = OldAddress.objects.create(path="/100%41/日", entry=post, reason="had")
    url = f"{LIST}{row.pk}/change/"
    form = admin_client.get(url).context["adminform"].form

    admin_client.post(url, {name: form[name].value() for name in ("path", "leads_to")})

    after = OldAddress.objects.get()
    assert (after.path, after.entry, after.reason) == ("/100%41/日", post, "had")


def test_the_list_says_what_leads_nowhere_and_what_a_page_has_taken(make_entry, post, admin_client):
    draft = make_entry(slug="draft", status=Entry.Status.DRAFT)
    unused = Tag.objects.create(name="unused", slug="unused")
    rows = {
        "/2024/Mar/9/one": post,
        "/tags/web": Tag.objects.get(slug="web"),
        "/draft": draft,
        "/unused": unused,
        "/fine": post,
        "/2024/Feb/31/one": post,
        "/%00": post,
    }
    for path, to in rows.items():
        OldAddress.objects.create(path=path, **{to._meta.model_name: to})

    response = admin_client.get(LIST)

    admin, shown = response.context["cl"].model_admin, response.context["cl"].result_list
    notes = {row.path: admin.note(row) for row in shown}
    assert "has this address now" in notes["/2024/Mar/9/one"]
    assert "has this address now" in notes["/tags/web"]
    assert "until the entry is public" in notes["/draft"]
    assert "until the tag has entries" in notes["/unused"]
    assert notes["/fine"] == notes["/2024/Feb/31/one"] == notes["/%00"] == ""


def test_the_list_takes_as_many_queries_for_1_row_as_for_50(make_entries, post, admin_client):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            assert admin_client.get(LIST).status_code == 200
        return len(captured)

    OldAddress.objects.create(path="/2024/Mar/9/first", entry=post)
    OldAddress.objects.create(path="/tags/first", tag=Tag.objects.get())
    queries()
    few = queries()
    for entry in make_entries({"tags": [f"tag {number}"]} for number in range(50)):
        OldAddress.objects.create(path=f"/2024/Mar/9/old-{entry.pk}", entry=entry)
        OldAddress.objects.create(path=f"/tags/old-{entry.pk}", tag=entry.tags.get())

    assert queries() == few


def test_an_editor_finds_an_address_by_any_part_of_it(post, admin_client):
    OldAddress.objects.create(path="/2004/hello", entry=post)
    OldAddress.objects.create(path="/other", target="/tags/")

    found = [admin_client.get(LIST, {"q": q}).context["cl"].result_count for q in ("04/h", "one")]

    assert found == [1, 1]


def test_renaming_an_entry_says_that_the_old_address_leads_on(post, edit):
    response = edit(post, slug="two")

    said = " ".join(str(message) for message in response.context["messages"])
    assert "from /2024/Mar/9/one/ to /2024/Mar/9/two/. The old one redirects there" in said
    assert OldAddress.objects.get().destination == "/2024/Mar/9/two/"


def test_who_may_not_change_old_addresses_sees_none(staff_client):
    assert staff_client("view_entry").get(LIST).status_code == 403
