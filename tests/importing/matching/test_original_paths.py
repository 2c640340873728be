"""The upstream path of an imported post redirects to it on this site."""

import pytest
from django.db import connection
from django.db.models import Value
from django.db.models.functions import Concat
from django.test.utils import CaptureQueriesContext

from entries.curating.upstream_changes import accept
from entries.models import Entry, OriginalPath, Source, UpstreamChange
from tests.importing.atom import entry, feed

HELLO = {"link": "https://blog.example/posts/hello.html", "id": "https://blog.example/?p=12"}


@pytest.fixture
def leads(client):
    """Returns the target of a permanent redirect, or else the status code."""

    def leads(address):
        response = client.get(address)
        return response["Location"] if response.status_code == 301 else response.status_code

    return leads


def test_a_post_is_found_by_the_path_of_its_page_and_of_its_id(read_entry, leads):
    post = read_entry(**HELLO)

    found = [leads(address) for address in ("/posts/hello.html", "/?p=12", "/posts/hello.html/")]
    assert found == [post.get_absolute_url()] * 3


def test_every_path_that_a_post_ever_had_leads_to_it(read, leads):
    read(feed(entry(**HELLO)))

    for name in ("hello-again", "hello-for-good", "hello-again"):
        read(feed(entry(**HELLO | {"link": f"https://blog.example/posts/{name}/"})))

    here = Entry.objects.get().get_absolute_url()
    paths = ("/posts/hello.html", "/posts/hello-again", "/posts/hello-for-good", "/?p=12")
    assert [leads(path) for path in paths] == [here] * 4


def test_a_path_that_an_editor_did_not_take_over_leads_to_the_post_as_well(read, leads):
    read(feed(entry(**HELLO)))
    post = Entry.objects.get()
    post.canonical_url = "https://blog.example/ours/"
    post.save()

    read(feed(entry(**HELLO | {"link": "https://blog.example/theirs/"})))

    found = [leads(path) for path in ("/ours", "/theirs", "/posts/hello.html", "/?p=12")]
    assert found == [post.get_absolute_url()] * 4


def test_the_paths_of_a_post_in_other_feeds_lead_to_it(read, leads):
    read(feed(entry(1, id="urn:uuid:1", link="https://blog.example/hello/")))
    sibling = {"url": "https://planet.example/feed.atom"}
    read(feed(entry(1, id="urn:uuid:1", link="https://planet.example/read/7")), **sibling)
    read(feed(entry(1, id="urn:uuid:1", link="https://planet.example/read/8")), **sibling)

    found = [leads(path) for path in ("/hello", "/read/7", "/read/8")]
    assert found == [Entry.objects.get().get_absolute_url()] * 3


def test_an_id_that_has_changed_leads_to_the_post_as_well(read, leads):
    read(feed(entry(**HELLO)))

    read(feed(entry(**HELLO | {"id": "https://blog.example/?post=hello"})))

    found = [leads(path) for path in ("/?p=12", "/?post=hello")]
    assert found == [Entry.objects.get().get_absolute_url()] * 2


def test_an_id_that_several_posts_share_leads_to_the_one_that_has_it(read, leads):
    shared = "https://blog.example/posts/"
    links = [f"https://blog.example/{n}/" for n in (1, 2)]
    read(feed(*[entry(n, id=shared, link=link) for n, link in enumerate(links)]))

    assert not OriginalPath.objects.exists()
    assert leads("/posts") == Entry.objects.get(atom_id=shared).get_absolute_url()


def test_a_path_belongs_to_the_post_that_has_it_now(read, leads):
    read(feed(entry(1, id="urn:1", link="https://blog.example/latest/")))
    read(feed(entry(1, id="urn:1", link="https://blog.example/first/")))
    read(feed(entry(2, id="urn:2", link="https://blog.example/latest/")))

    assert leads("/latest") == Entry.objects.get(atom_id="urn:2").get_absolute_url()


def test_a_feed_that_goes_on_as_it_was_makes_no_rows(read):
    for text in ("one", "two"):
        read(feed(entry(1, f"<p>{text}</p>", id="https://blog.example/2024/Mar/2/post-1/#atom")))

    assert not OriginalPath.objects.exists()


def through_save(post, url):
    post.canonical_url = url
    post.save()


def through_update_fields(post, url):
    post.canonical_url = url
    post.save(update_fields=["canonical_url"])


def through_update(post, url):
    assert Entry.objects.filter(canonical_url=post.canonical_url).update(canonical_url=url) == 1


def through_expression(post, url):
    Entry.objects.update(canonical_url=Value(url))


def through_bulk_update(post, url):
    post.canonical_url = url
    Entry.objects.bulk_update([post], ["canonical_url"])


def through_bulk_create(post, url):
    post.canonical_url = url
    fields = {"unique_fields": ["pk"], "update_fields": ["canonical_url"]}
    Entry.objects.bulk_create([post], update_conflicts=True, **fields)


def through_acceptance(post, url):
    change = UpstreamChange.objects.create(entry=post, field="canonical_url", base="", theirs=url)
    accept([change])


@pytest.mark.parametrize(
    "write",
    [
        through_save,
        through_update_fields,
        through_update,
        through_expression,
        through_bulk_update,
        through_bulk_create,
        through_acceptance,
    ],
)
def test_whoever_writes_the_original_page_its_path_leads_to_the_post(read_entry, leads, write):
    post = read_entry(**HELLO)

    write(post, "https://blog.example/moved/")

    # Imports update rows by bulk_create, and record the old paths themselves.
    before = [] if write is through_bulk_create else ["/posts/hello.html"]
    found = [leads(path) for path in ("/moved", "/?p=12", *before)]
    assert found == [post.get_absolute_url()] * len(found)


def test_the_original_page_of_many_is_written_in_few_queries(make_entry):
    counts = []
    for number in (1, 50):
        for n in range(number):
            make_entry(canonical_url=f"https://blog.example/{number}/{n}/")
        with CaptureQueriesContext(connection) as queries:
            Entry.objects.update(canonical_url=Concat("canonical_url", Value("new/")))
        counts.append(len(queries))

    assert counts[0] == counts[1]


@pytest.mark.parametrize(
    "stated",
    [
        {"link": "https://blog.example/", "id": "urn:uuid:1"},
        {"link": "https://blog.example/?utm_source=feed", "id": "tag:blog.example,2024:1"},
        {"link": "mailto:ada@blog.example", "id": "urn:uuid:1"},
        {"link": None, "id": "urn:uuid:1"},
    ],
    ids=["front page", "marked front page", "no page", "no link"],
)
def test_what_has_no_path_of_its_own_has_no_key(read_entry, stated):
    post = read_entry(**stated)

    assert (post.original_key, post.id_key) == (None, None)


def test_a_whole_site_moves_in(read, leads):
    numbers = range(1, 6)
    posts = [
        entry(n, link=f"https://blog.example/{n}/post/", id=f"https://blog.example/?p={n}")
        for n in numbers
    ]
    others = [entry(n, link=f"https://other.example/{n}/post/", id=f"urn:{n}") for n in numbers]
    read(feed(*posts))
    read(feed(*others), url="https://other.example/feed")
    before = [leads(f"/{n}/post/") for n in numbers]

    Source.objects.filter(url__contains="blog.example").update(canonical=Source.Canonical.SELF)

    assert before == [404] * 5
    after = {leads(f"/{n}/post/") for n in numbers}
    assert after == {
        post.get_absolute_url() for post in Entry.objects.filter(atom_id__startswith="https:")
    }
