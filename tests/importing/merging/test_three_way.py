"""The merge of each field when upstream, an editor, both or neither has changed it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from entries.curating.upstream_changes import accept
from entries.importing.merging.three_way import Conflict, merge
from entries.importing.parsing.upstream_fields import ENCLOSURE_COLUMNS, FIELDS, UpstreamFields
from entries.models import Enclosure, Entry, Sighting, Tag, UpstreamChange
from tests.importing.atom import SITE, entry, feed
from tests.importing.stating import DEFAULTS, edit, held, stated

pytestmark = pytest.mark.usefixtures("documents_are_true")

# field: (upstream's next value, the editor's value)
NEXT = {
    "kind": ("note", "quotation"),
    "title": ("Their title", "Our title"),
    "content": ("<p>Their text.</p>", "<p>Our text.</p>"),
    "summary": ("Their summary", "Our summary"),
    "author_name": ("Their author", "Our author"),
    "author_uri": ("https://theirs.example/", "https://ours.example/"),
    "author_email": ("theirs@ada.example", "ours@ada.example"),
    "people": ([["contributor", "Theirs", "", ""]], [["author", "Ours", "", ""]]),
    "rights": ("Theirs", "Ours"),
    "language": ("fr", "de"),
    "canonical_url": (f"{SITE}/theirs/", f"{SITE}/ours/"),
    "link_url": ("https://theirs.example/", "https://ours.example/"),
    "via_url": ("https://theirs.example/", "https://ours.example/"),
    "via_title": ("Their finder", "Our finder"),
    "quoted_source": ("Their speaker", "Our speaker"),
    "quoted_url": ("https://theirs.example/", "https://ours.example/"),
    "quoted_context": ("their letter", "our letter"),
    "origin": ({"title": "Theirs"}, {"title": "Ours"}),
    "in_reply_to": (
        [{"ref": "tag:x,2024:theirs", "href": "https://theirs.example/"}],
        [{"ref": "tag:x,2024:ours", "href": "https://ours.example/"}],
    ),
    "tags_line": (True, True),
    "tags": (["two", "three"], ["two", "one"]),
    "category_details": (
        {"two": ["https://theirs.example/", "Theirs"]},
        {"two": ["https://ours.example/", ""]},
    ),
    "enclosures": (
        [["https://files.example/a.mp3", "audio/mpeg", 2000, "B", "en", "enclosure"]],
        [["https://files.example/a.mp3", "audio/mpeg", 3000, "", "", "enclosure"]],
    ),
}
KINDS = {
    **dict.fromkeys(("link_url", "via_url", "via_title"), "link"),
    **dict.fromkeys(("quoted_source", "quoted_url", "quoted_context"), "quotation"),
}
# Upstream changes one of these together with another.
COUPLED = {"kind": {"kind", "title"}}
# These cannot conflict: a flag has no third value, and a tag is there or not.
CAN_CONFLICT = [field for field in FIELDS if field not in ("tags_line", "tags")]


def before(field):
    return {"kind": KINDS.get(field, "article")}


def test_every_merged_field_is_tried_here():
    assert set(NEXT) == set(DEFAULTS) == set(FIELDS)


@pytest.mark.parametrize("field", FIELDS)
def test_neither_changed_a_field_and_nothing_is_written(read, field, dump):
    read(stated(**before(field)))
    was = dump()

    report = read(stated(**before(field)))

    assert report.unchanged == 1
    assert dump() == was
    expected = (DEFAULTS | before(field))[field]
    assert held(Entry.objects.get(), field) == expected


@pytest.mark.parametrize("field", FIELDS)
def test_upstream_changed_a_field_and_it_is_taken(read, field):
    theirs, _ = NEXT[field]
    read(stated(**before(field)))

    report = read(stated(**before(field) | {field: theirs}))

    assert report.updated == 1
    assert field.replace("_", " ") in report.entries[0].reasons[-1]
    assert held(Entry.objects.get(), field) == theirs
    assert not UpstreamChange.objects.exists()


@pytest.mark.parametrize("field", FIELDS)
def test_an_editor_changed_a_field_and_it_stays(read, field):
    _, ours = NEXT[field]
    other = "title" if field in ("content", "language") else "language"
    read(stated(**before(field)))
    edit(Entry.objects.get(), field, ours)

    report = read(stated(**before(field) | {other: NEXT[other][0]}))

    assert report.updated == 1
    assert held(Entry.objects.get(), field) == ours
    assert held(Entry.objects.get(), other) == NEXT[other][0]
    assert not UpstreamChange.objects.exists()


@pytest.mark.parametrize("field", CAN_CONFLICT)
def test_both_changed_a_field_and_the_editors_stays_while_the_other_waits(read, field, dump):
    theirs, ours = NEXT[field]
    read(stated(**before(field)))
    base = held(Entry.objects.get(), field)
    edit(Entry.objects.get(), field, ours)

    report = read(stated(**before(field) | {field: theirs}))

    assert report.conflicts == 1
    assert field.replace("_", " ") in report.entries[0].reasons[-1]
    assert held(Entry.objects.get(), field) == ours
    change = UpstreamChange.objects.get()
    assert (change.field, change.base, change.theirs) == (field, base, theirs)
    was = dump()
    assert read(stated(**before(field) | {field: theirs})).unchanged == 1
    assert dump() == was


@pytest.mark.parametrize("field", FIELDS)
def test_both_changed_a_field_to_the_same_and_nothing_waits(read, field):
    theirs, _ = NEXT[field]
    read(stated(**before(field)))
    edit(Entry.objects.get(), field, theirs)

    report = read(stated(**before(field) | {field: theirs}))

    assert report.conflicts == 0
    assert held(Entry.objects.get(), field) == theirs
    assert not UpstreamChange.objects.exists()
    assert read(stated(**before(field))).updated == 1


@pytest.mark.parametrize("field", CAN_CONFLICT)
def test_a_change_that_waits_is_settled_when_upstream_goes_back(read, field):
    theirs, ours = NEXT[field]
    read(stated(**before(field)))
    edit(Entry.objects.get(), field, ours)
    read(stated(**before(field) | {field: theirs}))

    report = read(stated(**before(field)))

    assert report.conflicts == 0
    assert not UpstreamChange.objects.exists()
    assert held(Entry.objects.get(), field) == ours


@pytest.mark.parametrize("field", [field for field in CAN_CONFLICT if field != "kind"])
def test_a_change_that_waits_is_settled_when_both_agree(read, field):
    theirs, ours = NEXT[field]
    read(stated(**before(field)))
    edit(Entry.objects.get(), field, ours)
    read(stated(**before(field) | {field: theirs}))

    read(stated(**before(field) | {field: ours}))

    assert not UpstreamChange.objects.exists()
    assert held(Entry.objects.get(), field) == ours


def test_a_change_that_waits_follows_upstream_and_remembers_where_the_two_parted(read):
    read(stated())
    edit(Entry.objects.get(), "title", "Ours")
    read(stated(title="Theirs"))

    read(stated(title="Theirs again"))

    change = UpstreamChange.objects.get()
    assert (change.base, change.theirs) == ("A title", "Theirs again")


def test_a_conflict_in_one_field_holds_up_no_other(read):
    read(stated())
    edit(Entry.objects.get(), "title", "Ours")

    report = read(stated(title="Theirs", content="<p>New.</p>", tags=["new"]))

    assert report.conflicts == 1
    assert report.entries[0].reasons == [
        "taken from upstream: content, tags",
        "changed here and upstream, waits for an editor: title",
    ]
    assert held(Entry.objects.get(), "content") == "<p>New.</p>"


def test_a_field_that_an_editor_emptied_stays_empty(read):
    read(stated())
    edit(Entry.objects.get(), "tags", [])
    edit(Entry.objects.get(), "author_email", "")

    read(stated(title="New"))

    post = Entry.objects.get()
    assert held(post, "tags") == []
    assert post.author_email == ""


def test_the_order_of_tags_is_part_of_them(read):
    read(stated(tags=["one", "two", "three"]))

    read(stated(tags=["three", "one", "two"]))
    assert held(Entry.objects.get(), "tags") == ["three", "one", "two"]

    edit(Entry.objects.get(), "tags", ["two", "three", "one"])
    assert read(stated(tags=["three", "two", "one"])).conflicts == 0
    assert held(Entry.objects.get(), "tags") == ["two", "three", "one"]


def test_a_tag_that_each_side_added_is_there_and_nothing_waits(read):
    read(stated(tags=["one", "two"]))
    edit(Entry.objects.get(), "tags", ["one", "two", "ours"])

    report = read(stated(tags=["one", "two", "theirs"]))

    assert (report.updated, report.conflicts) == (1, 0)
    assert held(Entry.objects.get(), "tags") == ["one", "two", "ours", "theirs"]
    assert not UpstreamChange.objects.exists()


def test_a_tag_that_either_side_took_away_is_gone(read):
    read(stated(tags=["one", "two", "three"]))
    edit(Entry.objects.get(), "tags", ["two", "three"])

    read(stated(tags=["one", "two"]))

    assert held(Entry.objects.get(), "tags") == ["two"]


def test_a_tag_that_an_editor_removed_stays_away_under_its_new_name(read):
    read(stated(tags=["py", "two"]))
    tag = Tag.objects.get(name="py")
    tag.name = "Python"
    tag.save()
    edit(Entry.objects.get(), "tags", ["two"])

    read(stated(tags=["Python", "two", "three"]))

    assert held(Entry.objects.get(), "tags") == ["two", "three"]


def enclosure(name, length=1000):
    href = f"https://files.example/{name}.mp3"
    return [href, "audio/mpeg", length, "", "en", "enclosure"]


def test_enclosures_merge_one_by_one(read):
    kept, theirs, ours = enclosure("a"), enclosure("theirs"), enclosure("ours")
    read(stated(enclosures=[kept, enclosure("gone")]))
    edit(Entry.objects.get(), "enclosures", [kept, enclosure("gone"), ours])

    report = read(stated(enclosures=[kept, theirs]))

    assert report.conflicts == 0
    assert held(Entry.objects.get(), "enclosures") == [kept, ours, theirs]


@pytest.fixture
def disputed(read):
    """An entry whose first enclosure both sides have changed, after each has added one."""
    read(stated(enclosures=[enclosure("a"), enclosure("b")]))
    here = [enclosure("a", 3000), enclosure("b"), enclosure("ours")]
    edit(Entry.objects.get(), "enclosures", here)
    return read(stated(enclosures=[enclosure("a", 2000), enclosure("b"), enclosure("theirs")]))


def test_only_the_enclosure_that_both_changed_waits(disputed):
    assert disputed.conflicts == 1
    assert held(Entry.objects.get(), "enclosures") == [
        *(enclosure("a", 3000), enclosure("b"), enclosure("ours"), enclosure("theirs"))
    ]
    assert UpstreamChange.objects.get().field == "enclosures"


def test_an_enclosure_goes_on_waiting_when_upstream_changes_another(read, disputed):
    read(stated(enclosures=[enclosure("a", 2000), enclosure("theirs")]))

    assert held(Entry.objects.get(), "enclosures") == [
        *(enclosure("a", 3000), enclosure("ours"), enclosure("theirs"))
    ]
    change = UpstreamChange.objects.get()
    assert change.base == [enclosure("a"), enclosure("b")]
    assert change.theirs == [enclosure("a", 2000), enclosure("theirs")]


def test_a_waiting_enclosure_is_settled_when_upstream_goes_back_with_it(read, disputed):
    read(stated(enclosures=[enclosure("a"), enclosure("b"), enclosure("theirs")]))

    assert not UpstreamChange.objects.exists()
    assert held(Entry.objects.get(), "enclosures")[0] == enclosure("a", 3000)


def test_to_accept_enclosures_is_to_take_those_that_wait_and_keep_the_others(disputed):
    accept(UpstreamChange.objects.all())

    assert held(Entry.objects.get(), "enclosures") == [
        *(enclosure("a", 2000), enclosure("b"), enclosure("ours"), enclosure("theirs"))
    ]
    assert not UpstreamChange.objects.exists()


def test_a_renamed_tag_is_no_edit(read):
    read(stated(tags=["py", "two"]))
    tag = Tag.objects.get(name="py")
    tag.name = "Python"
    tag.save()

    assert read(stated(tags=["py", "two"], title="New")).updated == 1
    report = read(stated(tags=["py", "two", "three"], title="New"))

    assert report.updated == 1
    assert not UpstreamChange.objects.exists()
    assert held(Entry.objects.get(), "tags") == ["Python", "two", "three"]


def test_upstreams_clock_is_followed(read):
    read(feed(entry(1)))

    read(feed(entry(1, title="New", updated="2024-04-01T00:00:00Z")))

    assert Entry.objects.get().updated == datetime(2024, 4, 1, tzinfo=UTC)


@pytest.mark.parametrize("days", [-1, 1])
def test_an_editors_later_time_stays_and_an_earlier_gives_way(read, days):
    read(feed(entry(1)))
    edited = datetime(2024, 4, 1, tzinfo=UTC)
    edit(Entry.objects.get(), "updated", edited)
    theirs = edited + timedelta(days=days)

    read(feed(entry(1, title="New", updated=theirs.isoformat())))

    assert Entry.objects.get().updated == max(edited, theirs)


def test_a_date_of_publication_never_moves(read):
    read(feed(entry(1)))
    post = Entry.objects.get()

    report = read(feed(entry(1, title="New", published="2023-01-01T00:00:00Z")))

    after = Entry.objects.get()
    assert "its date here stays" in report.entries[0].reasons[0]
    assert (after.published, after.day, after.slug) == (post.published, post.day, post.slug)
    after.published = datetime(2022, 2, 2, tzinfo=UTC)
    after.save()
    read(feed(entry(1, title="Newer", published="2023-01-01T00:00:00Z")))
    assert Entry.objects.get().published == datetime(2022, 2, 2, tzinfo=UTC)


def test_a_status_is_none_of_upstreams(read):
    read(feed(entry(1)))
    Entry.objects.all().set_status(Entry.Status.DRAFT)

    read(feed(entry(1, title="New")))

    assert Entry.objects.get().status == Entry.Status.DRAFT


def test_another_source_may_lead_when_an_editor_says_so(read):
    sibling = f"{SITE}/everything.atom"
    read(feed(entry(1, "<p>Short</p>")))
    read(feed(entry(1, "<p>Short and long</p>")), url=sibling)
    Sighting.objects.update(leads=False)
    Sighting.objects.filter(source__url=sibling).update(leads=True)

    read(feed(entry(1, "<p>Shorter</p>")))
    assert Entry.objects.get().content == "<p>Short</p>"
    report = read(feed(entry(1, "<p>Short and longer</p>")), url=sibling)

    assert report.updated + report.conflicts == 1


def test_a_field_that_the_base_does_not_know_yet_counts_as_untouched():
    ours = UpstreamFields.from_json(DEFAULTS, UpstreamFields())
    stored = {name: value for name, value in DEFAULTS.items() if name != "via_title"}

    base = UpstreamFields.from_json(stored, unknown=ours)
    result = merge(base, replace(ours, via_title="Theirs"), ours)

    assert result.taken == {"via_title": "Theirs"}
    assert result.conflicts == {}


def test_merge_tells_conflicts_with_what_upstream_said_before():
    base = UpstreamFields(title="A title")
    ours, theirs = UpstreamFields(title="Ours"), UpstreamFields(title="Theirs")

    assert merge(base, theirs, ours).conflicts == {"title": Conflict("A title", "Theirs")}


def test_what_is_stored_of_the_fields_reads_back_and_is_as_their_columns_have_it():
    fields = UpstreamFields.from_json(DEFAULTS, UpstreamFields())

    assert fields.as_json() == DEFAULTS
    assert (fields.people[0].uri, fields.enclosures[0].length) == ("https://bo.example/", 1000)
    assert ENCLOSURE_COLUMNS == Enclosure.STATED
