"""An entry is matched by its id, its URL, or its title and date."""

import itertools

import pytest
from django.utils import timezone

from entries.importing.normalizing.keys import is_usable_id, without_variations
from entries.models import Entry, Sighting
from tests.importing.atom import SITE, address, entry, feed

SIBLING = f"{SITE}/everything.atom"


def actions(report):
    return [line.action for line in report.entries]


@pytest.mark.parametrize(
    ("here", "there"),
    [
        ("#atom-tag", "#atom-everything"),
        ("#atom-tag", ""),
        ("", "#atom-everything"),
        ("#atom-entries", "#atom-blogmarks"),
    ],
)
@pytest.mark.parametrize("scheme", ["https", "http"])
def test_a_post_in_a_sibling_feed_is_the_same_entry(read, here, there, scheme):
    other = address(1).replace("https", scheme)
    read(feed(entry(1, id=address(1) + here, link=address(1) + here)))

    report = read(feed(entry(1, id=other + there, link=other + there)), url=SIBLING)

    assert actions(report) == ["unchanged"]
    assert report.entries[0].id == address(1) + here
    assert "credited" in report.entries[0].reasons[0]
    assert Entry.objects.get().atom_id == address(1) + here
    first, second = Sighting.objects.order_by("pk")
    assert (first.leads, second.leads) == (True, False)
    assert second.guid == other + there
    assert second.entry == first.entry


def test_the_changes_of_a_sibling_are_not_merged(read, dump):
    read(feed(entry(1, "<p>The whole text.</p>")))
    read(feed(entry(1, "<p>The whole…</p>")), url=SIBLING)

    report = read(feed(entry(1, "<p>The wh…</p>", title="Shorter", categories="x")), url=SIBLING)

    assert actions(report) == ["unchanged"]
    assert "another feed leads" in report.entries[0].reasons[0]
    post = Entry.objects.get()
    assert (post.title, post.content) == ("Post 1", "<p>The whole text.</p>")
    assert not post.tags.exists()
    before = dump()
    read(feed(entry(1, "<p>The wh…</p>", title="Shorter", categories="x")), url=SIBLING)
    assert dump() == before


def test_two_posts_of_one_feed_whose_ids_vary_only_in_scheme_are_two(read, dump):
    both = feed(entry(1), entry(2, id=address(1).replace("https", "http")))

    assert actions(read(both)) == ["created", "created"]
    before = dump()
    assert actions(read(both)) == ["unchanged", "unchanged"]
    assert dump() == before


def test_an_entry_whose_id_has_changed_is_known_by_its_link(read):
    read(feed(entry(1)))

    report = read(feed(entry(1, id="urn:uuid:1", title="Revised")))

    assert actions(report) == ["updated"]
    assert report.entries[0].reasons[0] == "known by its link"
    assert Entry.objects.get().atom_id == address(1)
    assert Sighting.objects.get().guid == "urn:uuid:1"
    assert actions(read(feed(entry(1, id="urn:uuid:1", title="Again")))) == ["updated"]
    assert Entry.objects.count() == 1


def test_an_entry_whose_id_and_link_have_changed_is_known_by_title_and_date(read):
    read(feed(entry(1)))

    report = read(feed(entry(1, "<p>New.</p>", id="urn:uuid:1", link=f"{SITE}/moved/")))

    assert actions(report) == ["updated"]
    assert report.entries[0].reasons[0] == "known by its title and date"
    post = Entry.objects.get()
    assert (post.atom_id, post.canonical_url) == (address(1), f"{SITE}/moved/")


def test_entries_that_link_to_one_page_are_not_one_entry(read):
    page = f"{SITE}/podcast/"
    posts = [entry(n, id=f"tag:blog.example,2024:{n}", link=page) for n in (1, 2, 3)]

    assert actions(read(feed(*posts))) == ["created"] * 3
    assert actions(read(feed(*posts[:1]))) == ["unchanged"]
    assert actions(read(feed(entry(4, id="tag:blog.example,2024:4", link=page)))) == ["created"]
    assert Entry.objects.count() == 4


@pytest.mark.parametrize(
    "newer_first", [True, False], ids=["the newer comes first", "the newer comes last"]
)
def test_of_an_entry_that_stands_twice_the_newest_counts(read, newer_first, dump):
    old = entry(1, "<p>Old.</p>")
    new = entry(1, "<p>New.</p>", updated="2024-03-20T12:00:00Z")
    both = feed(*([new, old] if newer_first else [old, new]))

    report = read(both)

    assert sorted(actions(report)) == ["created", "skipped"]
    assert Entry.objects.get().content == "<p>New.</p>"
    before = dump("ImportLine")
    read(both)
    assert dump("ImportLine") == before


SHARED = "https://blog.example/"


def shared(number, html=None):
    return entry(number, html, id=SHARED)


@pytest.mark.parametrize("apart", [0, 250], ids=["in one batch", "in different batches"])
def test_two_entries_with_one_id_both_stay(read, apart, dump):
    between = [entry(n) for n in range(10, 10 + apart)]
    documents = [
        feed(shared(1), *between, shared(2)),
        feed(shared(1), *between, shared(2)),
        feed(shared(2), *between, shared(1)),
        feed(shared(2)),
        feed(shared(1)),
        feed(*between, shared(2), shared(1)),
    ]
    report = read(documents[0])
    assert report.created == apart + 2
    ids = dict(Entry.objects.values_list("title", "atom_id"))
    assert ids["Post 1"] == SHARED
    assert ids["Post 2"].startswith("tag:testserver,")
    before = dump()

    for document in documents[1:]:
        assert set(actions(read(document))) == {"unchanged"}

    assert dump() == before


@pytest.mark.parametrize("order", list(itertools.permutations([1, 2])))
def test_an_id_that_is_given_to_a_second_entry_later_does_not_mix_the_two(read, order):
    read(feed(shared(1)))

    read(feed(*[shared(n) for n in order]))
    read(feed(shared(2, "<p>Revised.</p>")))

    texts = dict(Entry.objects.values_list("title", "content"))
    assert texts == {"Post 1": "<p>Text of post 1.</p>", "Post 2": "<p>Revised.</p>"}


def test_a_third_entry_with_a_shared_id_is_its_own(read):
    read(feed(shared(1), shared(2)))

    read(feed(shared(3)))
    read(feed(shared(1)))

    assert set(Entry.objects.values_list("title", flat=True)) == {"Post 1", "Post 2", "Post 3"}


@pytest.mark.parametrize("guid", ["1234", "p=17", "/2024/post", "not an iri", "", None])
def test_an_entry_without_a_usable_id_gets_one_once(read, guid, dump):
    document = feed(entry(1, id=guid))
    report = read(document)
    atom_id = Entry.objects.get().atom_id
    assert atom_id.startswith("tag:testserver,")
    assert any("given a new id" in reason for reason in report.entries[0].reasons)
    before = dump()

    assert actions(read(document)) == ["unchanged"]

    assert dump() == before
    read(feed(entry(1, id=guid, title="Revised")))
    assert Entry.objects.get().atom_id == atom_id


def test_an_id_that_is_no_iri_says_nothing_outside_its_source(read):
    read(feed(entry(1, id="17")))

    report = read(feed(entry(2, id="17")), url="https://other.example/feed.atom")

    assert actions(report) == ["created"]
    assert Entry.objects.count() == 2


STATED = ("id", "link", "title", "published")


@pytest.mark.parametrize(
    "missing",
    [names for n in range(1, 5) for names in itertools.combinations(STATED, n)],
    ids=" and ".join,
)
def test_an_entry_may_lack_anything(read, missing, dump):
    lacks = dict.fromkeys(missing) | ({"updated": None} if "published" in missing else {})
    document = feed(entry(1, **lacks), entry(2))

    report = read(document)

    assert actions(report) == ["created", "created"]
    assert Entry.objects.count() == 2
    before = dump()
    assert actions(read(document)) == ["unchanged", "unchanged"]
    assert dump() == before
    post = Entry.objects.exclude(title="Post 2").get()
    assert post.atom_id
    assert post.slug
    assert post.content == "<p>Text of post 1.</p>"


def test_an_undated_entry_keeps_the_moment_in_which_it_was_seen_first(read, time_machine):
    time_machine.move_to("2024-05-01T10:00:00Z", tick=False)
    head = feed(entry(1, published=None, updated=None)).replace(
        b"<updated>2024-03-09T12:00:00Z</updated>", b""
    )
    read(head)
    seen = timezone.now()

    time_machine.move_to("2024-06-01T10:00:00Z", tick=False)
    read(head)
    read(head.replace(b"Text of", b"New text of"))

    post = Entry.objects.get()
    assert "New text" in post.content
    assert post.published == post.updated == seen
    assert Sighting.objects.get().dated_by == "first seen"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://Blog.example/a", "http://blog.example:80/a"),
        ("https://blog.example/a", "https://blog.example:443/a#atom-tag"),
        ("https://blog.example", "https://blog.example/"),
        ("https://blog.example/a?utm_source=x&b=1", "https://blog.example/a?b=1"),
    ],
)
def test_variations_of_an_address_are_equal(one, other):
    assert without_variations(one) == without_variations(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://blog.example/a", "https://blog.example/A"),
        ("https://blog.example/?p=1", "https://blog.example/?p=2"),
        ("https://blog.example/a#one", "https://blog.example/a#two"),
        ("https://blog.example:8000/", "https://blog.example/"),
        ("http://[", "http://]"),
    ],
)
def test_addresses_that_differ_stay_different(one, other):
    assert without_variations(one) != without_variations(other)


@pytest.mark.parametrize(
    "guid", ["a b:c", "1:2", "tag:x\ud800", "urn:\uffff", "https://x/" + "ü" * 1000, "//x", ""]
)
def test_what_is_no_iri_is_no_usable_id(guid):
    assert not is_usable_id(guid)
