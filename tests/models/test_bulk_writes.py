"""However entries are written, what repeats them is what a rebuild from nothing would make."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError
from django.db.models import F
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from entries.curating.upstream_changes import accept
from entries.models import (
    Entry,
    OldAddress,
    SearchDocument,
    Source,
    Tag,
    TaggedEntry,
    UpstreamChange,
)
from entries.models.path_key import path_key, plain_path_of
from entries.models.search_document import read_documents
from entries.models.withdrawal import Withdrawal

PAST = datetime(2024, 3, 9, 12, tzinfo=UTC)
FUTURE = datetime(2124, 3, 9, 12, tzinfo=UTC)
URLS = ["", "https://a.example/one", "https://a.example/two/", "no address"]
TAGS = ["a", "b", "C"]

numbers = itertools.count()


def drifted():
    """What is kept beside entries and differs from what a rebuild gives, by what it is."""
    entries = {entry.pk: entry for entry in Entry.objects.all()}
    taggings = list(TaggedEntry.objects.order_by("pk"))
    live = {pk for pk, entry in entries.items() if entry.status == Entry.Status.LIVE}
    counts = {tag.pk: 0 for tag in Tag.objects.all()}
    for tagging in taggings:
        counts[tagging.tag_id] += tagging.content_object_id in live
    documents = read_documents(Entry.objects.order_by())
    public = {e.atom_id for e in entries.values() if e.is_public}
    return {
        "taggings": [
            row.pk
            for row in taggings
            if (row.live, row.published)
            != (row.content_object_id in live, entries[row.content_object_id].published)
        ],
        "counts": {
            tag.name: (tag.live_count, counts[tag.pk])
            for tag in Tag.objects.all()
            if tag.live_count != counts[tag.pk]
        },
        "documents": {row["entry_id"]: row for row in documents}
        != {row["entry_id"]: row for row in SearchDocument.objects.values(*documents[0])}
        if documents
        else SearchDocument.objects.exists(),
        "keys": [
            entry.pk
            for entry in entries.values()
            if (entry.original_key, entry.id_key) != keys(entry)
        ],
        "withdrawals": public & set(Withdrawal.objects.values_list("atom_id", flat=True)),
    }


def keys(entry):
    original, by_id = plain_path_of(entry.canonical_url), plain_path_of(entry.atom_id)
    by_id = "" if by_id == original else by_id
    return tuple(path_key(path) if path else None for path in (original, by_id))


def lists_left(before):
    """The entries that the public could see, can see no longer, and of which no list tells."""
    public = {entry.atom_id for entry in Entry.objects.live()}
    return before - public - set(Withdrawal.objects.values_list("atom_id", flat=True))


fields = st.fixed_dictionaries(
    {},
    optional={
        "status": st.sampled_from(Entry.Status.values),
        "kind": st.sampled_from(Entry.Kind.values),
        "published": st.sampled_from([PAST, PAST - timedelta(days=40), FUTURE]),
        "title": st.sampled_from(["", "A title", "Another"]),
        "content": st.sampled_from(["", "<p>Words.</p>"]),
        "canonical_url": st.sampled_from(URLS),
    },
)
some = st.lists(st.integers(0, 5), min_size=1, max_size=4)
doors = st.one_of(
    st.tuples(st.just("update"), some, fields),
    st.tuples(st.just("bulk_update"), some, fields),
    st.tuples(st.just("upsert"), some, fields),
    st.tuples(st.just("save"), some, fields),
    st.tuples(st.just("create"), some, fields),
    st.tuples(st.just("delete"), some, st.just({})),
    st.tuples(st.just("tag"), some, st.just({})),
    st.tuples(st.just("accept"), some, st.sampled_from(URLS)),
)


def write(door, places, values):
    """Go through one of the doors with some of the entries that there are."""
    stored = list(Entry.objects.order_by("pk"))
    chosen = {stored[place % len(stored)].pk for place in places} if stored else set()
    entries = Entry.objects.filter(pk__in=chosen)
    if door == "update":
        entries.update(**values)
    elif door == "create":
        Entry.objects.bulk_create(
            Entry(slug=f"new-{next(numbers)}", day=PAST.date(), published=PAST, **values_of(values))
            for _ in places
        )
    elif door == "delete":
        entries.delete()
    elif door == "tag":
        for entry in entries:
            entry.set_tags([TAGS[place % len(TAGS)] for place in places])
    elif door == "accept":
        UpstreamChange.objects.all().delete()
        accept(
            [
                entry.changes.create(field="canonical_url", base="", theirs=values)
                for entry in entries
            ]
        )
    else:
        rows = list(entries)
        for entry in rows:
            for name, value in values.items():
                setattr(entry, name, value)
        if door == "save":
            for entry in rows:
                entry.save()
        elif door == "bulk_update" and values:
            Entry.objects.bulk_update(rows, list(values))
        elif door == "upsert" and values:
            Entry.objects.bulk_create(
                rows, update_conflicts=True, unique_fields=["pk"], update_fields=list(values)
            )


def values_of(values):
    return {name: value for name, value in values.items() if name != "published"}


@given(writes=st.lists(doors, min_size=1, max_size=6))
def test_no_way_to_write_entries_leaves_anything_stale(make_entry, writes):
    Entry.objects.all().delete()
    Withdrawal.objects.all().delete()
    for number in range(4):
        make_entry(tags=TAGS[: number % 3], status=list(Entry.Status)[number % 3])

    for door, places, values in writes:
        public = {entry.atom_id for entry in Entry.objects.live()}
        write(door, places, values)

        assert not any(drifted().values()), (door, drifted())
        assert lists_left(public) == set()


@pytest.mark.parametrize("status", ["draft", "rejected"])
def test_an_updated_status_takes_an_entry_off_its_tags_page_and_feed(make_entry, client, status):
    entry = make_entry(tags=["a"])
    make_entry(tags=["a"])

    Entry.objects.filter(pk=entry.pk).update(status=status)

    assert entry.title not in client.get("/tags/a/").content.decode()
    assert entry.title not in client.get("/tags/a.atom").content.decode()
    assert Tag.objects.get().live_count == 1


def test_an_updated_address_leads_on(make_entry, client):
    entry = make_entry(slug="old")
    draft = make_entry(slug="draft", status="draft")
    taken = make_entry(slug="taken")

    Entry.objects.filter(pk=entry.pk).update(slug="new")
    Entry.objects.filter(pk=draft.pk).update(day="2024-03-10")

    assert client.get("/2024/Mar/9/old/").headers["Location"] == "/2024/Mar/9/new/"
    assert set(OldAddress.objects.values_list("path", "entry")) == {
        ("/2024/Mar/9/old", entry.pk),
        ("/2024/Mar/9/draft", draft.pk),
    }
    Entry.objects.filter(pk=entry.pk).update(slug="old")
    assert OldAddress.objects.get(entry=entry).path == "/2024/Mar/9/new"
    with pytest.raises(IntegrityError):
        Entry.objects.filter(pk=taken.pk).update(slug="old")


def test_an_update_says_when(make_entry):
    entry = make_entry()
    before = entry.modified_at

    Entry.objects.update(status="draft")
    entry.refresh_from_db()

    assert entry.modified_at > before
    Entry.objects.update(modified_at=before)
    entry.refresh_from_db()
    assert entry.modified_at == before


def test_an_update_may_be_of_what_is_stored(make_entry):
    make_entry(tags=["a"], updated=PAST - timedelta(days=3))

    Entry.objects.update(published=F("updated"))

    assert TaggedEntry.objects.get().published == PAST - timedelta(days=3)


def test_an_update_takes_as_many_queries_for_1_entry_as_for_50(
    make_entries, django_assert_max_num_queries
):
    source = Source.objects.create(url="https://a.example/feed")
    entries = make_entries({"tags": ["x", f"t{n}"], "slug": f"s-{n}"} for n in range(51))

    def queries(some, **values):
        with django_assert_max_num_queries(60) as captured:
            Entry.objects.filter(pk__in=[entry.pk for entry in some]).update(**values)
        return len(captured)

    for n, values in enumerate(
        [
            {"status": "draft"},
            {"published": PAST - timedelta(days=1)},
            {"day": "2024-03-11"},
            {"canonical_url": "https://a.example/x"},
            {"source": source, "kind": "link"},
            {"status": "live", "published": timezone.now(), "day": "2024-03-12"},
        ]
    ):
        assert queries(entries[:1], **values) == queries(entries[1:], **values), n


def test_entries_made_together_are_as_those_made_one_by_one(make_entry, make_entries):
    fields = {"title": "Same", "content": "<p>One.</p>", "tags": ["a", "b"], "published": PAST}

    made = [make_entry(**fields), make_entry(**fields), *make_entries(2, **fields)]

    assert [entry.slug for entry in made] == ["same", "same-2", "same-3", "same-4"]
    assert {tuple(entry.tags.names()) for entry in made} == {("a", "b")}
    documents = SearchDocument.objects.values_list("title", "terms", "text")
    assert (documents.count(), documents.distinct().count()) == (4, 1)
    taggings = TaggedEntry.objects.values_list("live", "published")
    assert (taggings.count(), taggings.distinct().count()) == (8, 1)
    assert set(Tag.objects.values_list("live_count", flat=True)) == {4}
