"""Any query over any text is searched without an error."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entries.publishing.search import find_best, newest_page, parse_query

SIGNS = [*"\"'\\*-(){}:^&|! ", "<->", "NEAR(", "NOT", "\x00", "\ud800"]
FIELDS = ["tag:", "from:", "to:", "2024", "kind:link", "source:", "garden", "東京", "é"]
ANYTHING = st.text(max_size=60) | st.lists(st.sampled_from([*SIGNS, *FIELDS])).map("".join)


@given(text=ANYTHING)
def test_anything_is_a_search(db, client, text):
    asked = text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")

    for sort in ("", "date"):
        assert client.get("/search/", {"q": asked, "sort": sort}).status_code == 200
    find_best(parse_query(text))


@given(text=ANYTHING)
def test_a_query_reads_itself_back(text):
    query = parse_query(text)

    assert parse_query(str(query)) == query


@given(words=st.lists(st.text(st.characters(categories=["L", "N"]), min_size=1), min_size=1))
def test_a_text_is_found_by_its_own_words(make_entry, words):
    entry = make_entry(title="", content=f"<p>{' '.join(words)}</p>")

    for word in words[:3]:
        found = newest_page(parse_query(word), None, 500)
        assert entry.pk in [row.pk for row in found.rows] or not parse_query(word)
    entry.delete()


@pytest.mark.parametrize("text", ["x" * 100_000, "x " * 50_000, '"' * 10_000, "東" * 10_000])
def test_a_long_query_is_cut(db, client, text):
    assert client.get("/search/", {"q": text}).status_code == 200
    assert len(str(parse_query(text))) <= 400
