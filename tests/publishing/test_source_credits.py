"""Credits of the sources."""

from datetime import UTC, datetime, timedelta

import pytest

from entries.models import Entry, Source
from entries.publishing import source_credits
from entries.publishing.source_credits import credit, sources_page

NOON = datetime(2024, 3, 9, 12, 0, tzinfo=UTC)


@pytest.fixture
def make_source(make_entries):
    """Build a source with this number of live entries, a minute apart."""

    def make(title="", entries=1, **fields):
        number = Source.objects.count()
        fields = {"url": f"https://source{number}.example/feed", "title": title} | fields
        source = Source.objects.create(**fields)
        stated = (
            {"title": f"{title} {minute}", "published": NOON + timedelta(minutes=minute)}
            for minute in range(entries)
        )
        make_entries(stated, source=source)
        return source

    return make


def test_a_source_is_credited_with_what_it_says_of_itself(make_source):
    source = make_source(
        "Elsewhere",
        entries=3,
        subtitle="On other things",
        site_url="https://www.elsewhere.example/",
        author_name="Ada",
        author_uri="mailto:ada@elsewhere.example",
        rights="CC BY",
    )

    found = credit(source.pk)

    assert found.name == "Elsewhere"
    assert found.site_host == "elsewhere.example"
    assert found.author_link == "mailto:ada@elsewhere.example"
    assert found.feed_link == "https://source0.example/feed"
    assert (found.subtitle, found.rights, found.count) == ("On other things", "CC BY", 3)
    assert found.newest.label == "Elsewhere 2"
    assert found.newest.period.name == "9 March 2024"
    assert found.path == f"/sources/{source.pk}/"


@pytest.mark.parametrize(
    "url",
    [
        "file:/home/ada/feed.atom",
        "feed.atom",
        "https://ada:secret@elsewhere.example/feed",
        "https://token@elsewhere.example/feed",
        "javascript:alert(1)",
        "http://[bad",
    ],
)
def test_an_address_that_is_not_for_everybody_is_not_told(make_source, url):
    found = credit(make_source(url=url).pk)

    assert found.feed_link == ""
    assert "secret" not in found.name
    assert "/" not in found.name


def test_a_source_without_a_name_is_called_by_its_host(make_source):
    assert credit(make_source(site_url="https://www.elsewhere.example/a").pk).name == (
        "elsewhere.example"
    )
    assert credit(make_source(url="https://feeds.example/1").pk).name == "feeds.example"
    assert credit(make_source(url="file:/tmp/a").pk).name.startswith("Source ")


@pytest.mark.parametrize(
    "hidden",
    [
        {"status": Entry.Status.DRAFT},
        {"status": Entry.Status.REJECTED},
        {"published": datetime(2124, 3, 9, tzinfo=UTC)},
    ],
)
def test_only_live_entries_make_a_source_public(make_source, make_entry, hidden):
    secret = make_source("Secret", entries=0)
    seen = make_source("Seen")
    for source in (secret, seen):
        make_entry(source=source, **hidden)

    assert [(found.name, found.count) for found in sources_page()[0]] == [("Seen", 1)]
    with pytest.raises(Source.DoesNotExist):
        credit(secret.pk)


def test_sources_stand_by_name_in_pages(make_source, monkeypatch):
    monkeypatch.setattr(source_credits, "PAGE_SIZE", 2)
    for title in ("gamma", "Beta", "alpha"):
        make_source(title)

    pages = [sources_page(number) for number in (1, 2, 3)]

    assert [[found.name for found in page] for page, _ in pages] == [
        ["alpha", "Beta"],
        ["gamma"],
        [],
    ]
    assert [goes_on for _, goes_on in pages] == [True, False, False]


@pytest.mark.parametrize("number", [1, 30])
def test_sources_cost_three_queries_however_many(make_source, django_assert_num_queries, number):
    for place in range(number):
        make_source(f"Source {place}", entries=2)

    with django_assert_num_queries(3):
        assert len(sources_page()[0]) == number


def test_kept_counts_of_one_page_are_not_taken_for_those_of_another(make_source, monkeypatch):
    monkeypatch.setattr(source_credits, "PAGE_SIZE", 3)
    monkeypatch.setattr(source_credits, "MAX_RECOUNTED_ENTRIES", 0)
    made = [make_source(f"Z{number}", entries=number + 1) for number in range(8)]

    # Other sources, as many, with the same first and last primary key and the same sum.
    for first in ([0, 3, 4, 7], [0, 2, 5, 7]):
        Source.objects.update(title="Z")
        Source.objects.filter(pk__in=[made[number].pk for number in first]).update(title="A")
        shown, _ = sources_page()

        assert [credit.count for credit in shown] == [number + 1 for number in first[:3]]
