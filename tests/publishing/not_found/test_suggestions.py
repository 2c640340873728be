"""Suggestions on the 404 page."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from entries.models import Entry
from entries.publishing.not_found.suggestions import suggest

NOON = datetime(2024, 3, 9, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def fresh_cache():
    cache.clear()


@pytest.fixture
def crowd(make_entries):
    """Many entries with other slugs than the one asked for."""
    make_entries(
        {"slug": f"about-number-{number}", "published": NOON - timedelta(days=number)}
        for number in range(60)
    )


@pytest.mark.parametrize(
    "path",
    [
        "/2024/Mar/10/kumar-aditya/",
        "/2019/05/kumar-aditya.html",
        "/blog/kumar-aditya",
        "/kumar-adi",
        "/2024/Mar/9/kumar-aditya)",
        "/2024/Mar/9/kumar-aditya-and-more/",
        "/2024/Mar/9/kumar_aditya/",
        "/Kumar-Aditya/",
        "/2024/Mar/9/kumar-adytia/",
        "/2024/03/09/umar-aditya/",
        "/2024/march/9/umar-aditya/",
    ],
)
def test_an_entry_whose_slug_is_like_it_is_offered(crowd, make_entry, path):
    make_entry(slug="kumar-aditya", title="Kumar Aditya")

    found = suggest(path)

    assert [entry.label for entry in found.entries] == ["Kumar Aditya"]


@pytest.mark.parametrize("path", ["/blog/quite-different/", "/42/", "/", "/%/", "/2024/Mar/9/-/"])
def test_what_is_like_nothing_brings_no_entry(crowd, make_entry, path):
    make_entry(slug="kumar-aditya")

    assert suggest(path).entries == []


def test_the_most_alike_comes_first(make_entry):
    for slug in ("hello-world-again", "hello-worlds", "hello-word", "hello-world"):
        make_entry(slug=slug, title=slug)

    assert suggest("/hello-world").entries[0].label == "hello-world"


@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("/category/python/", ["Python"]),
        ("/tag/free-threading/", ["Free Threading", "Threading"]),
        ("/python-and-web", ["Python", "Web"]),
        ("/PYTHON.html", ["Python"]),
        ("/nothing/", []),
    ],
)
def test_tags_of_the_same_words_are_offered(make_entry, path, names):
    make_entry(tags=["Python", "Web", "Free Threading", "Threading"])
    make_entry(tags=["Free Threading", "Python"])

    assert sorted(tag.name for tag in suggest(path).tags) == names


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/2024/Mar/9/x/", "9 March 2024"),
        ("/2024/03/09/x", "9 March 2024"),
        ("/2024-03-09/", "9 March 2024"),
        ("/blog/2024/march/x", "March 2024"),
        ("/2024/Mar/10/x/", "March 2024"),
        ("/2024/3/99/", "March 2024"),
        ("/2024/May/1/x/", "2024"),
        ("/2024/hello/", "2024"),
        ("/2024/13/1/", "2024"),
        ("/2023/Mar/9/", None),
        ("/20240309/", None),
        ("/1024/", None),
        ("/x2024/", None),
    ],
)
def test_the_part_of_the_archive_that_the_path_names_is_offered(make_entry, path, name):
    make_entry()

    period = suggest(path).period

    assert (period and period.name) == name


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/2024/Mar/9/the-best_words.html", "the best words"),
        ("/日本/", "日本"),
        ("/a-b-c-d-e-f-g-h-i-j/", "a b c d e f g h"),
        ("/", ""),
        ("/style.css", ""),
    ],
)
def test_the_words_of_the_path_are_offered_to_the_search(db, path, words):
    assert suggest(path).words == words


@pytest.mark.parametrize("path", ["/hello-world.png", "/hello-world.json", "/hello-world.env"])
def test_nothing_is_looked_for_where_no_page_was_meant(make_entry, path, django_assert_num_queries):
    make_entry(slug="hello-world")

    with django_assert_num_queries(0):
        assert suggest(path).entries == []


@pytest.mark.parametrize(
    "state",
    [
        {"status": Entry.Status.DRAFT},
        {"status": Entry.Status.REJECTED},
        {"published": datetime(2124, 3, 9, tzinfo=UTC)},
    ],
)
def test_only_what_is_public_is_offered(make_entry, state):
    secret = make_entry(slug="secret-plans", tags=["secret"], **state)

    found = suggest(f"{secret.get_absolute_url()}x")

    assert (found.entries, found.tags, found.period) == ([], [], None)


def test_a_long_path_is_looked_at_no_further_than_needed(make_entry):
    make_entry(slug="a" * 200)

    found = suggest("/" + "a" * 100_000)

    assert len(found.words) == 40


def test_the_queries_do_not_grow(make_entry, make_entries):
    path = "/2024/Mar/9/hello-world-python/"
    make_entry(slug="hello-world", tags=["python"])
    with CaptureQueriesContext(connection) as few:
        suggest(path)
    slugs = ({"slug": f"hello-world-{number}"} for number in range(120))
    make_entries(slugs, tags=["python", "hello"])

    with CaptureQueriesContext(connection) as many:
        found = suggest(path)

    assert len(found.entries) == 5
    assert len(few) == len(many) <= 8


def test_the_page_offers_it_all_and_stays_a_404(client, make_entry):
    make_entry(slug="hello-world", title="Hello <b>", tags=["hello"])

    response = client.get("/2024/Mar/8/hello-world/")

    page = response.content.decode()
    assert response.status_code == 404
    assert '<meta name="robots" content="noindex">' in page
    assert '<a href="/2024/Mar/9/hello-world/">Hello &lt;b&gt;</a>' in page
    assert '<a href="/tags/hello/">hello</a>' in page
    assert '<a href="/2024/Mar/">March 2024</a>' in page
    assert "?q=hello%20world" in page


def test_what_stands_in_the_path_is_escaped(client, db):
    page = client.get("/<script>alert(1)</script>/").content.decode()

    assert "<script>alert" not in page


class AnyPathTest(TestCase):
    @given(st.text(max_size=60))
    def test_any_path_has_an_answer(self, text):
        suggest(f"/{text}")
        assert self.client.get(f"/x/{text}").status_code == 404
