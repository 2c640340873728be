"""Entries for round trips, and the fields that must survive export and import."""

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


WORDS = "Ice on the water butt again, a plate of it, thick as a thumb and quite clear. "
CITED = (
    '<blockquote cite="https://example.org/q">So it goes.</blockquote>\n<p class="cite">— Ada</p>'
)


def make_one_of_each_oddity(make_entry):
    """Entries whose HTML looks like another kind's, and titles that repeat the text."""

    def make(tags=(), **fields):
        # An import takes missing values from the feed.
        stated = {"author_name": "A", "language": "pt-BR", "tags_line": bool(tags)}
        return make_entry(tags=tags, **stated, **fields)

    for kind in ("note", "article"):
        for content in (f"<p>{WORDS}</p>", f"<p>{WORDS * 30}</p>", "<p>Ice.</p>", CITED):
            for title in ("", "Ice.", WORDS[:60].rstrip(), f"{WORDS[:60].rstrip()}…", "A heading"):
                make(kind=kind, title=title, content=content)
    note = '<p><a href="#n12345678-fn">1</a></p>\n<p id="n12345678-fn">A footnote.</p>'
    make(kind="article", title="With a footnote", content=note)
    make(kind="note", title="Tagged", content=f"<p>{WORDS}</p>", tags=["ice", "water"])
    make(kind="note", title="", content="<p>At</p>", link_url="https://example.org/a?b=1&c")
    link = "https://example.org/ a<b>?c=1&d"
    make(kind="link", title="", content="<p>Untitled.</p>", link_url="https://example.org/")
    make(kind="link", title="T", content=f"<p>{WORDS}</p>", via_url=link, via_title="V")
    make(kind="link", title="T", content="", link_url="https://example.org/only")
    make(kind="quotation", title="", content=f"<p>{WORDS}</p>")
    make(kind="quotation", title="T", content="<p>Said.</p>", quoted_source="— Bo")
    make(
        kind="quotation",
        title="",
        content="<blockquote><p>Within.</p></blockquote>\n<p>Around.</p>",
        quoted_source="Ada",
    )


def fields_of_entries(besides=()):
    """All fields that a feed can carry, by id, except the given ones."""
    return {
        entry.atom_id: {name: getattr(entry, name) for name in FIELDS if name not in besides}
        | {"tags": list(entry.taggings.order_by("pk").values_list("tag__name", "term"))}
        | {"enclosures": list(entry.enclosures.values_list("href", "type", "length", "title"))}
        for entry in Entry.objects.all()
    }


def forget_everything():
    for model in (ImportRun, Entry, Sighting, Source, Tag):
        model.objects.all().delete()
