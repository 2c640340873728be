"""Entries, their addresses and their tags; what is kept beside them is what a count gives."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from entries.importing.fetching.fetched import Fetched
from entries.importing.importer import import_document
from entries.lib.slugs import free_slug
from entries.models import Entry, Sighting, Source, Tag, TaggedEntry, TagName, fold, tags_by_name
from tests.importing.atom import FEED, entry, feed


def names(post):
    return list(post.tags.names())


def test_tags_keep_their_order_and_fold_to_one(make_entry):
    post = make_entry(tags=["B", "a"])
    assert names(post) == ["B", "a"]

    post.tags.add("c", "b")
    assert names(post) == ["B", "a", "c"]

    post.tags.remove("A")
    assert names(post) == ["B", "c"]

    post.tags.set(["c", "B"])
    assert names(post) == ["c", "B"]

    post.tags.clear()
    assert names(post) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Python", "pYTHON"),
        ("Straße", "STRASSE"),
        ("café", "cafe\N{COMBINING ACUTE ACCENT}"),
        ("free  threading", " free threading\n"),
        ("ΣΊΣΥΦΟΣ", "σίσυφος"),
    ],
)
def test_spellings_of_one_name_fold_to_one(one, other):
    assert fold(one) == fold(other)


@pytest.mark.parametrize(("one", "other"), [("c", "c++"), ("cafe", "café"), ("ab", "a b")])
def test_names_that_differ_stay_different(one, other):
    assert fold(one) != fold(other)


def test_tags_whose_slugs_are_equal_get_one_each(db):
    tags = tags_by_name(["c++", "c", "c#", "C plus plus", "日本", "!", "?"])

    slugs = [tag.slug for tag in tags.values()]
    assert slugs == ["c-plus-plus", "c", "c-sharp", "c-plus-plus-2", "日本", "tag", "tag-2"]


def test_a_tag_is_known_by_every_name_it_had(make_entry):
    make_entry(tags=["py"])
    tag = Tag.objects.get()
    tag.name = "Python"
    tag.save()

    second = make_entry(tags=["PY"])

    assert names(second) == ["Python"]
    assert set(TagName.objects.values_list("folded", flat=True)) == {"py", "python"}


@pytest.mark.parametrize("number", [1, 20])
def test_setting_tags_takes_the_same_queries_for_any_number(make_entry, number):
    post = make_entry(tags=["old"])

    with CaptureQueriesContext(connection) as queries:
        post.set_tags([f"tag {n}" for n in range(number)])

    # On PostgreSQL one more takes the lock on the names of tags.
    assert len(queries) == 19 + (connection.vendor == "postgresql")


def test_live_entries_are_those_that_are_due(make_entry):
    now = timezone.now()
    due = make_entry(published=now - timedelta(hours=1))
    make_entry(published=now + timedelta(hours=1))
    for status in (Entry.Status.DRAFT, Entry.Status.REJECTED):
        make_entry(status=status)

    assert list(Entry.objects.live()) == [due]


def test_a_tag_counts_the_entries_that_are_due(make_entry):
    make_entry(tags=["a"])
    make_entry(tags=["a", "b"], published=timezone.now() + timedelta(hours=1))
    make_entry(tags=["a", "c"], status=Entry.Status.DRAFT)

    assert dict(Tag.objects.public().values_list("name", "count")) == {"a": 1}
    assert dict(Tag.objects.values_list("name", "live_count")) == {"a": 2, "b": 1, "c": 0}


def test_an_address_is_unique_in_its_day(make_entry):
    noon = datetime(2024, 3, 9, 12, tzinfo=UTC)
    posts = [make_entry(title="Same", published=noon) for _ in range(3)]
    other_day = make_entry(title="Same", published=noon + timedelta(days=1))

    assert [post.slug for post in posts] == ["same", "same-2", "same-3"]
    assert other_day.slug == "same"
    with pytest.raises(IntegrityError), transaction.atomic():
        Entry.objects.filter(pk=posts[0].pk).update(slug="same-2")


def test_a_numbered_slug_is_no_longer_than_a_slug_may_be():
    wish = "x" * 200

    assert free_slug(wish, {wish, "x" * 198 + "-2"}) == "x" * 198 + "-3"


def test_an_address_stays_when_the_date_moves(make_entry):
    post = make_entry(title="Post", published=datetime(2024, 3, 9, 12, tzinfo=UTC))

    post.published = datetime(2024, 4, 1, tzinfo=UTC)
    post.save()
    assert post.get_absolute_url() == "/2024/Mar/9/post/"

    post.move_to_published()
    assert post.get_absolute_url() == "/2024/Apr/1/post/"


def test_a_new_entry_is_given_an_id_once(make_entry, settings):
    post = make_entry()
    minted = post.atom_id
    assert minted.startswith("tag:testserver,")

    settings.SITE_URL = "https://moved.example"
    post.title, post.slug = "Other", "other"
    post.save()

    post.refresh_from_db()
    assert post.atom_id == minted


def test_a_deleted_entry_leaves_its_tombstone(db):
    import_document(Fetched(FEED, feed(entry(1)), url=FEED))

    Entry.objects.get().delete()

    assert Sighting.objects.get().entry is None


def test_a_source_is_known_by_http_and_https_alike(db):
    source = Source.objects.create(url="http://blog.example/feed")

    assert Source.objects.known_as("https://blog.example/feed") == source
    assert Source.objects.known_as("https://blog.example/other") is None
    assert Source.objects.known_as("file:///feed") is None


TAGS = ["a", "A", "b", "c", "ß", "ss"]
LISTS = st.lists(st.sampled_from(TAGS), max_size=3)
WHICH = st.integers(0, 3)
STATUSES = st.sampled_from(Entry.Status.values)
ACTIONS = st.one_of(
    st.tuples(st.just("import"), st.lists(LISTS, max_size=4)),
    st.tuples(st.just("save"), WHICH, STATUSES, st.integers(-2, 2)),
    st.tuples(st.sampled_from(["set_tags", "add", "remove", "set"]), WHICH, LISTS),
    st.tuples(st.just("clear"), WHICH),
    st.tuples(st.just("set_status"), st.lists(WHICH, max_size=3), STATUSES),
    st.tuples(st.sampled_from(["delete", "delete_all"]), WHICH),
    st.tuples(st.just("rename"), WHICH, st.sampled_from(["d", "B", "é"])),
)


class KeptValuesTest(TestCase):
    @given(st.lists(ACTIONS, max_size=8))
    def test_what_is_kept_beside_the_truth_is_what_a_recount_gives(self, actions):
        self.import_feed([["a", "b"], ["A"], []])
        for action in actions:
            self.do(*action)

            for tag in Tag.objects.all():
                live = tag.taggings.filter(content_object__status=Entry.Status.LIVE)
                assert tag.live_count == live.count(), (action, tag)
            for tagging in TaggedEntry.objects.select_related("content_object"):
                post = tagging.content_object
                assert tagging.live == (post.status == Entry.Status.LIVE)
                assert tagging.published == post.published

    def import_feed(self, tags):
        posts = [entry(n, categories="|".join(terms)) for n, terms in enumerate(tags)]
        import_document(Fetched(FEED, feed(*posts), url=FEED))

    def do(self, what, *arguments):
        if what == "import":
            self.import_feed(*arguments)
            return
        which, *values = arguments
        posts = list(Entry.objects.order_by("pk"))
        if what == "set_status":
            pks = [posts[n].pk for n in which if n < len(posts)]
            Entry.objects.filter(pk__in=pks).set_status(*values)
        elif what == "delete_all":
            Entry.objects.filter(title=f"Post {which}").delete()
        elif what == "rename":
            self.rename(which, *values)
        elif which < len(posts):
            self.change(posts[which], what, *values)

    def change(self, post, what, *values):
        if what == "save":
            post.status, days = values
            post.published += timedelta(days=days)
            post.save()
        elif what == "set_tags":
            post.set_tags(*values)
        elif what == "delete":
            post.delete()
        elif what == "set":
            post.tags.set(*values)
        else:
            getattr(post.tags, what)(*(values[0] if values else ()))

    def rename(self, which, name):
        tags = list(Tag.objects.order_by("pk"))
        taken = TagName.objects.filter(folded=fold(name)).exists()
        if which < len(tags) and not taken:
            tags[which].name = name
            tags[which].save()
