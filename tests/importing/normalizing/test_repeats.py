"""Posts of one document with different content are different entries, even with equal ids."""

import itertools
from xml.sax.saxutils import escape

import pytest

from entries.models import Entry, Sighting, UpstreamChange

SHARED, OWN, NONE = "shared", "own", "none"
HOW = (SHARED, OWN, NONE)
TEXTS = ["The first of all posts.", "Another one.", "Something else, the third."]
numbers = itertools.count(1)


class Blog:
    """An RSS feed whose posts share some of what they state; `site` is a host of its own."""

    def __init__(self, guid=NONE, link=NONE, title=NONE, date=NONE):
        self.how = {"guid": guid, "link": link, "title": title, "pubDate": date}
        self.site = f"https://blog-{next(numbers)}.example"
        self.url = f"{self.site}/feed.xml"
        self.head = ""

    def value(self, name, number):
        return {
            "guid": f"{self.site}/?p={number}",
            "link": f"{self.site}/posts/{number}/",
            "title": f"Title {number}",
            "pubDate": f"Sat, {number + 1:02} Mar 2024 12:00:00 GMT",
        }[name]

    def item(self, number, text):
        stated = [
            f"<{name}>{self.value(name, 0 if how == SHARED else number)}</{name}>"
            for name, how in self.how.items()
            if how != NONE
        ]
        return f"<item>{''.join(stated)}<description>{escape(text)}</description></item>"

    def feed(self, *posts):
        items = "".join(self.item(number, text) for number, text in posts)
        return (
            f'<rss version="2.0"><channel><title>A blog</title><link>{self.site}/</link>'
            f"{self.head}{items}</channel></rss>"
        ).encode()

    def texts(self):
        posts = Entry.objects.filter(source__url=self.url)
        return sorted(text[3:-4] for text in posts.values_list("content", flat=True))

    def ids(self):
        posts = Entry.objects.filter(source__url=self.url)
        return dict(posts.values_list("content", "atom_id"))


POSTS = list(enumerate(TEXTS, start=1))


@pytest.mark.parametrize("link", HOW)
@pytest.mark.parametrize("guid", HOW)
def test_every_post_is_an_entry_and_found_again(read, guid, link):
    for title, date in itertools.product(HOW, HOW):
        blog = Blog(guid, link, title, date)

        report = read(blog.feed(*POSTS), url=blog.url)

        assert report.created == len(POSTS), blog.how
        assert blog.texts() == sorted(TEXTS)
        ids = blog.ids()
        assert len(set(ids.values())) == len(POSTS)
        for order in (POSTS, POSTS[::-1], POSTS[1:]):
            assert read(blog.feed(*order), url=blog.url).unchanged == len(order), blog.how
        # The feed's own fields changed, so every entry is merged again.
        blog.head = "<language>de</language>"
        report = read(blog.feed(*POSTS[::-1]), url=blog.url)
        assert (report.created, report.conflicts) == (0, 0), blog.how
        assert blog.ids() == ids


@pytest.mark.parametrize("link", HOW)
@pytest.mark.parametrize("guid", HOW)
def test_a_post_that_upstream_edits_takes_the_place_of_no_other(read, guid, link):
    for title, date in itertools.product(HOW, HOW):
        blog = Blog(guid, link, title, date)
        read(blog.feed(*POSTS), url=blog.url)
        ids = blog.ids()

        report = read(blog.feed(POSTS[2], (2, "Edited upstream."), POSTS[0]), url=blog.url)

        now = blog.ids()
        for _, text in (POSTS[0], POSTS[2]):
            assert now[f"<p>{text}</p>"] == ids[f"<p>{text}</p>"], blog.how
        if SHARED in (title, date) and date != NONE and (title != NONE or guid != NONE):
            assert report.updated == 1, blog.how
        if report.updated:
            assert now["<p>Edited upstream.</p>"] == ids[f"<p>{TEXTS[1]}</p>"], blog.how
        else:
            # It cannot be told from a new post.
            assert (report.created, len(now)) == (1, 4), blog.how


@pytest.mark.parametrize("link", HOW)
@pytest.mark.parametrize("guid", HOW)
def test_a_new_post_takes_the_place_of_none_that_has_left_the_feed(read, guid, link):
    for title, date in itertools.product(HOW, (OWN, NONE)):
        blog = Blog(guid, link, title, date)
        read(blog.feed(*POSTS[:2]), url=blog.url)

        read(blog.feed(POSTS[2], POSTS[0]), url=blog.url)

        assert blog.texts() == sorted(TEXTS), blog.how


@pytest.mark.parametrize("guid", HOW)
def test_what_is_stated_twice_is_one_entry(read, guid):
    for link, title, date in itertools.product((SHARED, NONE), HOW, (SHARED, NONE)):
        blog = Blog(guid, link, title, date)

        report = read(blog.feed(POSTS[0], POSTS[0], POSTS[1]), url=blog.url)

        assert (report.created, report.skipped) == (2, 1), blog.how
        reasons = [line.reasons for line in report.entries if line.action == "skipped"]
        assert reasons == [["the feed states it twice; the newest counts"]]


@pytest.mark.parametrize("apart", [5, 250], ids=["in one batch", "in different batches"])
def test_many_posts_of_one_title_are_all_kept(read, apart, dump):
    blog = Blog(guid=SHARED, link=SHARED, title=SHARED)
    posts = [(number, f"Post of the number {number}.") for number in range(apart)]

    assert read(blog.feed(*posts), url=blog.url).created == apart

    before = dump()
    assert read(blog.feed(*reversed(posts)), url=blog.url).unchanged == apart
    assert dump() == before


def test_two_untitled_notes_with_one_id_are_two(read):
    blog = Blog(guid=SHARED, date=OWN)

    read(blog.feed(*POSTS[:2]), url=blog.url)

    first, second = Entry.objects.order_by("pk")
    assert first.atom_id == f"{blog.site}/?p=0"
    assert second.atom_id.startswith("tag:testserver,")


def test_an_editors_decisions_stay_with_their_posts(read):
    blog = Blog(guid=SHARED, title=SHARED, date=SHARED)
    read(blog.feed(*POSTS), url=blog.url)
    first, second, _ = Entry.objects.order_by("pk")
    first.delete()
    second.title = "Ours"
    second.save()

    read(blog.feed(POSTS[2], POSTS[1], POSTS[0]), url=blog.url)

    assert blog.texts() == sorted(TEXTS[1:])
    assert Entry.objects.get(pk=second.pk).title == "Ours"
    assert not UpstreamChange.objects.exists()
    assert Sighting.objects.filter(entry=None).count() == 1


def test_posts_with_nothing_but_an_enclosure_are_told_apart(read):
    blog = Blog(title=SHARED)
    items = [
        f'<item><title>Track</title><enclosure url="{blog.site}/{n}.mp3" type="audio/mpeg"/></item>'
        for n in range(3)
    ]
    blog.head = "".join(items)

    assert read(blog.feed(), url=blog.url).created == 3
    assert read(blog.feed(), url=blog.url).unchanged == 3
