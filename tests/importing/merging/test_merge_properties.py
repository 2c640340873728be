"""Any interleaving of upstream changes, edits and imports keeps every edit, and converges."""

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from entries.importing.fetching.fetched import Fetched
from entries.importing.importer import import_document
from entries.importing.merging.list_merge import ELEMENT_KEYS
from entries.importing.merging.three_way import merge
from entries.importing.parsing.upstream_fields import FIELDS, UpstreamFields
from entries.models import Entry, Tag, UpstreamChange
from tests.importing.atom import FEED
from tests.importing.stating import DEFAULTS, edit, held, stated

# Lists are merged by element: tests/importing/merging/test_list_merge.py.
WHOLE = [name for name in FIELDS if name not in ELEMENT_KEYS]
fields = st.sampled_from(WHOLE)
values = st.integers(0, 3)


def merge_values(*sides):
    return merge(*(UpstreamFields(**values) for values in sides))


class Merging(RuleBasedStateMachine):
    """The pure merge, and its caller's duty: upstream's values become the base."""

    def __init__(self):
        super().__init__()
        self.theirs = dict.fromkeys(WHOLE, 0) | dict.fromkeys(ELEMENT_KEYS, ())
        self.base = dict(self.theirs)
        self.ours = dict(self.theirs)
        self.edited: dict[str, int] = {}

    @rule(field=fields, value=values)
    def upstream_changes(self, field, value):
        self.theirs[field] = value

    @rule(field=fields, value=values)
    def an_editor_changes(self, field, value):
        self.ours[field] = value
        # An edit to the base value takes the edit back.
        if value == self.base[field]:
            self.edited.pop(field, None)
        else:
            self.edited[field] = value

    @rule()
    def it_is_imported(self):
        result = merge_values(self.base, self.theirs, self.ours)
        self.ours |= result.taken
        for field in WHOLE:
            same = self.ours[field] == self.theirs[field]
            assert same == (field in result.taken or field in result.settled)
            if self.theirs[field] != self.base[field] and not same:
                assert field in result.conflicts
        # Where both agree, no edit is left to keep.
        for field in result.settled:
            self.edited.pop(field, None)
        self.base = dict(self.theirs)
        again = merge_values(self.base, self.theirs, self.ours)
        assert (again.taken, again.conflicts) == ({}, {})

    @invariant()
    def no_edit_is_lost(self):
        for field, value in self.edited.items():
            assert self.ours[field] == value

    @invariant()
    def what_nobody_edited_follows_upstream(self):
        for field in set(WHOLE) - set(self.edited):
            assert self.ours[field] == self.base[field]


def test_any_interleaving_of_changes_keeps_every_edit():
    run_state_machine_as_test(Merging, settings=settings(stateful_step_count=30))


@settings(max_examples=5 * settings.default.max_examples)
@given(st.dictionaries(fields, values), st.dictionaries(fields, values))
def test_a_merge_takes_keeps_or_reports_every_field(theirs, ours):
    base = dict.fromkeys(WHOLE, 0) | dict.fromkeys(ELEMENT_KEYS, ())
    theirs, ours = base | theirs, base | ours

    result = merge_values(base, theirs, ours)

    for field in WHOLE:
        changed = (theirs[field] != base[field], ours[field] != base[field])
        assert (field in result.taken) == (changed == (True, False))
        same = theirs[field] == (ours | result.taken)[field]
        assert (field in result.settled) == same
        both = changed == (True, True) and theirs[field] != ours[field]
        assert (field in result.conflicts) == both


# Few enough that the two sides are often equal.
CHOICES = {
    "title": ["A title", "One", "Two"],
    "content": ["<p>Text.</p>", "<p>One.</p>", "<p>Two.</p>"],
    "canonical_url": [
        DEFAULTS["canonical_url"],
        "https://blog.example/1/",
        "https://blog.example/2/",
    ],
}
# Lists of elements, each element there or not.
ELEMENTS = {
    "tags": ["one", "two", "three"],
    "enclosures": DEFAULTS["enclosures"]
    + [["https://files.example/b.mp3", "audio/mpeg", 7, "", "", "enclosure"]],
}


def one_of(choices):
    return st.sampled_from(sorted(choices)).flatmap(
        lambda field: st.tuples(st.just(field), st.sampled_from(choices[field]))
    )


sides = st.sampled_from(["upstream", "editor"])
steps = st.lists(
    st.one_of(
        st.tuples(st.just("change"), sides, one_of(CHOICES)),
        st.tuples(st.just("toggle"), sides, one_of(ELEMENTS)),
        st.just(("read",)),
        st.just(("rename",)),
    ),
    min_size=1,
    max_size=10,
)


class ImportingTest(TestCase):
    @given(steps)
    def test_any_interleaving_keeps_every_edit_and_converges(self, steps):
        self.upstream = {field: DEFAULTS[field] for field in CHOICES | ELEMENTS}
        self.edits: dict[str, str] = {}
        self.seen, self.ours = {}, {field: [] for field in ELEMENTS}
        self.read()
        for what, *how in steps:
            getattr(self, what)(*how)
            self.check()
        self.read()
        assert self.read().unchanged == 1

    def change(self, side, choice):
        field, value = choice
        if side == "upstream":
            self.upstream[field] = value
        else:
            edit(Entry.objects.get(), field, value)
            self.edits[field] = value

    def toggle(self, side, choice):
        field, element = choice
        if side == "upstream":
            self.upstream[field] = toggled(self.upstream[field], element)
        else:
            self.ours[field] = toggled(self.ours[field], element)
            edit(Entry.objects.get(), field, self.ours[field])

    def rename(self):
        if tag := Tag.objects.first():
            tag.name = f"{tag.name}!"
            tag.save()

    def read(self):
        report = import_document(Fetched(FEED, stated(**self.upstream), url=FEED))
        for name, edited in list(self.edits.items()):
            if edited in (self.seen[name], self.upstream[name]):
                del self.edits[name]
        for name, elements in ELEMENTS.items():
            for element in elements:
                says = element in self.upstream[name]
                if says != (element in self.seen.get(name, [])) and says != (
                    element in self.ours[name]
                ):
                    self.ours[name] = toggled(self.ours[name], element)
        self.seen = dict(self.upstream)
        return report

    def check(self):
        post = Entry.objects.get()
        for field, value in self.edits.items():
            assert held(post, field) == value
        waiting = {change.field: change for change in UpstreamChange.objects.all()}
        for field, change in waiting.items():
            assert field in self.edits or held(post, field) == self.seen[field]
            assert change.theirs == self.seen[field]
        for field in CHOICES.keys() - self.edits.keys() - waiting.keys():
            assert held(post, field) == self.seen[field]
        assert {name.rstrip("!") for name in held(post, "tags")} == set(self.ours["tags"])
        enclosures = held(post, "enclosures")
        assert sorted(enclosures) == sorted(self.ours["enclosures"])


def toggled(elements, element):
    return [e for e in elements if e != element] if element in elements else [*elements, element]
