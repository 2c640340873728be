"""The public pages: their URLs, their contents, and who may see them."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.cache import caches
from django.db import connection
from django.template.loader import render_to_string
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from entries.models import Enclosure, Entry, Source, Tag

NOON = datetime(2024, 3, 9, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def fresh_cache():
    for alias in caches:
        caches[alias].clear()


@pytest.fixture
def site(make_entry):
    """A site with an entry of each kind on four days of a month."""
    return {
        kind: make_entry(
            kind=kind,
            title=f"The {kind}",
            slug=f"the-{kind}",
            published=NOON + timedelta(days=number),
            tags=["Python", kind],
        )
        for number, kind in enumerate(Entry.Kind.values)
    }


PAGES = [
    "/",
    "/articles/",
    "/links/",
    "/quotations/",
    "/notes/",
    "/tags/",
    "/tags/python/",
    "/tags/note+python/",
    "/archive/",
    "/2024/",
    "/2024/Mar/",
    "/2024/Mar/9/",
    "/2024/Mar/9/the-article/",
    "/2024/Mar/10/the-link/",
    "/2024/Mar/11/the-quotation/",
    "/2024/Mar/12/the-note/",
]
DOCUMENTS = [*PAGES, "/sitemap.xml", "/sitemap-lists.xml", "/sitemap-2024-Mar.xml", "/robots.txt"]
LISTS = [
    "/",
    "/articles/",
    "/tags/python/",
    "/tags/note+python/",
    "/2024/Mar/",
    "/2024/Mar/9/",
]


@pytest.mark.parametrize("address", DOCUMENTS)
def test_every_address_answers_to_get_and_head(site, client, address):
    got = client.get(address)
    head = client.head(address)

    assert got.status_code == head.status_code == 200
    assert got.content
    assert not head.content
    assert got["ETag"] == head["ETag"]
    assert "Cookie" not in got.get("Vary", "")
    assert "public" in got["Cache-Control"]


@pytest.mark.parametrize(
    "address",
    [
        "/0/",
        "/0000/",
        "/9999/",
        "/2023/",
        "/12024/",
        "/2024/Foo/",
        "/2024/mar/",
        "/2024/Apr/",
        "/2024/Feb/31/",
        "/2024/Mar/0/",
        "/2024/Mar/09/",
        "/2024/Mar/32/",
        "/2024/Mar/13/",
        "/2024/Feb/31/the-article/",
        "/2024/Mar/10/the-article/",
        "/2024/Mar/9/unknown/",
        "/2024/Mar/9/the-article/more/",
        "/tags/unknown/",
        "/tags/python+unknown/",
        "/tags/link+note/",
        "/tags/python+/",
        "/tags/a+b+c+d+e+f/",
        "/tags/%00/",
        "/2024/Mar/9/%00/",
        "/posts/",
        "/sitemap-2024-Apr.xml",
        "/sitemap-2024-Foo.xml",
    ],
)
def test_what_is_not_there_is_not_found(site, client, address):
    response = client.get(address)

    assert response.status_code == 404
    assert "Not found" in response.content.decode()


@pytest.mark.parametrize("address", ["/", "/links/", "/tags/python/", "/2024/Mar/", "/2024/Mar/9/"])
@pytest.mark.parametrize(
    "place",
    [
        "",
        "x",
        "1",
        "1.",
        ".1",
        "1.x",
        "1.2.3.4",
        "٣.٣",
        "-99999999999999999.1",
        "1.999999999999999999",
        "2024-02-31.1.1",
        "2024-03-09.1.999999999999999999",
        "0.0",
        "' OR 1=1",
        "\x00",
    ],
)
def test_a_bad_place_in_a_list_is_not_found(site, client, address, place):
    for name in ("before", "after"):
        assert client.get(address, {name: place}).status_code in (302, 404)


def test_an_address_without_its_last_slash_is_redirected(site, client):
    for address in PAGES[1:]:
        assert client.get(address.rstrip("/")).headers["Location"] == address


def test_nothing_can_be_posted(site, client):
    assert client.post("/").status_code == 405


def test_an_empty_site_has_pages_all_the_same(db, client):
    for address in ("/", "/links/", "/tags/", "/archive/", "/sitemap.xml", "/sitemap-lists.xml"):
        assert client.get(address).status_code == 200


HIDDEN = {
    "draft": {"status": Entry.Status.DRAFT},
    "rejected": {"status": Entry.Status.REJECTED},
    "future": {"published": datetime(2124, 3, 9, tzinfo=UTC)},
}


@pytest.mark.parametrize("state", HIDDEN)
def test_what_is_not_public_is_nowhere(site, client, make_entry, state):
    secret = make_entry(
        kind="link",
        title="Secret",
        slug="secret",
        tags=["Python", "hush"],
        **{"published": NOON + timedelta(hours=1)} | HIDDEN[state],
    )

    pages = [client.get(address).content.decode().lower() for address in DOCUMENTS]
    missing = [secret.get_absolute_url(), "/tags/hush/", "/tags/hush+python/"]

    assert not [page for page in pages if "secret" in page or "hush" in page]
    assert [client.get(address).status_code for address in missing] == [404] * 3
    assert "4 entries" in client.get("/tags/python/").content.decode()
    assert "4 entries" in client.get("/2024/Mar/").content.decode()
    assert client.get(f"/{secret.day.year + 100}/").status_code == 404


@pytest.mark.parametrize("address", ["/", "/notes/", "/tags/python/", "/archive/"])
def test_an_entry_appears_when_it_falls_due(client, make_entry, address):
    due = datetime(2031, 5, 1, 9, 0, tzinfo=UTC)
    entry = make_entry(kind="note", title="Due", slug="due", published=due, tags=["Python"])
    path = reverse("entries:month", args=[2031, "May"]) if "archive" in address else "/due/"

    with time_machine.travel(due - timedelta(seconds=1), tick=False):
        early = client.get(address)
        assert client.get(entry.get_absolute_url()).status_code == 404
    with time_machine.travel(due + timedelta(seconds=1), tick=False):
        late = client.get(address)
        assert client.get(entry.get_absolute_url()).status_code == 200

    assert path not in early.content.decode()
    assert path in late.content.decode()
    assert early.get("ETag") != late["ETag"]


@pytest.mark.parametrize("state", HIDDEN)
def test_staff_see_a_preview_that_no_cache_keeps(make_entry, admin_client, state):
    entry = make_entry(**HIDDEN[state])

    response = admin_client.get(entry.get_absolute_url())

    page = response.content.decode()
    assert response.status_code == 200
    assert "Preview." in page
    assert '<meta name="robots" content="noindex">' in page
    assert "private" in response["Cache-Control"]
    assert "no-store" in response["Cache-Control"]
    assert "Cookie" in response["Vary"]


def test_staff_who_may_no_longer_enter_see_no_preview(make_entry, admin_user, admin_client):
    entry = make_entry(status=Entry.Status.DRAFT)
    admin_user.is_active = False
    admin_user.save()

    assert admin_client.get(entry.get_absolute_url()).status_code == 404


def test_a_draft_looks_to_the_public_like_nothing_at_all(make_entry, client):
    draft = make_entry(slug="draft", status=Entry.Status.DRAFT)

    there = client.get(draft.get_absolute_url())
    not_there = client.get(draft.get_absolute_url().replace("draft", "other"))

    assert there.content.replace(b"draft", b"other") == not_there.content
    assert there.headers == not_there.headers


def test_neighbours_are_the_next_public_entries_in_time(client, make_entry):
    for number, fields in enumerate([{}, HIDDEN["draft"], {}, HIDDEN["rejected"], {}], start=1):
        published = NOON + timedelta(hours=number)
        make_entry(**{"slug": f"number-{number}", "published": published} | fields)

    page = client.get("/2024/Mar/9/number-3/").content.decode()

    assert 'rel="prev" href="/2024/Mar/9/number-1/"' in page
    assert 'rel="next" href="/2024/Mar/9/number-5/"' in page


@pytest.mark.parametrize(
    "address", [*LISTS, "/tags/", "/archive/", "/2024/", "/sitemap-2024-Mar.xml"]
)
def test_a_list_costs_as_many_queries_for_fifty_entries_as_for_one(
    client, make_entries, django_assert_num_queries, address
):
    def add(numbers):
        sources = Source.objects.bulk_create(
            Source(url=f"https://source{number}.example/feed") for number in numbers
        )
        entries = make_entries(
            {
                "source": source,
                "published": NOON - timedelta(minutes=number),
                "tags": ["Python", "note", f"tag {number}"],
            }
            for number, source in zip(numbers, sources, strict=True)
        )
        Enclosure.objects.bulk_create(
            Enclosure(entry=entry, href="https://example.org/a.mp3") for entry in entries
        )

    add(range(1))
    with CaptureQueriesContext(connection) as one:
        assert client.get(address).status_code == 200
    add(range(1, 50))

    with django_assert_num_queries(len(one)):
        client.get(address)


def walk(client, address, link):
    """The URLs of the entries on this page and the following ones, in one direction."""
    pages = []
    while address:
        response = client.get(address, follow=True)
        page = response.content.decode()
        pages.append(re.findall(r'class="u-url u-uid" href="([^"]+)"', page))
        found = re.search(rf'rel="{link}" href="([^"]+)"', page.partition('<nav class="pages"')[2])
        address = found and response.request["PATH_INFO"] + found[1].replace("&amp;", "&")
    return pages


@pytest.mark.parametrize(
    "address", ["/", "/articles/", "/tags/python/", "/2024/Mar/", "/2024/Mar/9/"]
)
def test_the_pages_of_a_list_show_every_entry_once_however_they_are_dated(
    client, make_entries, address
):
    dates = ({"published": NOON + timedelta(minutes=number // 15)} for number in range(45))
    paths = {entry.get_absolute_url() for entry in make_entries(dates, tags=["Python"])}

    pages = walk(client, address, "next")

    shown = [path for page in pages for path in page]
    assert [len(page) for page in pages] == [20, 20, 5]
    assert len(shown) == len(set(shown)) == 45
    assert set(shown) == paths


def test_newer_leads_back_to_the_front_of_a_list(client, make_entries):
    make_entries({"published": NOON + timedelta(minutes=number)} for number in range(45))
    pages = walk(client, "/", "next")
    last = client.get("/")
    for _ in pages[1:]:
        older = last.content.decode().rpartition('href="?before=')[2].partition('"')[0]
        last = client.get("/", {"before": older})
    newer = last.content.decode().partition('href="?after=')[2].partition('"')[0]

    back = walk(client, f"/?after={newer}", "prev")

    assert back[0] == pages[1]
    assert back[-1] == pages[0]


def test_another_name_of_a_tag_redirects_to_it(site, client):
    tag = Tag.objects.get(slug="python")
    tag.name, tag.slug = "Snakes", "snakes"
    tag.save()

    for old in ("PYTHON", "python", "Snakes"):
        assert client.get(f"/tags/{old}/").headers["Location"] == "/tags/snakes/"
    assert client.get("/tags/note+python/").headers["Location"] == "/tags/note+snakes/"
    assert client.get("/tags/note+note/").headers["Location"] == "/tags/note/"


def test_tags_meet_in_any_order_under_one_canonical_address(site, client):
    pages = [
        client.get(f"/tags/{tags}/").content.decode() for tags in ("note+python", "python+note")
    ]

    for page in pages:
        assert '<link rel="canonical" href="http://testserver/tags/note+python/">' in page
        assert "The note" in page
        assert "The link" not in page


@pytest.mark.parametrize(
    ("policy", "canonical"),
    [
        (Source.Canonical.SOURCE, "https://elsewhere.example/post"),
        (Source.Canonical.SELF, "http://testserver/2024/Mar/9/post/"),
    ],
)
def test_the_source_says_which_page_is_canonical(client, make_entry, policy, canonical):
    source = Source.objects.create(
        url="https://elsewhere.example/feed",
        title="Elsewhere",
        site_url="https://elsewhere.example/",
        canonical=policy,
    )
    entry = make_entry(source=source, slug="post", canonical_url="https://elsewhere.example/post")

    page = client.get(entry.get_absolute_url()).content.decode()
    sitemap = client.get("/sitemap-2024-Mar.xml").content.decode()

    assert f'<link rel="canonical" href="{canonical}">' in page
    assert re.search('<a class="u-[a-z]+" href="https://elsewhere.example/post">', page)
    assert '<a href="https://elsewhere.example/">Elsewhere</a>' in page
    assert ("/2024/Mar/9/post/" in sitemap) == (policy == Source.Canonical.SELF)


def test_the_sitemap_leads_to_every_page(site, client):
    index = client.get("/sitemap.xml").content.decode()
    parts = re.findall("<loc>http://testserver(.*?)</loc>", index)
    found = [
        path
        for part in parts
        for path in re.findall(
            "<loc>http://testserver(.*?)</loc>", client.get(part).content.decode()
        )
    ]

    assert {entry.get_absolute_url() for entry in site.values()} < set(found)
    assert {"/", "/links/", "/tags/python/"} < set(found)
    assert [client.get(path).status_code for path in found] == [200] * len(found)


def test_robots_are_told_of_the_sitemap(db, client):
    text = client.get("/robots.txt").content.decode()

    assert "Disallow: /admin/\n" in text
    assert "Sitemap: http://testserver/sitemap.xml" in text


def test_healthz_says_ok(db, client):
    response = client.get("/healthz")

    assert response.content == b"ok"
    assert "no-store" in response["Cache-Control"]


def test_a_failure_has_a_page_that_needs_nothing(db):
    assert "Something went wrong" in render_to_string("500.html")


def test_pages_name_the_feeds_of_what_they_show(site, client):
    for address, feed in [
        ("/", "/atom/everything/"),
        ("/links/", "/atom/links/"),
        ("/tags/python/", "/tags/python.atom"),
    ]:
        page = client.get(address).content.decode()
        head = page.partition("</head>")[0]
        assert f'href="{feed}"' in head
        assert page.partition("<main")[2].count(f'href="{feed}"') >= 1


def test_no_address_is_built_from_the_host_of_the_request(site, settings):
    settings.ALLOWED_HOSTS = ["*"]
    client = Client(headers={"host": "evil.example"})

    assert not [address for address in DOCUMENTS if b"evil" in client.get(address).content]
