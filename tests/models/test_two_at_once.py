"""Two who write at the same moment: nothing is lost, nothing drifts, nobody sees an error.

Each race is run in one order: one of the two writes and has not committed yet, the other comes
and waits for a lock, the first commits. Only PostgreSQL lets two begin to write; what SQLite does
is seen in numbers, by tests/stress.
"""

import sqlite3
import threading
from contextlib import contextmanager

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, connection, transaction
from django.test import Client

from entries.curating.duplicate_entries import EntryMergeError, merge_entries
from entries.curating.duplicate_tags import MergeError, merge_tags, pass_on_names
from entries.curating.upstream_changes import accept
from entries.models import Entry, MergedEntry, SearchDocument, Source, Tag, UpstreamChange
from entries.models.locking import MAX_TRIES, is_momentary, lock_entries, retry_deadlocks
from entries.models.search_document import read_documents
from tests.admin.conftest import form_data
from tests.rivals import MAX_SECONDS, Rival, while_uncommitted

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("kept_values_are_true"),
]


@pytest.fixture
def postgres():
    if connection.vendor != "postgresql":
        pytest.skip("SQLite lets nobody begin to write while another does")


@pytest.fixture
def editor(db):
    """Somebody who has signed in at the desk, and can be asked from any thread."""
    client = Client()
    client.force_login(User.objects.create_superuser("editor"))
    return client


def names(entry):
    return list(entry.tags.names())


def act(client, action, *entries, **more):
    data = {"action": action, "_selected_action": [entry.pk for entry in entries], "index": 0}
    return client.post("/admin/entries/entry/", data | more)


def change_url(row):
    return f"/admin/entries/{row._meta.model_name}/{row.pk}/change/"


@pytest.fixture
def kept_values_are_true():
    """After the test: what is kept beside the truth is what can be made of it anew."""
    yield
    for tag in Tag.objects.all():
        live = tag.taggings.filter(content_object__status=Entry.Status.LIVE)
        assert tag.live_count == live.count(), tag
    for document in read_documents(Entry.objects.order_by()):
        stored = SearchDocument.objects.filter(entry=document["entry_id"]).values(*document)
        assert stored.get() == document


def test_a_bulk_action_keeps_the_tags_that_an_editor_saves(postgres, make_entry, editor):
    post = make_entry(tags=["a"])

    response = while_uncommitted(
        lambda: post.set_tags(["a", "typed"]),
        lambda: act(editor, "add_tags", post, tag_names="bulk"),
    )

    assert response.status_code == 302
    assert names(post) == ["a", "typed", "bulk"]


def test_two_bulk_actions_both_count(postgres, make_entry, editor):
    posts = [make_entry(tags=["a", "b"]) for _ in range(3)]

    while_uncommitted(
        lambda: act(editor, "remove_tags", *posts, tag_names="a"),
        lambda: act(editor, "add_tags", *reversed(posts), tag_names="c"),
    )

    assert [names(post) for post in posts] == [["b", "c"]] * 3


def test_a_status_given_in_bulk_shows_in_tags_given_meanwhile(postgres, make_entry, editor):
    post = make_entry(tags=["a"], status=Entry.Status.DRAFT)

    while_uncommitted(
        lambda: post.set_tags(["a", "b"]),
        lambda: act(editor, "publish", post),
    )

    assert set(Tag.objects.values_list("name", "live_count")) == {("a", 1), ("b", 1)}


def test_what_two_entries_add_to_one_tag_is_counted(postgres, make_entry):
    one, other = make_entry(), make_entry(tags=["shared"])
    other.set_tags([])

    while_uncommitted(
        lambda: one.set_tags(["shared"]),
        lambda: other.set_tags(["shared"]),
    )

    assert Tag.objects.get().live_count == 2


def test_saving_a_tag_leaves_its_count_alone(postgres, make_entry, editor):
    make_entry(tags=["shared"])
    other = make_entry()
    tag = Tag.objects.get()
    page = editor.get(change_url(tag))

    while_uncommitted(
        lambda: other.set_tags(["shared"]),
        lambda: editor.post(change_url(tag), form_data(page) | {"description": "Both."}),
    )

    tag.refresh_from_db()
    assert (tag.live_count, tag.description) == (2, "Both.")


@pytest.mark.parametrize("spelling", ["new", "NEW"])
def test_two_who_make_one_tag_get_one(postgres, make_entry, spelling):
    one, other = make_entry(), make_entry()

    while_uncommitted(lambda: one.set_tags(["new"]), lambda: other.set_tags([spelling]))

    assert Tag.objects.get().live_count == 2


def test_two_who_make_tags_with_one_slug_get_two(postgres, make_entry):
    one, other = make_entry(), make_entry()

    while_uncommitted(lambda: one.set_tags(["c++"]), lambda: other.set_tags(["c plus plus"]))

    assert set(Tag.objects.values_list("name", "slug")) == {
        ("c++", "c-plus-plus"),
        ("c plus plus", "c-plus-plus-2"),
    }


def test_two_who_rename_tags_to_one_name_get_a_sentence(postgres, make_entry, editor):
    make_entry(tags=["one", "other"])
    one, other = Tag.objects.get(name="one"), Tag.objects.get(name="other")
    page = editor.get(change_url(other))
    one.name = "both"

    response = while_uncommitted(
        one.save,
        lambda: editor.post(change_url(other), form_data(page) | {"name": "Both"}),
    )

    assert "is already a name of the tag “both”" in response.content.decode()


def test_two_new_posts_with_one_address_get_one_each(postgres, make_entry, editor):
    page = editor.get("/admin/entries/entry/add/")
    sent = form_data(page) | {"title": "Same", "content": "x", "slug": "same"}
    sent |= {"published_0": "2024-03-09", "published_1": "12:00:00"}

    response = while_uncommitted(
        lambda: make_entry(title="Same"),
        lambda: editor.post("/admin/entries/entry/add/", sent, follow=True),
    )

    assert set(Entry.objects.values_list("slug", flat=True)) == {"same", "same-2"}
    messages = [str(message) for message in response.context["messages"]]
    assert sum("“same” is taken on that day" in message for message in messages) == 1
    assert len(messages) == 2


def test_a_tag_assigned_while_it_is_merged_becomes_the_other(postgres, make_entry):
    make_entry(tags=["js", "JavaScript"])
    js, javascript = Tag.objects.get(name="js"), Tag.objects.get(name="JavaScript")
    late = make_entry(tags=["x"])

    while_uncommitted(
        lambda: late.set_tags(["x", "js"]),
        lambda: merge_tags([js], javascript),
    )

    assert names(late) == ["x", "JavaScript"]
    assert not Tag.objects.filter(pk=js.pk).exists()


def test_a_tag_assigned_after_its_names_have_gone_is_the_other(postgres, make_entry):
    make_entry(tags=["js", "JavaScript"])
    js, javascript = Tag.objects.get(name="js"), Tag.objects.get(name="JavaScript")
    late = make_entry(tags=["x"])

    while_uncommitted(
        lambda: pass_on_names([js.pk], javascript),
        lambda: late.set_tags(["x", "js"]),
    )
    merge_tags([js], javascript)

    assert names(late) == ["x", "JavaScript"]


def test_two_tags_merged_into_each_other_leave_one(postgres, make_entry):
    post = make_entry(tags=["a", "b"])
    a, b = Tag.objects.get(name="a"), Tag.objects.get(name="b")

    with pytest.raises(MergeError, match="“a” was merged or deleted"):
        while_uncommitted(lambda: merge_tags([a], b), lambda: merge_tags([b], a))

    assert names(post) == ["b"]


def test_saving_a_tag_that_is_merged_meanwhile_says_so(postgres, make_entry, editor):
    make_entry(tags=["js", "JavaScript"])
    js, javascript = Tag.objects.get(name="js"), Tag.objects.get(name="JavaScript")
    page = editor.get(change_url(js))

    response = while_uncommitted(
        lambda: merge_tags([js], javascript),
        lambda: editor.post(change_url(js), form_data(page) | {"name": "ES"}, follow=True),
    )

    assert "doesn’t exist. Perhaps it was deleted?" in response.content.decode()
    assert list(Tag.objects.values_list("name", flat=True)) == ["JavaScript"]


def test_a_tag_deleted_while_it_is_assigned_is_gone(postgres, make_entry, editor):
    make_entry(tags=["old"])
    late = make_entry(tags=["x"])
    tag = Tag.objects.get(name="old")

    response = while_uncommitted(
        lambda: late.set_tags(["x", "old"]),
        lambda: editor.post(f"/admin/entries/tag/{tag.pk}/delete/", {"post": "yes"}),
    )

    assert response.status_code == 302
    assert names(late) == ["x"]


def test_a_tag_assigned_while_it_is_deleted_is_made_anew(postgres, make_entry):
    make_entry(tags=["old"])
    late = make_entry(tags=["x"])

    while_uncommitted(
        Tag.objects.filter(name="old").delete,
        lambda: late.set_tags(["x", "old"]),
    )

    assert names(late) == ["x", "old"]
    assert Tag.objects.get(name="old").live_count == 1


@pytest.mark.parametrize("action", ["publish", "add_tags", "delete_selected"])
def test_a_bulk_action_passes_over_what_is_deleted_meanwhile(postgres, make_entry, editor, action):
    stays, goes = make_entry(status=Entry.Status.DRAFT), make_entry(tags=["a"])

    response = while_uncommitted(
        Entry.objects.filter(pk=goes.pk).delete,
        lambda: act(editor, action, stays, goes, tag_names="b", post="yes"),
    )

    assert response.status_code == 302
    assert list(Entry.objects.all()) == ([] if action == "delete_selected" else [stays])


def test_saving_what_is_deleted_meanwhile_says_so(postgres, make_entry, editor):
    post = make_entry(tags=["a"])
    page = editor.get(change_url(post))

    response = while_uncommitted(
        Entry.objects.filter(pk=post.pk).delete,
        lambda: editor.post(change_url(post), form_data(page) | {"title": "New"}, follow=True),
    )

    assert "doesn’t exist. Perhaps it was deleted?" in response.content.decode()
    assert not Entry.objects.exists()


def test_of_two_who_save_one_form_the_second_is_told(postgres, make_entry, editor):
    post = make_entry(tags=["a"])
    page = form_data(editor.get(change_url(post)))

    response = while_uncommitted(
        lambda: editor.post(change_url(post), page | {"tag_names": "a, first"}),
        lambda: editor.post(change_url(post), page | {"tag_names": "a, second"}),
    )

    assert "This entry was saved elsewhere" in response.content.decode()
    assert "a, second" in response.content.decode()
    assert names(post) == ["a", "first"]


def test_saving_a_source_leaves_what_its_fetch_wrote(postgres, editor):
    source = Source.objects.create(url="https://example.org/feed", etag="old")
    page = editor.get(change_url(source))

    while_uncommitted(
        lambda: Source.objects.filter(pk=source.pk).update(etag="new", failures=0),
        lambda: editor.post(change_url(source), form_data(page) | {"default_author": "Ann"}),
    )

    source.refresh_from_db()
    assert (source.etag, source.default_author) == ("new", "Ann")


def test_two_who_merge_the_same_two_entries_get_a_sentence(postgres, make_entry):
    one, two, three = (make_entry(tags=["a"]) for _ in range(3))

    with pytest.raises(EntryMergeError, match="merged into another entry already"):
        while_uncommitted(lambda: merge_entries(two, one), lambda: merge_entries(two, three))

    assert MergedEntry.objects.get().into == one


def test_a_change_that_was_settled_meanwhile_is_not_taken(postgres, make_entry):
    post = make_entry(title="Ours")
    change = UpstreamChange.objects.create(entry=post, field="title", base="Base", theirs="Theirs")

    def mark_stored():
        lock_entries([post.pk])
        change.delete()

    assert (
        while_uncommitted(mark_stored, lambda: accept([UpstreamChange(pk=change.pk, entry=post)]))
        == 0
    )

    post.refresh_from_db()
    assert post.title == "Ours"


def test_one_of_two_that_wait_for_each_other_tries_again(postgres, make_entry):
    first, second = make_entry(), make_entry()
    both_hold_one = threading.Barrier(2, timeout=MAX_SECONDS)
    tries = []

    def crossing(*entries):
        tries.append(entries)
        is_first_try = len([one for one in tries if one == entries]) == 1
        with transaction.atomic():
            for entry in entries:
                lock_entries([entry.pk])
                if is_first_try and entry == entries[0]:
                    both_hold_one.wait()
        return "done"

    rivals = [
        Rival(lambda: retry_deadlocks(lambda: crossing(first, second))),
        Rival(lambda: retry_deadlocks(lambda: crossing(second, first))),
    ]

    assert [rival.result() for rival in rivals] == ["done", "done"]
    assert len(tries) == 3


def test_what_stays_wrong_is_raised_in_the_end(make_entry, no_pauses):
    post = make_entry()
    tries = []

    def wrong():
        tries.append(1)
        Entry.objects.create(title="Same id", atom_id=post.atom_id)

    with pytest.raises(IntegrityError):
        retry_deadlocks(wrong)
    assert len(tries) == MAX_TRIES


def test_an_error_of_another_kind_is_not_tried_again(transactional_db):
    tries = []

    def wrong():
        tries.append(1)
        with connection.cursor() as cursor:
            cursor.execute("SELECT * FROM no_such_table")

    with pytest.raises(Exception, match="no_such_table") as raised:
        retry_deadlocks(wrong)
    assert len(tries) == 1
    assert not is_momentary(raised.value)


@pytest.fixture
def impatient(transactional_db, no_pauses):
    """Let this connection wait for a lock no longer than a moment, as after many tries."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET lock_timeout = '20ms'")
    yield
    connection.close()


@contextmanager
def held(entry):
    """Somebody else writes this entry for as long as the block runs."""
    if connection.vendor == "sqlite":
        database = sqlite3.connect(connection.settings_dict["NAME"], uri=True)
        database.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            database.rollback()
            database.close()
        return
    holds, finished = threading.Event(), threading.Event()

    def hold():
        with transaction.atomic():
            lock_entries([entry.pk])
            holds.set()
            assert finished.wait(MAX_SECONDS)

    rival = Rival(hold)
    assert holds.wait(MAX_SECONDS)
    try:
        yield
    finally:
        finished.set()
        rival.result()


def test_a_form_that_the_database_has_no_time_for_comes_back_as_it_was_typed(
    make_entry, editor, impatient
):
    post = make_entry(title="Before", tags=["a"])
    page = form_data(editor.get(change_url(post)))

    with held(post):
        response = editor.post(change_url(post), page | {"title": "Typed", "tag_names": "a, b"})

    text = response.content.decode()
    assert response.status_code == 503
    assert "The database was busy with other changes" in text
    assert 'value="Typed"' in text
    assert 'value="a, b"' in text
    post.refresh_from_db()
    assert (post.title, names(post)) == ("Before", ["a"])
    assert editor.post(change_url(post), page | {"title": "Typed"}).status_code == 302


@pytest.mark.parametrize("action", ["publish", "add_tags", "delete_selected", "merge_the_two"])
def test_a_bulk_action_that_the_database_has_no_time_for_says_so(
    make_entry, editor, impatient, action
):
    posts = [make_entry(status=Entry.Status.DRAFT), make_entry(status=Entry.Status.DRAFT)]

    with held(posts[1]):
        response = act(editor, action, *posts, tag_names="b", post="yes")

    assert response.status_code == 302
    page = editor.get(response.url)
    assert "the action was not completed" in page.content.decode()
    assert Entry.objects.filter(status=Entry.Status.DRAFT).count() == 2


def test_a_deletion_that_the_database_has_no_time_for_says_so(make_entry, editor, impatient):
    post = make_entry()
    url = f"/admin/entries/entry/{post.pk}/delete/"

    with held(post):
        response = editor.post(url, {"post": "yes"})

    assert "the action was not completed" in editor.get(response.url).content.decode()
    assert Entry.objects.exists()


def test_a_decision_that_the_database_has_no_time_for_says_so(make_entry, editor, impatient):
    post = make_entry(title="Ours")
    change = UpstreamChange.objects.create(entry=post, field="title", base="Base", theirs="Theirs")

    with held(post):
        response = editor.post(f"/admin/entries/upstreamchange/{change.pk}/accept/")

    assert "the action was not completed" in editor.get(response.url).content.decode()
    assert UpstreamChange.objects.exists()


def test_what_the_database_had_no_time_for_at_first_is_done(make_entry, impatient):
    post = make_entry()
    tries = []

    def save():
        tries.append(1)
        if len(tries) == 1:
            with held(post):
                post.set_tags(["a"])
        post.set_tags(["a"])

    retry_deadlocks(save)

    assert len(tries) == 2
    assert names(post) == ["a"]
