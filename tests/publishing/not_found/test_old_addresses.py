"""Redirects from old addresses. They never hide a page."""

from datetime import UTC, date, datetime
from random import Random

import pytest
from django.core.cache import caches
from django.db import connection
from django.test.utils import CaptureQueriesContext

from entries.curating.duplicate_entries import EntryMergeError, merge_entries, split_entry
from entries.models import Entry, OldAddress, Source, Tag
from entries.publishing.entry_page.short_links import short_path

NOON = datetime(2024, 3, 9, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def fresh_cache():
    for alias in caches:
        caches[alias].clear()


@pytest.fixture
def leads(client):
    """The path that an address redirects to permanently, or its status if it does not redirect."""

    def leads(address, method="get"):
        response = getattr(client, method)(address)
        return response["Location"] if response.status_code == 301 else response.status_code

    return leads


@pytest.fixture
def make_gathered(make_entry):
    """Build an entry whose original page has this path on this host."""

    def make(path, host="blog.example", canonical=Source.Canonical.SOURCE, **fields):
        source, _ = Source.objects.get_or_create(
            url=f"https://{host}/feed", defaults={"canonical": canonical}
        )
        return make_entry(**{"canonical_url": f"https://{host}{path}", "source": source} | fields)

    return make


def rename(row, **fields):
    row.refresh_from_db()
    for name, value in fields.items():
        setattr(row, name, value)
    row.save()


def test_a_renamed_entry_is_found_under_every_name_it_had(make_entry, leads):
    entry = make_entry(slug="one")
    for slug in ("two", "three"):
        rename(entry, slug=slug)

    assert leads("/2024/Mar/9/one/") == leads("/2024/Mar/9/two/") == "/2024/Mar/9/three/"


def test_an_entry_that_moved_to_another_day_is_found_under_the_old_one(make_entry, leads):
    entry = make_entry(slug="one")

    rename(entry, day=date(2024, 3, 1))

    assert leads("/2024/Mar/9/one/") == "/2024/Mar/1/one/"


def test_an_entry_that_got_its_old_name_back_is_at_it(make_entry, leads):
    entry = make_entry(slug="one")

    rename(entry, slug="two")
    rename(entry, slug="one")

    assert leads("/2024/Mar/9/one/") == 200
    assert leads("/2024/Mar/9/two/") == "/2024/Mar/9/one/"
    assert OldAddress.objects.count() == 1


def test_who_takes_an_old_address_has_it_while_it_stands_there(make_entry, leads):
    first = make_entry(slug="one")
    rename(first, slug="two")

    second = make_entry(slug="one")
    while_there = leads("/2024/Mar/9/one/")
    second.delete()

    assert while_there == 200
    assert leads("/2024/Mar/9/one/") == "/2024/Mar/9/two/"


def test_of_two_that_had_an_address_the_one_that_had_it_last_is_meant(make_entry, leads):
    first = make_entry(slug="one")
    rename(first, slug="two")
    second = make_entry(slug="one")

    rename(second, slug="three")

    assert leads("/2024/Mar/9/one/") == "/2024/Mar/9/three/"


def test_a_draft_that_was_never_seen_takes_no_old_address_over(make_entry, leads):
    first = make_entry(slug="one")
    rename(first, slug="two")
    draft = make_entry(slug="one", status=Entry.Status.DRAFT)

    rename(draft, slug="three", status=Entry.Status.LIVE)

    assert leads("/2024/Mar/9/one/") == "/2024/Mar/9/two/"


@pytest.mark.parametrize(
    "state",
    [
        {"status": Entry.Status.DRAFT},
        {"status": Entry.Status.REJECTED},
        {"published": datetime(2124, 3, 9, tzinfo=UTC)},
    ],
)
def test_what_is_not_public_is_not_to_be_found_under_any_address(make_gathered, leads, state):
    entry = make_gathered("/2004/secret/", slug="one")
    rename(entry, slug="two", **state)
    short = short_path(entry.pk)

    assert [leads(path) for path in ("/2024/Mar/9/one/", "/2004/secret/", short)] == [404] * 3


@pytest.mark.parametrize(
    "spelling",
    [
        "/2024/Mar/9/日本-é/",
        "/2024/Mar/9/日本-é",
        "/2024/Mar/9/日本-e\u0301/",
        "/2024/Mar/9/%E6%97%A5%E6%9C%AC-%C3%A9/",
        "/2024/Mar/9/日本-é/?utm_source=mail",
        "/2024/Mar/9/日本-é/?replytocom=5",
    ],
)
def test_every_spelling_of_an_old_address_is_one(make_entry, leads, spelling):
    entry = make_entry(slug="日本-é")

    rename(entry, slug="japan")

    assert leads(spelling) == "/2024/Mar/9/japan/"


def test_a_redirect_is_given_to_head_as_well_and_not_kept_for_ever(make_entry, client):
    entry = make_entry(slug="one")
    rename(entry, slug="two")

    response = client.head("/2024/Mar/9/one/")

    assert (response.status_code, response["Location"]) == (301, "/2024/Mar/9/two/")
    assert response["Cache-Control"] == "max-age=3600"


@pytest.mark.parametrize("method", ["post", "put", "delete", "options"])
def test_nothing_but_get_and_head_is_redirected(make_gathered, leads, method):
    make_gathered("/2004/hello/")

    assert leads("/2004/hello/", method) == 404


def test_a_renamed_tag_takes_its_pages_and_feeds_along(make_entry, leads):
    make_entry(tags=["c++", "web"])
    tag = Tag.objects.get(name="c++")

    rename(tag, slug="cpp")

    assert leads("/tags/c-plus-plus/") == leads("/tags/c-plus-plus") == "/tags/cpp/"
    assert leads("/tags/c-plus-plus.atom") == "/tags/cpp.atom"
    assert leads("/tags/c-plus-plus.json") == "/tags/cpp.json"
    assert leads("/tags/web+c-plus-plus/") == "/tags/web+cpp/"
    assert leads("/tags/c-plus-plus+c-plus-plus/") == "/tags/cpp/"


def test_a_tag_without_entries_is_not_led_to(make_entry, leads):
    entry = make_entry(tags=["one"])
    rename(Tag.objects.get(), slug="two")

    entry.set_tags([])

    addresses = ("/tags/one/", "/tags/one.atom", "/tags/one+one/")
    assert [leads(address) for address in addresses] == [404] * 3
    rename(entry, published=datetime(2124, 3, 9, tzinfo=UTC))
    entry.set_tags(["one"])
    assert [leads(address) for address in addresses] == [404] * 3


def test_merged_tags_lead_to_the_one_that_stays(make_entry, admin_client, leads):
    for name in ("c++", "cpp", "other"):
        make_entry(tags=[name])
    old = Tag.objects.get(name="c++")
    rename(old, slug="c-with-pluses")
    data = {"action": "merge_tags", "_selected_action": [old.pk], "index": 0, "tag_names": "cpp"}

    admin_client.post("/admin/entries/tag/", data)

    assert leads("/tags/c-with-pluses/") == leads("/tags/c-plus-plus/") == "/tags/cpp/"
    assert leads("/tags/c-with-pluses.atom") == "/tags/cpp.atom"


def test_an_imported_post_is_found_under_its_original_path(make_gathered, leads):
    entry = make_gathered("/posts/2024/hello.html", atom_id="https://blog.example/?p=123")

    here = entry.get_absolute_url()

    assert leads("/posts/2024/hello.html") == leads("/posts/2024/hello.html?utm_medium=rss") == here
    assert leads("/?p=123") == leads("/?utm_medium=rss&p=123") == here
    assert leads("/?p=1234") == leads("/?p=123&p=4") == leads("/") == 200


def test_a_marked_original_address_is_found_without_its_marks(make_gathered, leads):
    entry = make_gathered("/hello/?utm_source=feed&utm_medium=rss")

    assert leads("/hello") == entry.get_absolute_url()


def test_a_corrected_original_page_leads_to_the_post_by_both_paths(make_gathered, leads):
    entry = make_gathered("/hello/")

    rename(entry, canonical_url="https://blog.example/hello-again/")

    assert leads("/hello-again/") == leads("/hello/") == entry.get_absolute_url()


@pytest.mark.parametrize("address", ["/caf%E9/", "/caf%25E9/", "/100%25/", "/a%2Fb/", "/a//b/"])
def test_what_is_no_utf_8_is_found_as_well(make_gathered, leads, address):
    entry = make_gathered(address)

    assert leads(address) == entry.get_absolute_url()


def test_an_original_path_never_shadows_a_page_of_the_site(make_gathered, leads):
    for path in ("/", "/tags/", "/links/", "/archive/", "/robots.txt", "/2024/Mar/9/one/"):
        make_gathered(path, kind="link", slug="one" if "one" in path else "")

    assert leads("/") == leads("/tags/") == leads("/robots.txt") == leads("/2024/Mar/9/one/") == 200


def test_of_two_with_one_original_path_the_one_that_moved_in_is_meant(make_gathered, leads):
    make_gathered("/hello/", "first.example")
    moved_in = make_gathered("/hello/", "second.example", Source.Canonical.SELF)
    make_gathered("/hello/", "third.example", Source.Canonical.NOINDEX)

    assert leads("/hello/") == moved_in.get_absolute_url()


def test_where_two_may_be_meant_both_are_offered_and_none_is_guessed(make_gathered, client):
    both = [make_gathered("/hello/", f"{name}.example") for name in ("first", "second")]

    response = client.get("/hello/")

    page = response.content.decode()
    assert response.status_code == 404
    assert all(f'href="{entry.get_absolute_url()}"' in page for entry in both)


def test_what_the_site_knows_goes_before_an_original_path(make_gathered, make_entry, leads):
    make_gathered("/2024/Mar/9/one/", slug="elsewhere")
    entry = make_entry(slug="one")

    rename(entry, slug="two")

    assert leads("/2024/Mar/9/one/") == "/2024/Mar/9/two/"


def test_the_original_path_of_what_was_merged_leads_to_what_it_is_part_of(make_gathered, leads):
    first, second, third = (make_gathered(f"/{name}/", slug=name) for name in "abc")

    merge_entries(first, second)
    merge_entries(second, third)

    found = [leads(path) for path in ("/a/", "/b/", "/2024/Mar/9/a/", short_path(first.pk))]
    assert found == [third.get_absolute_url()] * 4
    split_entry(second)
    split_entry(first)
    assert leads("/a/") == first.get_absolute_url()


def test_two_sources_of_one_entry_are_no_two_entries(make_gathered, leads):
    first = make_gathered("/hello/", "first.example")
    second = make_gathered("/hello/", "second.example")

    merge_entries(second, first)

    assert leads("/hello/") == first.get_absolute_url()


HOSTILE = [
    "/%00",
    "/%00/%00?%00=%00",
    "/?%00",
    "/?p=%00",
    "/%FF%FE/",
    "/%C3%28/?x=%C3%28",
    "/%ED%A0%80/",
    "/" + "a" * 5000,
    "/?" + "a=1&" * 900,
    "/tags/" + "a+" * 400 + "/",
    "/tags/a+b+c+d+e+f+g.atom",
    "/tags/%00.json",
    "/e/zzzzzzzzzzzz",
    "/e/zzzzzzzzzzzzz/",
    "/e/0",
    "/9999/99/99/x",
    "/2024/02/31/x",
    "/٢٠٢٤/٣/",
    "//evil.example/",
    "/\\evil.example/",
    "/..%2f..%2fetc/passwd",
    "/' OR 1=1 --",
    "/%F0%9F%98%80/" + "%F0%9F%98%80" * 300,
    "/wp-login.php?a[]=1&a[]=2;b",
]


@pytest.mark.parametrize("address", HOSTILE)
@pytest.mark.parametrize("method", ["get", "head", "post"])
def test_whatever_is_asked_is_not_found_at_worst(make_gathered, client, address, method):
    make_gathered("/hello/", tags=["a"])

    assert getattr(client, method)(address).status_code in (200, 404, 405)


def test_the_queries_of_a_miss_do_not_grow(make_gathered, client, django_assert_num_queries):
    address = "/2024/Mar/9/hello-world/?p=5"
    make_gathered("/else/", slug="hello-world-1", tags=["hello"])
    with CaptureQueriesContext(connection) as few:
        client.get(address)
    for number in range(2, 40):
        make_gathered(
            address, f"host{number}.example", slug=f"hello-world-{number}", tags=["world", "hello"]
        )

    with CaptureQueriesContext(connection) as many:
        assert client.get(address).status_code == 404

    assert len(many) <= len(few) + 1


def test_a_page_that_is_there_asks_for_no_old_address(make_entry, client):
    entry = make_entry(slug="one", tags=["a"])

    for address in ("/", "/tags/", "/tags/a/", entry.get_absolute_url()):
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        assert "oldaddress" not in "".join(query["sql"] for query in queries)


def test_an_entry_has_one_short_address_for_good(make_entry, leads):
    entry = make_entry(slug="one")
    short = short_path(entry.pk)

    rename(entry, slug="two")

    assert leads(short) == leads(short + "/") == leads(short.upper().replace("/E/", "/e/"))
    assert leads(short) == entry.get_absolute_url()
    assert leads(short_path(entry.pk + 1)) == 404


@pytest.mark.parametrize("seed", range(8))
def test_whatever_is_renamed_or_merged_an_old_address_leads_to_a_page_in_one_step(
    make_entry, client, seed
):
    choice = Random(seed).choice
    slugs = [f"slug-{number}" for number in range(8)]
    days = [date(2024, 3, number) for number in (1, 2)]
    entries = [
        make_entry(slug=slug, day=days[0], tags=[slug.replace("-", "+")]) for slug in slugs[:4]
    ]

    def step():
        entry, other = choice(entries), choice(entries)
        entry.refresh_from_db()
        tag = choice(list(Tag.objects.all()))
        what = choice(["slug", "day", "status", "tag", "merge", "split"])
        try:
            if what == "merge":
                merge_entries(entry, Entry.objects.get(pk=other.pk))
            elif what == "split":
                split_entry(entry)
            elif what == "tag":
                free = set(slugs) - set(Tag.objects.values_list("slug", flat=True))
                rename(tag, slug=choice(sorted(free or {tag.slug})))
            elif what == "status":
                if not hasattr(entry, "merged_away"):
                    rename(entry, status=choice(["live", "draft"]))
            else:
                rename(entry, **{what: choice(slugs if what == "slug" else days)})
        except EntryMergeError:
            pass

    for _ in range(30):
        step()

    paths = [f"/2024/Mar/{day.day}/{slug}/" for day in days for slug in slugs]
    paths += [f"/tags/{slug}{ending}" for slug in slugs for ending in ("/", ".atom")]
    found = {path: client.get(path) for path in paths}
    assert {response.status_code for response in found.values()} <= {200, 301, 404}
    moved = [response["Location"] for response in found.values() if response.status_code == 301]
    assert all(client.get(path).status_code == 200 for path in moved)
    live = Entry.objects.live()
    assert all(client.get(entry.get_absolute_url()).status_code == 200 for entry in live)


def test_an_old_address_leads_on_while_the_site_is_developed(settings, make_gathered, leads):
    settings.DEBUG = True
    make_gathered("/archive/p1.html", slug="one")

    assert leads("/archive/p1.html") == "/2024/Mar/9/one/"
    assert leads("/archive/p2.html") == 404


def test_where_it_leads_is_looked_up_once(make_gathered, client):
    make_gathered("/archive/p1.html", slug="one")

    for address in ["/archive/p1.html", "/archive/p2.html"]:
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        asked = [query["sql"] for query in queries if "original_key" in query["sql"]]
        assert len(asked) == 1
