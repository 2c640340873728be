"""What a feed that goes out and comes in again has to bring back."""

from entries.models import Entry, ImportRun, Sighting, Source, Tag

FIELDS = [
    *("kind", "title", "slug", "day", "published", "updated", "content", "summary"),
    *("author_name", "author_uri", "author_email", "language", "link_url", "via_url"),
    *("via_title", "quoted_source", "quoted_url", "quoted_context", "tags_line"),
]


def make_one_of_each(make_entry):
    """An entry of each kind, with characters that formats have to escape."""
    common = {"language": "pt-BR", "author_name": "Ana & José <a@b>", "tags": ["c++", "a, b", "<"]}
    make_entry(
        kind="link",
        title="1 < 2 && \"x\" > 'y' — “z”",
        content="<p>One.</p>\n<pre>a\n  b &lt;c&gt;</pre>",
        summary="In short & plain: <none>.",
        link_url="https://example.org/?a=1&b=2",
        via_url="https://example.org/?via=1&x",
        via_title="Tom & Jerry",
        **common,
    )
    make_entry(
        kind="quotation",
        title="",
        content="<p>One.</p>\n<ul><li>two</li></ul>",
        quoted_source="Q & A",
        quoted_url="https://example.org/?q&a",
        quoted_context="at “home” & away",
        **common,
    )
    make_entry(kind="quotation", title="T", quoted_source="Without address", **common)
    make_entry(kind="note", title="", content="<p>Just <em>text</em>.</p>", **common)
    article = make_entry(title="An <em>article</em>", summary="S", **common)
    article.enclosures.create(href="https://example.org/a.mp3", type="audio/mpeg", length=12_345)
    article.enclosures.create(href="https://example.org/b.ogg", type="audio/ogg", title="B")


def fields_of_entries(besides=()):
    """Every field that a feed can carry, but for those, by id."""
    return {
        entry.atom_id: {name: getattr(entry, name) for name in FIELDS if name not in besides}
        | {"tags": list(entry.taggings.order_by("pk").values_list("tag__name", "term"))}
        | {"enclosures": list(entry.enclosures.values_list("href", "type", "length", "title"))}
        for entry in Entry.objects.all()
    }


def forget_everything():
    for model in (ImportRun, Entry, Sighting, Source, Tag):
        model.objects.all().delete()
