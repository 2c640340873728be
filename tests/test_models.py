def test_x(make_entry):
    e = make_entry(tags=["B", "a"])
    assert list(e.tags.names()) == ["B", "a"]
    e.tags.add("c", "b")
    assert list(e.tags.names()) == ["B", "a", "c"]
    e.tags.remove("A")
    assert list(e.tags.names()) == ["B", "c"]
