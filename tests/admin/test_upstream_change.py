import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from entries.curating.upstream_changes import accept, dismiss
from entries.models import Enclosure, UpstreamChange

pytestmark = pytest.mark.usefixtures("documents_are_true")

LIST = "/admin/entries/upstreamchange/"


@pytest.fixture
def wait():
    """Create a change of this entry that waits for an editor."""

    def make(entry, field="title", base="Base", theirs="Theirs"):
        return UpstreamChange.objects.create(entry=entry, field=field, base=base, theirs=theirs)

    return make


def test_taking_upstreams_values_writes_every_kind_of_field(make_entry, wait):
    entry = make_entry(tags_line=True)
    Enclosure.objects.create(entry=entry, href="https://example.org/a.mp3", length=5)
    Enclosure.objects.create(entry=entry, href="https://example.org/ours.mp3")
    before = entry.updated
    wait(entry)
    wait(entry, "tags_line", True, False)
    wait(
        entry,
        "enclosures",
        [["https://example.org/a.mp3", "", 3, "", "", "enclosure"]],
        [["https://example.org/a.mp3", "audio/mpeg", 7, "Birds", "", "enclosure"]],
    )

    assert accept(UpstreamChange.objects.all()) == 3

    entry.refresh_from_db()
    assert entry.title == "Theirs"
    assert entry.tags_line is False
    assert list(entry.enclosures.values_list("href", "type", "length", "title")) == [
        ("https://example.org/a.mp3", "audio/mpeg", 7, "Birds"),
        ("https://example.org/ours.mp3", "", None, ""),
    ]
    assert entry.updated > before
    assert not UpstreamChange.objects.exists()


def test_keeping_ours_only_forgets_the_change(make_entry, wait):
    entry = make_entry(title="Ours")
    stamp = entry.modified_at
    wait(entry)

    assert dismiss(UpstreamChange.objects.all()) == 1

    entry.refresh_from_db()
    assert (entry.title, entry.modified_at) == ("Ours", stamp)
    assert not UpstreamChange.objects.exists()


def test_a_change_decided_meanwhile_is_not_decided_again(make_entry, wait):
    entry = make_entry(title="Ours")
    change = wait(entry)
    dismiss([change])

    assert accept([change]) == 0
    entry.refresh_from_db()
    assert entry.title == "Ours"


@pytest.mark.parametrize("decide", [accept, dismiss])
def test_deciding_takes_as_many_queries_for_1_change_as_for_50(make_entries, wait, decide):
    def queries(number):
        for entry in make_entries(number):
            wait(entry)
            Enclosure.objects.create(entry=entry, href="https://example.org/a.mp3")
            wait(entry, "enclosures", [], [["https://example.org/a.mp3", "", 7, "", "", "media"]])
        with CaptureQueriesContext(connection) as captured:
            decide(UpstreamChange.objects.all())
        return len(captured)

    queries(1)
    assert queries(2) == queries(50)


@pytest.mark.parametrize(
    ("action", "title", "sentence"),
    [
        ("take_upstream_value", "Theirs", "1 change taken over."),
        ("keep_our_value", "Ours", "1 change set aside."),
    ],
)
def test_the_list_of_changes_decides(admin_client, make_entry, wait, action, title, sentence):
    entry = make_entry(title="Ours")
    change = wait(entry)

    response = admin_client.post(
        LIST, {"action": action, "_selected_action": change.pk, "index": 0}, follow=True
    )

    entry.refresh_from_db()
    assert entry.title == title
    assert sentence in response.content.decode()
    assert not UpstreamChange.objects.exists()


@pytest.mark.parametrize(("verb", "title"), [("accept", "Theirs"), ("dismiss", "Ours")])
def test_the_form_of_the_entry_shows_the_three_values_and_decides(
    admin_client, make_entry, wait, verb, title
):
    entry = make_entry(title="Ours")
    change = wait(entry, base="Base", theirs="Theirs")
    form = f"/admin/entries/entry/{entry.pk}/change/"
    url = f"{LIST}{change.pk}/{verb}/"

    html = admin_client.get(form).content.decode()
    response = admin_client.post(url)

    entry.refresh_from_db()
    assert f'formaction="{url}"' in html
    assert "Base" in html
    assert "<mark>Theirs</mark>" in html
    assert "<mark>Ours</mark>" in html
    assert response.url == form
    assert entry.title == title


def test_a_decision_is_posted_by_who_may_change_entries(
    admin_client, staff_client, make_entry, wait
):
    entry = make_entry(title="Ours")
    url = f"{LIST}{wait(entry).pk}/accept/"

    assert admin_client.get(url).status_code == 405
    client = staff_client("view_entry")
    assert client.post(url).status_code == 403
    assert "take_upstream_value" not in client.get(LIST).content.decode()
    assert staff_client("change_entry").post(url).status_code == 302
    assert staff_client("change_entry").post(url).status_code == 404


def test_the_list_shows_each_field_as_an_editor_reads_it(admin_client, make_entry, wait):
    entry = make_entry(content="word " * 1000)
    wait(entry, "content", "<p>old</p>", "<p>new</p>")
    wait(entry, "tags_line", True, False)
    wait(entry, "enclosures", [], [["https://example.org/a.mp3", "", None, "", "", "enclosure"]])

    html = admin_client.get(LIST).content.decode()

    assert "&lt;p&gt;new" in html
    assert "https://example.org/a.mp3" in html
    assert len(html) < 60_000
