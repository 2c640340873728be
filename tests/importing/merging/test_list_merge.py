"""Lists whose elements have a key, such as tags and enclosures, are merged element by element."""

from hypothesis import given
from hypothesis import strategies as st

from entries.importing.merging.list_merge import conflicting_keys, merge_elements, take_conflicting

# Rows of a key and a value: few, so that the three sides are often equal.
rows = st.lists(
    st.tuples(st.sampled_from("abcd"), st.integers(0, 2)), max_size=5, unique_by=lambda row: row[0]
)


def key(row):
    return row[0]


def merged(base, theirs, ours):
    """Merge words that are their own keys."""
    return " ".join(merge_elements(base.split(), theirs.split(), ours.split(), str))


def test_what_each_side_added_is_added_beside_what_it_follows_there():
    assert merged("a b", "a x b", "a b y") == "a x b y"
    assert merged("a b", "x a b", "y a b") == "y x a b"
    assert merged("", "x", "y") == "y x"


def test_what_each_side_took_away_is_taken_away():
    assert merged("a b c", "a b", "b c") == "b"
    assert merged("a b", "", "a b c") == "c"


def test_the_order_is_upstreams_until_the_editor_changes_it():
    assert merged("a b c", "c a b", "a b c d") == "c d a b"
    assert merged("a b c", "c a b", "b a c") == "b a c"


def test_an_element_that_both_changed_is_as_the_editor_has_it():
    base, theirs, ours = [("a", 0)], [("a", 1)], [("a", 2)]

    assert merge_elements(base, theirs, ours, key) == [("a", 2)]
    assert conflicting_keys(base, theirs, ours, key) == {"a"}
    assert take_conflicting(base, theirs, ours, key) == [("a", 1)]


def test_a_removal_on_one_side_and_a_change_on_the_other_is_a_conflict():
    base, changed = [("a", 0)], [("a", 1)]

    assert merge_elements(base, changed, [], key) == []
    assert conflicting_keys(base, changed, [], key) == {"a"}
    assert take_conflicting(base, changed, [], key) == changed
    assert merge_elements(base, [], changed, key) == changed
    assert take_conflicting(base, [], changed, key) == []


@given(rows, rows, rows)
def test_each_element_is_merged_by_itself(base, theirs, ours):
    before, upstream, here = dict(base), dict(theirs), dict(ours)

    result = merge_elements(base, theirs, ours, key)

    names = [name for name, _ in result]
    assert len(names) == len(set(names))
    for name in "abcd":
        b, t, o = before.get(name), upstream.get(name), here.get(name)
        assert dict(result).get(name) == (t if o == b else o)
        assert (name in conflicting_keys(base, theirs, ours, key)) == (len({b, t, o}) == 3)


@given(rows, rows, rows)
def test_a_second_merge_of_the_same_changes_nothing(base, theirs, ours):
    once = merge_elements(base, theirs, ours, key)

    assert merge_elements(theirs, theirs, once, key) == once


@given(rows, rows)
def test_one_sided_changes_are_taken_with_their_order(base, changed):
    assert merge_elements(base, changed, base, key) == changed
    assert merge_elements(base, base, changed, key) == changed
