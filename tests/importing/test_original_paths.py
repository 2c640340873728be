"""An imported post is found here under the path that it has where it is from."""

import pytest

from entries.models import Entry, Source

from .atom import entry, feed

HELLO = {"link": "https://blog.example/posts/hello.html", "id": "https://blog.example/?p=12"}


@pytest.fixture
def leads(client):
    """Where an address leads for good; its status where it leads nowhere."""

    def leads(address):
        response = client.get(address)
        return response["Location"] if response.status_code == 301 else response.status_code

    return leads


def test_a_post_is_found_by_the_path_of_its_page_and_of_its_id(read_entry, leads):
    post = read_entry(**HELLO)

    found = [leads(address) for address in ("/posts/hello.html", "/?p=12", "/posts/hello.html/")]
    assert found == [post.get_absolute_url()] * 3


def test_a_path_that_upstream_changed_is_followed(read, leads):
    read(feed(entry(**HELLO)))

    read(feed(entry(**HELLO | {"link": "https://blog.example/posts/hello-again/"})))

    assert leads("/posts/hello-again") == leads("/?p=12") == Entry.objects.get().get_absolute_url()
    assert leads("/posts/hello.html") == 404


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
