"""Any interleaving of upstream changes, edits and imports keeps every edit, and converges."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TransactionTestCase
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from entries.importing.document import Fetched
from entries.importing.importer import import_document
from entries.importing.merge import MERGED, merge
from entries.models import Change, Entry, Sighting, Source, Tag

from .atom import FEED
from .stating import DEFAULTS, edit, held, stated

fields = st.sampled_from(MERGED)
values = st.integers(0, 3)


class Merging(RuleBasedStateMachine):
    """The pure merge, with its caller's duty: what upstream said becomes the base."""

    def __init__(self):
        super().__init__()
        self.theirs = dict.fromkeys(MERGED, 0)
        self.base = dict(self.theirs)
        self.ours = dict(self.theirs)
        self.edited: dict[str, int] = {}

    @rule(field=fields, value=values)
    def upstream_changes(self, field, value):
        self.theirs[field] = value

    @rule(field=fields, value=values)
    def an_editor_changes(self, field, value):
        self.ours[field] = value
        # To write what upstream last said is to go back to it.
        if value == self.base[field]:
            self.edited.pop(field, None)
        else:
            self.edited[field] = value

    @rule()
    def it_is_imported(self):
        result = merge(self.base, self.theirs, self.ours)
        self.ours |= result.taken
        for field in MERGED:
            same = self.ours[field] == self.theirs[field]
            assert same == (field in result.taken or field in result.settled)
            if self.theirs[field] != self.base[field] and not same:
                assert field in result.conflicts
        # Where both agree, the editor has nothing of his own to keep any longer.
        for field in result.settled:
            self.edited.pop(field, None)
        self.base = dict(self.theirs)
        again = merge(self.base, self.theirs, self.ours)
        assert (again.taken, again.conflicts) == ({}, {})

    @invariant()
    def no_edit_is_lost(self):
        for field, value in self.edited.items():
            assert self.ours[field] == value

    @invariant()
    def what_nobody_edited_follows_upstream(self):
        for field in set(MERGED) - set(self.edited):
            assert self.ours[field] == self.base[field]


def test_any_interleaving_of_changes_keeps_every_edit():
    run_state_machine_as_test(
        Merging, settings=settings(max_examples=150, stateful_step_count=30, deadline=None)
    )


@settings(max_examples=300)
@given(st.dictionaries(fields, values), st.dictionaries(fields, values))
def test_a_merge_takes_keeps_or_reports_every_field(theirs, ours):
    base = dict.fromkeys(MERGED, 0)
    theirs, ours = base | theirs, base | ours

    result = merge(base, theirs, ours)

    for field in MERGED:
        changed = (theirs[field] != base[field], ours[field] != base[field])
        assert (field in result.taken) == (changed == (True, False))
        assert (field in result.settled) == (theirs[field] == ours[field])
        both = changed == (True, True) and theirs[field] != ours[field]
        assert (field in result.conflicts) == both


# Few enough that the two sides often meet.
CHOICES = {
    "title": ["A title", "One", "Two"],
    "content": ["<p>Text.</p>", "<p>One.</p>", "<p>Two.</p>"],
    "canonical_url": [
        DEFAULTS["canonical_url"],
        "https://blog.example/1/",
        "https://blog.example/2/",
    ],
    "tags": [["one", "two"], ["two", "one"], [], ["One", "three"]],
    "enclosures": [DEFAULTS["enclosures"], []],
}
choices = st.sampled_from(sorted(CHOICES)).flatmap(
    lambda field: st.tuples(st.just(field), st.sampled_from(CHOICES[field]))
)
steps = st.lists(
    st.tuples(st.sampled_from(["upstream", "editor", "import", "rename"]), choices),
    min_size=1,
    max_size=8,
)


class ImportingTest(TransactionTestCase):
    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(steps)
    def test_any_interleaving_keeps_every_edit_and_converges(self, steps):
        upstream = {field: DEFAULTS[field] for field in CHOICES}
        self.read(upstream)
        seen, edits = dict(upstream), {}
        names = {}
        for what, (field, value) in steps:
            post = Entry.objects.get()
            if what == "upstream":
                upstream[field] = value
            elif what == "editor":
                edit(post, field, value)
                edits[field] = value
            elif what == "rename" and (tag := Tag.objects.first()):
                names[tag.pk] = tag.name = f"{tag.name}!"
                tag.save()
            elif what == "import":
                self.read(upstream)
                for name, edited in list(edits.items()):
                    if self.same(edited, seen[name]) or self.same(edited, upstream[name]):
                        del edits[name]
                seen = dict(upstream)
            self.check(edits, seen)
        for tag in Tag.objects.filter(pk__in=names):
            assert tag.name == names[tag.pk]
        self.read(upstream)
        assert self.read(upstream).unchanged == 1

    def read(self, upstream):
        data = stated(**upstream)
        return import_document(Fetched(FEED, data, url=FEED))

    def same(self, one, other):
        """Two spellings of one tag are equal."""
        return folded(one) == folded(other)

    def check(self, edits, seen):
        post = Entry.objects.get()
        for field, value in edits.items():
            assert self.same(held(post, field), value)
        waiting = {change.field: change for change in Change.objects.all()}
        for field, change in waiting.items():
            assert field in edits or self.same(held(post, field), seen[field])
            assert self.same(change.theirs, seen[field])
        for field in CHOICES.keys() - edits.keys() - waiting.keys():
            assert self.same(held(post, field), seen[field])

    def tearDown(self):
        Sighting.objects.all().delete()
        Source.objects.all().delete()


def folded(value):
    if value and isinstance(value, list) and isinstance(value[0], str):
        return [name.rstrip("!").casefold() for name in value]
    return value
