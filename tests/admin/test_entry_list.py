from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from entries.admin.date_hierarchy import find_periods
from entries.admin.filters import MAX_SOURCE_CHOICES
from entries.curating.bulk_edits import MAX_ENTRIES_AT_ONCE
from entries.models import Entry, Sighting, Tag, TaggedEntry
from entries.publishing.search import FIRST, LAST, parse_query, plan_terms

LIST = "/admin/entries/entry/"


def rows(response):
    return [entry.title for entry in response.context["cl"].result_list]


def act(client, action, entries, query="", **data):
    data = {
        "action": action,
        "_selected_action": [entry.pk for entry in entries],
        "index": 0,
        "tag_names": "",
    } | data
    response = client.post(LIST + query, data, follow=True)
    return response, " ".join(str(message) for message in response.context["messages"])


def queries_of(client, method, *args, **kwargs):
    with CaptureQueriesContext(
        connection,
    ) as captured:
        response = getattr(client, method)(*args, **kwargs)
    assert response.status_code in (200, 302)
    return len(captured)


def test_the_list_takes_as_many_queries_for_1_entry_as_for_50(
    admin_client, make_entries, make_sighting
):
    admin_client.get(LIST)
    make_sighting(*make_entries(1, tags=["a", "b"]))
    of_one = queries_of(admin_client, "get", LIST)
    for entry in make_entries(49, tags=["a", "b", "c"]):
        make_sighting(entry)

    assert queries_of(admin_client, "get", LIST) == of_one
    assert len(rows(admin_client.get(LIST))) == 50


def test_the_list_shows_tags_in_order_and_the_leading_source(
    admin_client, make_entry, make_sighting
):
    make_sighting(make_entry(tags=["zebra", "apple"]))

    html = admin_client.get(LIST).content.decode()

    assert "zebra, apple" in html
    assert "An example" in html


def test_an_entry_without_a_title_shows_its_opening_words(admin_client, make_entry):
    make_entry(title="", content="<p>It <em>begins</em> like this." + " and goes on" * 100)

    html = admin_client.get(LIST).content.decode()

    assert "<i>It begins like this. and goes on" in html


def test_a_long_title_is_shortened(admin_client, make_entry):
    make_entry(title="word " * 2000)

    assert len(admin_client.get(LIST).content) < 60_000


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?status__exact=draft", ["draft"]),
        ("?kind__exact=link", ["link"]),
        ("?tag=PYTHON", ["tagged"]),
        ("?tag=no-such-tag", []),
        ("?source=none", ["tagged", "link", "draft"]),
        ("?source=999", []),
        ("?source=x", []),
        ("?waiting=yes", ["waiting"]),
        ("?published__year=2020", ["link"]),
        ("?q=needle", ["draft"]),
        ("?q=who-said", ["link"]),
        ("?q=https://target.example/", ["link"]),
        ("?q=tag:special", ["tagged"]),
        ("?tag=python&status__exact=live&kind__exact=article&source=none", ["tagged"]),
    ],
)
def test_the_list_filters_and_searches(admin_client, make_entry, make_sighting, query, found):
    make_entry(title="draft", status="draft", content="<p>needle</p>", published=at(2021, 1))
    make_entry(
        title="link",
        kind="link",
        link_url="https://target.example/",
        quoted_source="who-said",
        published=at(2020, 1),
    )
    make_entry(title="tagged", tags=["Python"], atom_id="tag:special", published=at(2021, 3))
    waiting = make_entry(title="waiting", imported_at=at(2024, 1), published=at(2021, 4))
    make_sighting(waiting)
    waiting.changes.create(field="title", base="a", theirs="b")

    assert sorted(rows(admin_client.get(LIST + query))) == sorted(found)


def test_the_source_filter_goes_by_the_leading_source(
    admin_client, make_entry, make_sighting, source
):
    make_sighting(make_entry(title="led"), leads=True)
    make_sighting(make_entry(title="also seen"), leads=False)

    assert rows(admin_client.get(f"{LIST}?source={source.pk}")) == ["led"]


@pytest.fixture
def many_sources(db):
    from entries.models import Source

    return Source.objects.bulk_create(
        Source(url=f"https://blog-{n}.example/feed", title=f"Blog {n}" if n else "")
        for n in range(MAX_SOURCE_CHOICES + 1)
    )


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("Blog 3", ["of 3"]),
        ("blog 3", ["of 3"]),
        ("https://blog-0.example/feed", ["of 0"]),
        ("Blog", []),
        ("none", ["written here"]),
        ("9" * 30, []),
    ],
)
def test_of_many_sources_one_is_typed(
    admin_client, make_entry, make_sighting, many_sources, typed, found
):
    for n in (0, 3):
        post = make_entry(title=f"of {n}", imported_at=at(2024, 1))
        make_sighting(post, source=many_sources[n])
    make_entry(title="written here")

    assert rows(admin_client.get(LIST, {"source": typed})) == found


def test_of_many_sources_the_page_names_only_the_one_that_is_asked_for(admin_client, many_sources):
    chosen = many_sources[30]

    page = admin_client.get(f"{LIST}?source={chosen.pk}").content.decode()
    runs = admin_client.get("/admin/entries/importrun/").content.decode()

    assert 'name="source" value="Blog 30"' in page
    assert "?source=none" in page
    assert "Blog 31" not in page + runs
    suggestions = admin_client.get(
        "/admin/autocomplete/?app_label=entries&model_name=entry&field_name=source&term=blog+3"
    )
    assert {"id": str(chosen.pk), "text": "Blog 30"} in suggestions.json()["results"]


def test_sources_of_one_title_are_found_together(admin_client, make_entry, make_sighting, source):
    from entries.models import Source

    other = Source.objects.create(url="https://other.example/feed", title="An example")
    make_sighting(make_entry(title="one"))
    make_sighting(make_entry(title="other"), source=other)

    assert sorted(rows(admin_client.get(f"{LIST}?source=An+example"))) == ["one", "other"]


def at(year, month):
    return datetime(year, month, 2, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "query",
    ["", "?published__year=2020", "?published__year=2020&published__month=5", "?q=Entry"],
)
def test_the_dates_above_the_list_are_those_that_have_entries(admin_client, make_entry, query):
    for moment in [at(2020, 5), at(2020, 7), at(2024, 1), at(1593, 1)]:
        make_entry(published=moment)

    html = admin_client.get(LIST + query).content.decode()

    years = [year for year in range(1500, 2030) if f'?published__year={year}"' in html]
    if query == "":
        assert years == [1593, 2020, 2024]
    if query.endswith("2020"):
        assert "May 2020" in html
        assert "July 2020" in html
        assert "June 2020" not in html
    if query.endswith("month=5"):
        assert "May 2" in html


@pytest.mark.parametrize(
    ("action", "status", "sentence"),
    [
        ("publish", "live", "2 entries published; 1 was already live."),
        ("reject", "rejected", "2 entries rejected; 1 was already rejected."),
        ("back_to_draft", "draft", "2 entries put back to draft; 1 was already in draft."),
    ],
)
def test_an_action_gives_many_entries_a_status(admin_client, make_entry, action, status, sentence):
    others = [value for value in Entry.Status.values if value != status]
    entries = [make_entry(status=value, tags=["a"]) for value in [status, *others]]

    _, said = act(admin_client, action, entries)

    assert set(Entry.objects.values_list("status", flat=True)) == {status}
    assert said == sentence
    assert Tag.objects.get().live_count == (3 if status == "live" else 0)
    assert set(TaggedEntry.objects.values_list("live", flat=True)) == {status == "live"}


def test_adding_tags_keeps_those_that_are_there_and_their_order(admin_client, make_entry):
    first, second, third = make_entry(tags=["z"]), make_entry(tags=["new", "z"]), make_entry()
    make_entry(tags=["untouched"])

    _, said = act(admin_client, "add_tags", [first, second, third], tag_names="New")

    assert list(first.tags.names()) == ["z", "new"]
    assert list(second.tags.names()) == ["new", "z"]
    assert list(third.tags.names()) == ["new"]
    assert said == "2 entries tagged “New”; 1 was already tagged."
    assert Tag.objects.get(name="new").live_count == 3


def test_removing_tags_leaves_the_rest_in_order(admin_client, make_entry):
    first, second = make_entry(tags=["z", "old", "a"]), make_entry(tags=["z"])

    _, said = act(admin_client, "remove_tags", [first, second], tag_names="OLD, unknown")

    assert list(first.tags.names()) == ["z", "a"]
    assert said == "1 entry no longer tagged “OLD”, “unknown”; 1 was not tagged so."
    assert not Tag.objects.filter(name="unknown").exists()
    assert Tag.objects.get(name="old").live_count == 0


@pytest.mark.parametrize("action", ["add_tags", "remove_tags"])
def test_an_action_on_tags_without_tags_asks_for_them(admin_client, make_entry, action):
    entry = make_entry(tags=["a"])

    _, said = act(admin_client, action, [entry])

    assert "Type the name" in said
    assert list(entry.tags.names()) == ["a"]


def test_a_tag_too_long_for_an_action_is_refused(admin_client, make_entry):
    response, _ = act(admin_client, "add_tags", [make_entry()], tag_names="x" * 300)

    assert response.status_code == 200
    assert not Tag.objects.exists()


@pytest.mark.parametrize(
    "action", ["publish", "reject", "back_to_draft", "add_tags", "remove_tags"]
)
def test_an_action_takes_as_many_queries_for_1_entry_as_for_50(admin_client, make_entries, action):
    def run(entries):
        Entry.objects.filter(pk__in=[entry.pk for entry in entries]).set_status(
            "live" if action == "back_to_draft" else "draft"
        )
        data = {"action": action, "_selected_action": [entry.pk for entry in entries], "index": 0}
        return queries_of(admin_client, "post", LIST, data | {"tag_names": "common"})

    tags = ["x", "common"] if action == "remove_tags" else ["x"]
    many = make_entries(50, tags=tags)
    make_entries(1, tags=["common"])
    of_two, of_forty = run(many[:2]), run(many[2:42])

    assert of_two == of_forty


def test_an_action_reaches_entries_on_other_pages(admin_client, make_entries):
    entries = make_entries(60, status="draft")
    make_entries(1, status="rejected")

    _, said = act(
        admin_client, "publish", entries[:1], query="?status__exact=draft", select_across=1
    )

    assert said == "60 entries published."
    assert Entry.objects.filter(status="live").count() == 60


@pytest.mark.parametrize(
    ("action", "changed"),
    [
        ("publish", Entry.objects.filter(status=Entry.Status.LIVE)),
        ("add_tags", TaggedEntry.objects.all()),
    ],
)
def test_an_action_on_more_entries_than_are_changed_at_once_changes_all(
    admin_client, make_entry, action, changed
):
    first = make_entry(status=Entry.Status.DRAFT)
    number = MAX_ENTRIES_AT_ONCE + 1
    Entry.objects.bulk_create(
        Entry(slug=f"post-{n}", day=first.day, title="x") for n in range(number - 1)
    )

    _, said = act(admin_client, action, [first], select_across=1, tag_names="new")

    assert said.startswith(f"{number} entries ")
    assert changed.all().count() == number


def test_an_action_stands_in_the_history_of_each_entry(admin_client, make_entry):
    entry = make_entry(status="draft")

    act(admin_client, "publish", [entry])

    page = admin_client.get(f"{LIST}{entry.pk}/history/")
    assert "Published." in page.content.decode()


def test_deleting_leaves_a_tombstone_and_true_counts(admin_client, make_entry, make_sighting):
    entries = [make_entry(tags=["a"]) for _ in range(3)]
    make_sighting(entries[0])

    page, _ = act(admin_client, "delete_selected", entries[:2])
    act(admin_client, "delete_selected", entries[:2], post="yes")

    assert "never bring them back" in page.content.decode()
    assert Entry.objects.count() == 1
    assert Sighting.objects.get().entry is None
    assert Tag.objects.get().live_count == 1


def test_deleting_more_entries_than_a_form_may_have_fields(admin_client, make_entry, db):
    Entry.objects.bulk_create(
        Entry(title=f"{n}", slug=f"{n}", day="2024-01-01", status="rejected") for n in range(1500)
    )
    make_entry()
    one = Entry.objects.filter(status="rejected")[:1]

    page, _ = act(admin_client, "delete_selected", one, "?status__exact=rejected", select_across=1)
    fields = [line for line in page.content.decode().splitlines() if 'type="hidden"' in line]
    act(
        admin_client, "delete_selected", one, "?status__exact=rejected", select_across=1, post="yes"
    )

    assert len(fields) < 20
    assert Entry.objects.count() == 1


def test_asking_before_deleting_takes_as_many_queries_for_1_entry_as_for_50(
    admin_client, make_entries
):
    entries = make_entries(50, tags=["a"])

    def ask(some):
        data = {"action": "delete_selected", "_selected_action": [entry.pk for entry in some]}
        return queries_of(admin_client, "post", LIST, data | {"index": 0, "tag_names": ""})

    assert ask(entries[:1]) == ask(entries)


@pytest.mark.parametrize(
    "query",
    [
        "?published__year=abc",
        "?published__year=99999",
        "?published__year=0",
        "?published__year=2024&published__month=13",
        "?published__year=2024&published__month=2&published__day=31",
        "?p=99999",
        "?p=x",
        "?o=99",
        "?status__exact=unknown",
        "?kind=%00",
        "?tag=%00",
        "?tag=a&tag=b",
        "?source=-1",
        "?source=9" + "9" * 40,
        "?waiting=perhaps",
        "?nonsense=1",
        "?q=%00",
        "?q=" + "word+" * 200,
    ],
)
def test_a_bad_query_is_no_failure(admin_client, make_entry, query):
    make_entry()

    response = admin_client.get(LIST + query, follow=True)

    assert response.status_code in (200, 400)


@pytest.mark.parametrize(("kind", "within"), [("year", []), ("month", [2024]), ("day", [2024, 2])])
@pytest.mark.parametrize("zone", ["UTC", "Asia/Tokyo", "America/New_York"])
@pytest.mark.parametrize(
    "moments",
    [
        [],
        [datetime(2023, 12, 31, 23, 30, tzinfo=UTC)],
        [datetime(2023, 12, 31, 23, 30, tzinfo=UTC), datetime(2024, 1, 1, 0, 30, tzinfo=UTC)],
        [datetime(2024, 1, 31, tzinfo=UTC), datetime(2024, 2, 29, 23, 59, 59, 999_999, tzinfo=UTC)],
        [datetime(2024, 2, 29, 5, tzinfo=UTC), datetime(2024, 3, 1, 4, tzinfo=UTC)],
        [datetime(1593, 1, 1, tzinfo=UTC), datetime(9999, 6, 1, tzinfo=UTC)],
    ],
)
def test_the_dates_are_those_that_django_finds(make_entry, kind, within, zone, moments):
    for moment in moments:
        make_entry(published=moment)

    with timezone.override(zone):
        asked = dict(zip(["published__year", "published__month"], within, strict=False))
        expected = Entry.objects.filter(**asked).datetimes("published", kind)
        found = find_periods(plan_terms(parse_query(""), {}, FIRST, LAST), within)

        assert found == [moment.date() for moment in expected]


def test_the_dates_are_those_of_what_is_asked_for(admin_client, make_entry):
    make_entry(kind="link", tags=["a"], published=at(2020, 5), content="needle")
    make_entry(kind="note", published=at(2021, 5))

    for query in ("kind__exact=link", "tag=a", "q=needle", "kind__exact=link&tag=a&q=needle"):
        html = admin_client.get(f"{LIST}?{query}").content.decode()

        assert "May 2020" not in html
        assert "May 2" in html
        assert "2021" not in html


COUNTED = {"": 7, "?status__exact=draft": 3, "?kind__exact=link": 4, "?tag=b": 2, "?q=text": 7}


@pytest.mark.parametrize("query", COUNTED)
@pytest.mark.parametrize("order", ["", "6", "-6"])
def test_every_entry_stands_on_one_page(admin_client, make_entry, monkeypatch, query, order):
    """Pages of 2 entries; 4 entries have numbered pages, the others are behind links."""
    monkeypatch.setattr("entries.admin.entry_list.MAX_PAGED_ENTRIES", 4)
    monkeypatch.setattr("entries.admin.entry.EntryAdmin.list_per_page", 2)
    for number in range(7):
        make_entry(
            title=f"{number}",
            content="text",
            status="draft" if number % 3 == 0 else "live",
            kind="link" if number % 2 == 0 else "note",
            tags=["b"] if number in (1, 6) else [],
            published=at(2020 + number // 2, 1),
        )

    found, address = [], f"{query or '?'}&o={order}"
    while address:
        first = admin_client.get(LIST + address).context["cl"]
        for number in first.paginator.page_range:
            changelist = admin_client.get(f"{LIST}{address}&p={number}").context["cl"]
            found += [entry.title for entry in changelist.result_list]
        address = changelist.next_url

    wanted = [title for title in map(str, range(7)) if title in found]
    assert len(found) == COUNTED[query]
    assert found == (wanted if order == "6" else wanted[::-1])


def test_what_is_too_much_to_count_says_so(admin_client, make_entry, monkeypatch):
    monkeypatch.setattr("entries.admin.entry_list.MAX_PAGED_ENTRIES", 60)
    Entry.objects.bulk_create(
        Entry(title=f"{n}", slug=f"{n}", day="2024-01-01", published=at(2024, 1)) for n in range(61)
    )

    page = admin_client.get(f"{LIST}?p=2")

    assert "60+ entries" in page.content.decode()
    assert "?before=" in page.content.decode()
    assert len(rows(admin_client.get(LIST + page.context["cl"].next_url))) == 1
    _, said = act(admin_client, "publish", [], select_across=1, _selected_action="1")
    assert said == "61 entries published."
