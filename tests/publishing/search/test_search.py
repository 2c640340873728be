"""The results of a search, the same on either database."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from entries.models import Entry, Source
from entries.publishing.search import find_best, find_newest, newest_page, parse_query, results

NOON = datetime(2024, 3, 9, 12, 0, tzinfo=UTC)


def titles(text, page=1):
    found = find_best(parse_query(text), page)
    return [result.entry.title for result in found.results]


@pytest.fixture
def source(db):
    return Source.objects.create(
        url="https://feeds.example/1",
        title="The Evening Post",
        site_url="https://www.post.example/",
    )


@pytest.fixture
def library(make_entry, source):
    make_entry(
        title="Wind", tags=["Python", "two words"], content="<p>A quick <b>brown</b> fox.</p>"
    )
    make_entry(
        title="Rain",
        kind="link",
        source=source,
        link_url="https://www.target.example/path",
        content="<p>The brown and quick fox’s den</p>",
        published=NOON - timedelta(days=400),
        tags=["C++"],
    )
    make_entry(
        title="Snow",
        kind="quotation",
        quoted_source="Grace Hopper",
        content="<p>A ship in port is safe.</p>",
        published=NOON - timedelta(days=37),
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("fox", {"Wind", "Rain"}),
        ("FOX quick", {"Wind", "Rain"}),
        ("fox ship", set()),
        ('"quick brown"', {"Wind"}),
        ("“quick brown”", {"Wind"}),
        ('"quick brown', {"Wind"}),
        ("fox -wind", {"Rain"}),
        ('fox -"quick brown"', {"Rain"}),
        ("-fox", {"Snow"}),
        ("bro*", {"Wind", "Rain"}),
        ("-bro*", {"Snow"}),
        ("br*", set()),
        ("tag:python", {"Wind"}),
        ("tag:PYTHON fox", {"Wind"}),
        ('tag:"two words"', {"Wind"}),
        ("tag:two-words", {"Wind"}),
        ("tag:c++", {"Rain"}),
        ("fox -tag:python", {"Rain"}),
        ("fox -tag:unknown", {"Wind", "Rain"}),
        ("tag:unknown", set()),
        ("python", {"Wind"}),
        ("-python", {"Rain", "Snow"}),
        ("two-words", {"Wind"}),
        ("kind:link", {"Rain"}),
        ("kind:Quotations", {"Snow"}),
        ("-kind:link", {"Wind", "Snow"}),
        ("source:post.example", {"Rain"}),
        ("source:example", {"Rain"}),
        ("source:www.post.example", {"Rain"}),
        ('source:"evening post"', {"Rain"}),
        ("source:evening", {"Rain"}),
        ("source:vening", set()),
        ("-source:post.example", {"Wind", "Snow"}),
        ("from:2024", {"Wind", "Snow"}),
        ("from:2024-03", {"Wind"}),
        ("from:2024-03-09", {"Wind"}),
        ("from:2024-03-10", set()),
        ("to:2024-03-08", {"Rain", "Snow"}),
        ("to:2024-02", {"Rain", "Snow"}),
        ("to:2023", {"Rain"}),
        ("from:2024-2-1 to:2024-2-1", {"Snow"}),
        ("from:2024 from:2023", {"Wind", "Snow"}),
        ("from:9999", set()),
        ("to:0001", set()),
        ("hopper", {"Snow"}),
        ("target.example", {"Rain"}),
        ("https://www.target.example/path", {"Rain"}),
        ("fox's", {"Rain"}),
        ("fox’s den", {"Rain"}),
    ],
)
def test_a_query_finds_what_it_asks_for(library, text, expected):
    assert set(titles(text)) == expected


@pytest.mark.parametrize(
    "text",
    [
        "kind:podcast",
        "from:yesterday",
        "from:2024-13",
        "from:2024-02-31",
        "to:2024-00",
        "-from:2024",
        "author:hopper",
        "kind:",
        "tag:",
    ],
)
def test_what_makes_no_condition_is_words(make_entry, text):
    make_entry(title=f"I wrote {text.removeprefix('-')} there")
    make_entry(title="Other")

    assert len(titles(text)) == 1


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ("Élan vital", "elan"),
        ("elan", "ÉLAN"),
        ("e\u0301lan", "élan"),
        ("naïve Straße", "STRASSE"),
        ("İstanbul", "istanbul"),
        ("so\u00adft", "soft"),
        ("ﬁne ｗｉｄｅ", "fine wide"),
        ("ёлка", "елка"),
        ("Ελλάδα", "ελλαδα"),
        ("नमस्ते दुनिया", "दुनिया"),
        ("東京都の天気", "京都"),
        ("東京都の天気", "東京 天気"),
        ("パソコン入門", "ﾊﾟｿｺﾝ"),
        ("한국어 공부", "국어"),
        ("สวัสดีครับ", "สวัสดี"),
        ("Django入門", "入門"),
        ("Django入門", "django"),
        ("“don’t”", "don't"),
        ("x\u00b2", "x2"),
    ],
)
def test_spellings_of_a_word_are_one(make_entry, written, asked):
    make_entry(title=written)
    make_entry(title="", content=f"<p>{written}</p>")
    make_entry(title="Other", content="<p>天東京 気 other</p>")

    assert len(titles(asked)) == 2


def test_letters_of_a_script_without_spaces_must_follow_each_other(make_entry):
    make_entry(title="京東")

    assert titles("東京") == []


def test_a_phrase_does_not_begin_in_the_title_and_end_in_the_text(make_entry):
    make_entry(title="One two", content="<p>three four</p>")

    assert titles('"two three"') == []
    assert titles("two three") == ["One two"]


def test_markup_is_not_searched(make_entry):
    make_entry(title="Here", content='<p class="hidden">One<em>word</em></p><p>end</p>')

    assert titles("hidden") == titles("em") == titles("wordend") == []
    assert titles("oneword end") == ["Here"]


def test_what_comes_first_has_it_in_the_title(make_entry):
    make_entry(title="Late", content="<p>garden</p>", published=NOON)
    make_entry(title="The garden", content="<p>x</p>", published=NOON - timedelta(days=2000))
    make_entry(title="A garden of roses and of much else that grows", published=NOON)
    make_entry(title="Often", content="<p>garden garden garden</p>", published=NOON)
    make_entry(title="Tagged", tags=["garden"], published=NOON)

    assert titles("garden") == [
        "The garden",
        "A garden of roses and of much else that grows",
        "Tagged",
        "Often",
        "Late",
    ]


def test_of_two_alike_the_newer_comes_first(make_entry):
    for days in (3000, 0, 1500):
        make_entry(
            title=f"Garden {days}", content="<p>x</p>", published=NOON - timedelta(days=days)
        )

    assert titles("garden") == ["Garden 0", "Garden 1500", "Garden 3000"]


def test_words_together_come_before_words_apart(make_entry):
    make_entry(title="Apart", content="<p>open to every source</p>", published=NOON)
    make_entry(
        title="Together",
        content="<p>every open source to</p>",
        published=NOON - timedelta(days=300),
    )

    assert titles("open source") == ["Together", "Apart"]


def test_only_the_newest_are_ranked_and_more_is_said_to_be_more(make_entry, monkeypatch):
    monkeypatch.setattr(results, "MAX_RANKED_ENTRIES", 3)
    for number in range(3):
        make_entry(title=f"Plain {number}", content="<p>garden</p>")
    exact = find_best(parse_query("garden"))
    make_entry(title="The garden", published=NOON - timedelta(days=1))

    found = find_best(parse_query("garden"))

    assert (exact.count, exact.is_more) == (3, False)
    assert (found.count, found.is_more) == (3, True)
    assert "The garden" not in [result.entry.title for result in found.results]
    assert "The garden" in [row.title for row in newest_page(parse_query("garden"), None).rows]


def test_pages_by_rank_go_through_all_that_is_ranked(make_entries):
    make_entries(
        {"title": f"Garden {number}", "published": NOON - timedelta(days=number)}
        for number in range(45)
    )

    pages = [titles("garden", page) for page in (1, 2, 3)]

    assert [len(page) for page in pages] == [20, 20, 5]
    assert len({title for page in pages for title in page}) == 45
    assert titles("garden", 99) == pages[-1]


def test_pages_by_date_go_through_all_and_back(make_entries):
    # Several within a second, and before 1970.
    first = datetime(1969, 12, 31, 23, 59, 50, tzinfo=UTC)
    make_entries(
        {"title": f"Garden {number}", "published": first + timedelta(seconds=number / 3)}
        for number in range(45)
    )
    query, seen, cursor = parse_query("garden"), [], None
    pages = []

    while True:
        page = newest_page(query, cursor)
        pages.append([row.pk for row in page.rows])
        seen += pages[-1]
        if not page.older:
            break
        cursor = results.Cursor.from_query({"before": page.older})
    back = newest_page(query, results.Cursor.from_query({"after": page.newer}))

    assert seen == sorted(seen, reverse=True)
    assert len(seen) == 45
    assert [row.pk for row in back.rows] == pages[1]


@pytest.mark.parametrize("title", ["garden", "other"])
@pytest.mark.parametrize(
    "hidden",
    [
        {"status": Entry.Status.DRAFT},
        {"status": Entry.Status.REJECTED},
        {"published": datetime(2124, 3, 9, tzinfo=UTC)},
    ],
    ids=["draft", "rejected", "future"],
)
def test_what_is_not_public_is_nowhere(make_entry, source, hidden, title):
    make_entry(title="Seen garden", tags=["seen"])
    make_entry(
        title=title,
        content="<p>hushhush garden</p>",
        tags=["secret"],
        kind="note",
        source=source,
        **hidden,
    )

    for text in ("garden", "-nothing", "", "tag:seen"):
        for found in (find_best(parse_query(text)), find_newest(parse_query(text), None)):
            assert [result.entry.title for result in found.results] == ["Seen garden"]
            assert found.count == 1
            assert not found.facets
    for text in ("hushhush", "tag:secret", "secret", "kind:note", "source:post", "to:2200 secret"):
        assert titles(text) == []
    assert not find_best(parse_query("hushush")).suggestion
    assert not newest_page(parse_query("hushhush"), None).rows


def test_a_search_takes_as_many_queries_for_1_entry_as_for_50(make_entry, make_entries, source):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            find_best(parse_query("garden tag:green"))
        return len(captured)

    make_entry(title="Other", kind="note")
    make_entry(title="Garden", source=source, tags=["green", "red"])
    make_entry(title="Garden", tags=["green"])
    of_two = queries()
    make_entries(
        ({"title": f"Garden {number}", "tags": ["green", f"{number}"]} for number in range(50)),
        kind="link",
        source=source,
    )

    assert queries() == of_two <= 9
