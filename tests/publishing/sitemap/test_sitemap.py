"""The sitemap: its pages, its parts and their limits, by the rules of sitemaps.org."""

import gzip
import re
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from lxml import etree

from entries.models import Entry, SiteSettings, Source
from entries.publishing.rows.periods import Period
from entries.publishing.sitemap import sitemap
from tests.hostile import make_hostile_entries

NOON = datetime(2024, 3, 9, 12, 0, tzinfo=UTC)
NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
SITE = "http://testserver"
LASTMOD = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?")


def read(document, root_name):
    """The URLs in a sitemap or an index, with their lastmod. Asserts the rules of the format."""
    item_name = {"urlset": "url", "sitemapindex": "sitemap"}[root_name]
    assert len(document) <= 50 * 1024 * 1024
    root = etree.fromstring(document)
    assert root.tag == f"{{{NAMESPACE}}}{root_name}"
    assert 1 <= len(root) <= 50_000
    found = {}
    for item in root:
        assert item.tag == f"{{{NAMESPACE}}}{item_name}"
        values = {etree.QName(node).localname: node.text for node in item}
        assert len(values) == len(item)
        assert values.keys() <= {"loc", "lastmod"}
        assert values["loc"].startswith(f"{SITE}/")
        assert len(values["loc"]) < 2_048
        assert values["loc"].isascii()
        assert values["loc"] not in found
        assert LASTMOD.fullmatch(values.get("lastmod", "2024-01-01"))
        found[values["loc"].removeprefix(SITE)] = values.get("lastmod")
    return found


@pytest.fixture
def read_sitemap(client):
    """Read the index and each of its parts. Asserts that no page is in two parts."""

    def read_all():
        parts = {
            part: read(client.get(part).content, "urlset")
            for part in read(client.get("/sitemap.xml").content, "sitemapindex")
        }
        pages = [page for part in parts.values() for page in part]
        assert len(pages) == len(set(pages))
        return parts

    return read_all


def test_every_page_of_the_sitemap_is_there_and_stands_for_itself(make_entry, read_sitemap, client):
    make_hostile_entries(make_entry)
    make_entry(slug="日本語-ü", title="a", tags=["日本語", "c++", "R & D"])
    Source.objects.update(canonical=Source.Canonical.SELF)

    pages = [page for part in read_sitemap().values() for page in part]

    assert len(pages) > Entry.objects.count()
    for page in pages:
        response = client.get(page)
        assert response.status_code == 200, page
        found = re.findall('<link rel="canonical" href="([^"]+)">', response.content.decode())
        assert found == [SITE + page]
        assert b'name="robots"' not in response.content


def test_the_sitemap_leads_to_every_kind_of_page(make_entry, read_sitemap):
    make_entry(slug="post", tags=["Python"])

    pages = [page for part in read_sitemap().values() for page in part]

    assert {"/", "/archive/", "/tags/", "/articles/", "/links/", "/quotations/", "/notes/"} < set(
        pages
    )
    assert {"/2024/", "/2024/Mar/", "/2024/Mar/9/post/", "/tags/python/"} < set(pages)


def test_the_sitemap_leads_to_the_sources_and_to_what_the_site_says_of_itself(
    make_entry, make_sourced, read_sitemap
):
    shown = make_sourced(url="https://s.example/feed").source
    make_sourced(Source.Canonical.NOINDEX, url="https://hidden.example/feed")
    Source.objects.create(url="https://empty.example/feed")
    SiteSettings.objects.create(pk=SiteSettings.PK, about="<p>This site.</p>")

    pages = read_sitemap()["/sitemap-lists.xml"]

    assert "/about/" in pages
    assert [page for page in pages if page.startswith("/sources/")] == [
        "/sources/",
        f"/sources/{shown.pk}/",
    ]


def test_an_empty_site_has_a_sitemap_all_the_same(db, read_sitemap):
    assert read_sitemap().keys() == {"/sitemap-lists.xml"}


def test_a_part_and_its_pages_say_when_they_last_changed(make_entry, client):
    with time_machine.travel(NOON + timedelta(days=30), tick=False):
        make_entry(slug="old", published=NOON - timedelta(days=40))
        make_entry(slug="march", published=NOON)
        before = read(client.get("/sitemap.xml").content, "sitemapindex")
    with time_machine.travel(NOON + timedelta(days=60), tick=False):
        entry = Entry.objects.get(slug="march")
        entry.title = "Another"
        entry.save()
        after = read(client.get("/sitemap.xml").content, "sitemapindex")
        month = read(client.get("/sitemap-2024-Mar.xml").content, "urlset")

    assert set(before.values()) == {"2024-04-08T12:00:00+00:00"}
    assert after == before | dict.fromkeys(
        ["/sitemap-lists.xml", "/sitemap-2024-Mar.xml"], "2024-05-08T12:00:00+00:00"
    )
    assert set(month.values()) == {"2024-05-08T12:00:00+00:00"}


def test_a_part_has_changed_when_an_entry_of_it_falls_due(make_entry, client):
    with time_machine.travel(NOON, tick=False):
        make_entry(slug="due", published=NOON + timedelta(days=2))
        make_entry(slug="there", published=NOON)
        cache.clear()
        before = read(client.get("/sitemap.xml").content, "sitemapindex")
    with time_machine.travel(NOON + timedelta(days=3), tick=False):
        after = read(client.get("/sitemap.xml").content, "sitemapindex")

    assert before["/sitemap-2024-Mar.xml"] == "2024-03-09T12:00:00+00:00"
    assert after["/sitemap-2024-Mar.xml"] == "2024-03-11T12:00:00+00:00"


def test_what_changed_in_a_transaction_that_ended_later_is_not_missed(make_entry, client):
    make_entry(slug="first", published=NOON)
    client.get("/sitemap.xml")
    entry = make_entry(slug="late", published=NOON - timedelta(days=40))
    begun = datetime.now(UTC) - timedelta(minutes=5)
    Entry.objects.filter(pk=entry.pk).update(modified_at=begun)

    index = read(client.get("/sitemap.xml").content, "sitemapindex")

    assert index["/sitemap-2024-Jan.xml"] == begun.isoformat(timespec="seconds")


@pytest.mark.parametrize(
    "hidden",
    [
        {"status": Entry.Status.DRAFT},
        {"status": Entry.Status.REJECTED},
        {"published": datetime(2124, 3, 9, tzinfo=UTC), "day": date(2024, 3, 9)},
    ],
)
def test_what_is_not_public_is_in_no_part(make_entry, client, hidden):
    make_entry(slug="public", published=NOON)
    make_entry(slug="secret", **{"published": NOON} | hidden)

    assert b"secret" not in client.get("/sitemap-2024-Mar.xml").content


def test_a_month_of_others_posts_is_named_without_them(make_entry, client):
    source = Source.objects.create(url="https://s.example/")
    make_entry(canonical_url="https://s.example/1", source=source)

    assert list(read(client.get("/sitemap-2024-Mar.xml").content, "urlset")) == ["/2024/Mar/"]


def test_a_month_with_very_many_entries_is_a_part_a_day(
    make_entry, make_entries, read_sitemap, monkeypatch
):
    monkeypatch.setattr(sitemap, "MAX_PART_URLS", 20)
    make_entries({"published": NOON + timedelta(days=number % 3)} for number in range(24))
    make_entry(slug="alone", published=NOON - timedelta(days=40))

    parts = read_sitemap()

    assert [len(page) for page in parts.values()][1:] == [2, 9, 9, 9]
    assert list(parts)[1:] == [
        "/sitemap-2024-Jan.xml",
        *(f"/sitemap-2024-Mar-{day}.xml" for day in (9, 10, 11)),
    ]
    assert "/2024/Mar/" in parts["/sitemap-lists.xml"]
    assert "/2024/Mar/9/" in parts["/sitemap-2024-Mar-9.xml"]


def test_no_part_has_more_than_it_may_have(make_entry, monkeypatch):
    monkeypatch.setattr(sitemap, "MAX_PART_URLS", 5)
    for _ in range(9):
        make_entry(published=NOON)

    assert len(sitemap.entries(Period(2024, 3, 9))) == 5


@pytest.mark.parametrize(
    "address",
    [
        "/sitemap-2024-Feb.xml",
        "/sitemap-2024-Mar-8.xml",
        "/sitemap-2024-Feb-31.xml",
        "/sitemap-2024-Mar-09.xml",
        "/sitemap-0000-Mar.xml",
        "/sitemap-2024-Mar-1-1.xml",
    ],
)
def test_a_part_that_is_none_is_not_found(make_entry, client, address):
    make_entry(published=NOON)

    assert client.get(address).status_code == 404


@pytest.mark.parametrize("address", ["/sitemap.xml", "/sitemap-lists.xml", "/sitemap-2024-Mar.xml"])
def test_a_part_costs_as_many_queries_for_many_entries_as_for_one(
    make_entries, client, django_assert_num_queries, address
):
    make_entries(1, tags=["one"])
    cache.clear()
    with CaptureQueriesContext(connection) as one:
        client.get(address)
    make_entries(
        {"published": NOON + timedelta(hours=number), "tags": [f"tag {number}"]}
        for number in range(20)
    )
    cache.clear()

    with django_assert_num_queries(len(one)):
        client.get(address)


def test_a_part_is_answered_compressed_and_once(make_entries, client):
    make_entries(20, published=NOON)

    response = client.get("/sitemap-2024-Mar.xml", headers={"accept-encoding": "gzip"})
    again = client.get("/sitemap-2024-Mar.xml", headers={"if-none-match": response["ETag"]})

    assert response["Content-Encoding"] == "gzip"
    assert len(read(gzip.decompress(response.content), "urlset")) == 21
    assert response["Content-Type"] == "application/xml; charset=utf-8"
    assert again.status_code == 304


def test_robots_are_led_to_the_sitemap_and_past_the_desk_and_the_searches(db, client):
    lines = client.get("/robots.txt").content.decode().splitlines()

    assert lines[0] == "User-agent: *"
    assert "Disallow: /admin/" in lines
    assert "Disallow: /search/?" in lines
    assert f"Sitemap: {SITE}/sitemap.xml" in lines


@pytest.fixture(autouse=True)
def fresh_cache():
    cache.clear()
