"""The index of tags, for any number of tags."""

from datetime import UTC, datetime, timedelta

import pytest

from entries.models import Entry, Tag, TagName, fold
from entries.publishing.tags import tag_index
from entries.publishing.tags.tag_index import alike, by_name, by_use, find, newly_used

NOON = datetime(2024, 3, 9, 12, 0, tzinfo=UTC)
TOMORROW_CENTURY = datetime(2124, 3, 9, tzinfo=UTC)


@pytest.fixture
def make_tags(db):
    """Build tags with these names, whose kept count is one live entry."""

    def make(names):
        tags = [Tag(name=name, slug=f"t{place}", live_count=1) for place, name in enumerate(names)]
        Tag.objects.bulk_create(tags)
        TagName.objects.bulk_create(TagName(folded=fold(tag.name), tag=tag) for tag in tags)

    return make


def names(groups):
    return {group.name: [tag.name for tag in group.tags] for group in groups}


def test_by_use_the_commonest_tag_is_first(make_entry):
    make_entry(tags=["rare", "common"])
    make_entry(tags=["common"])

    assert [(tag.name, tag.count) for tag in by_use()] == [("common", 2), ("rare", 1)]


def test_by_name_tags_stand_under_their_first_letters(make_entry):
    make_entry(tags=["python", "Perl", "éclair", "2024", "日本", "Zebra", "C++"])

    assert names(by_name().groups) == {
        "0–9": ["2024"],
        "C": ["C++"],
        "P": ["Perl", "python"],
        "Z": ["Zebra"],
        "É": ["éclair"],
        "日": ["日本"],
    }


def test_a_tag_stands_only_under_the_name_that_it_has(make_entry):
    make_entry(tags=["snakes"])
    tag = Tag.objects.get()
    tag.name = "Python"
    tag.save()

    assert names(by_name().groups) == {"P": ["Python"]}


def test_pages_by_name_go_through_all_tags_once(make_tags, monkeypatch):
    monkeypatch.setattr(tag_index, "MAX_TAGS_BY_NAME", 10)
    make_tags([f"tag {number:02}" for number in range(35)])

    pages, start = [], ""
    while True:
        page = by_name(start)
        pages.append([tag.name for group in page.groups for tag in group.tags])
        start = page.goes_on
        if not start:
            break

    assert [len(page) for page in pages] == [10, 10, 10, 5]
    assert [name for page in pages for name in page] == [f"tag {number:02}" for number in range(35)]


def test_by_name_goes_on_from_any_letters(make_tags):
    make_tags(["alpha", "beta", "gamma", "Gap"])

    assert names(by_name("G").groups) == {"G": ["gamma", "Gap"]}
    assert names(by_name("gan").groups) == {"G": ["Gap"]}
    assert by_name("zz").groups == []


def test_of_very_many_initials_the_commonest_are_offered(make_tags, monkeypatch):
    monkeypatch.setattr(tag_index, "MAX_INITIALS", 2)
    make_tags(["alpha", "Atom", "beta", "bees", "C", "1st", "#"])

    assert tag_index.initials() == ["A", "B"]


def test_newly_used_tags_stand_under_their_days(make_entry):
    make_entry(tags=["old", "both"], published=NOON - timedelta(days=3))
    make_entry(tags=["new", "both"], published=NOON)

    assert names(newly_used()) == {"9 March 2024": ["both", "new"], "6 March 2024": ["old"]}


def test_a_part_of_a_name_finds_tags_and_that_very_name_is_first(make_entry):
    make_entry(tags=["Python", "micropython", "c"])
    make_entry(tags=["micropython"])

    assert [tag.name for tag in find("PYTHON")] == ["Python", "micropython"]
    assert [tag.name for tag in find("pyth")] == ["micropython", "Python"]
    assert [tag.name for tag in find(" C ")] == ["c", "micropython"]


def test_a_tag_is_found_by_an_old_name(make_entry):
    make_entry(tags=["snakes"])
    tag = Tag.objects.get()
    tag.name = "Python"
    tag.save()

    assert [tag.name for tag in find("snake")] == ["Python"]


@pytest.mark.parametrize("words", ["%", "_", "\\", "'", '"', "\x00", "%_" * 200, "\ud800", "🐍"])
def test_nothing_in_a_question_is_more_than_a_letter(make_entry, words):
    make_entry(tags=["python"])

    assert find(f"x{words}") == alike(f"x{words}") == []


def test_what_was_perhaps_meant_is_offered(make_entry):
    make_entry(tags=["python", "perl", "django"])

    assert [tag.name for tag in alike("pyhton")] == ["python"]
    assert [tag.name for tag in alike("djnago")] == ["django"]
    assert alike("zzz") == []


@pytest.mark.parametrize(
    "hidden",
    [
        {"status": Entry.Status.DRAFT},
        {"status": Entry.Status.REJECTED},
        {"published": TOMORROW_CENTURY},
    ],
)
def test_tags_of_what_is_not_public_are_nowhere(make_entry, hidden):
    make_entry(tags=["seen"])
    make_entry(tags=["secret"], **hidden)

    shown = [
        *by_use(),
        *(tag for group in (*by_name().groups, *newly_used()) for tag in group.tags),
        *find("se"),
        *find("secret"),
        *alike("secrte"),
    ]

    assert {tag.name for tag in shown} == {"seen"}


@pytest.mark.parametrize(
    ("ask", "queries"),
    [
        (by_use, 1),
        (by_name, 2),
        (tag_index.initials, 1),
        (newly_used, 2),
        (lambda: find("t"), 1),
        (lambda: alike("tagg 1"), 2),
    ],
)
def test_a_hundred_tags_cost_as_many_queries_as_one(
    make_entries, django_assert_num_queries, ask, queries
):
    make_entries({"tags": [f"tag {number}", f"other {number}"]} for number in range(50))

    with django_assert_num_queries(queries):
        assert ask()


def test_a_tag_of_a_post_to_come_takes_nobodys_place_before_its_time(
    make_entry, client, monkeypatch
):
    for name in ("alder", "birch", "cedar"):
        make_entry(tags=[name])
    make_entry(tags=["beech", "birch", "aspen", "zelkova"], published=TOMORROW_CENTURY)
    monkeypatch.setattr(tag_index, "MAX_TAGS_BY_USE", 3)
    monkeypatch.setattr(tag_index, "MAX_TAGS_BY_NAME", 2)

    assert [(tag.name, tag.count) for tag in by_use()] == [
        ("alder", 1),
        ("birch", 1),
        ("cedar", 1),
    ]
    page = by_name()
    assert names(page.groups) == {"A": ["alder"], "B": ["birch"]}
    assert page.goes_on == "cedar"
    assert tag_index.initials() == ["A", "B", "C"]
    assert alike("zelkow") == []
    assert b"beech" not in client.get("/tags/").content


def test_tags_stand_by_what_the_public_may_see_of_them(make_entry):
    make_entry(tags=["alder"])
    for _ in range(2):
        make_entry(tags=["birch"])
    for _ in range(5):
        make_entry(tags=["alder"], published=TOMORROW_CENTURY)

    assert [(tag.name, tag.count) for tag in by_use()] == [("birch", 2), ("alder", 1)]
