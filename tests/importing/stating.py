"""An upstream that states an entry's fields in the markup of its kind, and an editor's hand."""

from xml.sax.saxutils import escape, quoteattr

from entries.models import Enclosure, Entry

from .atom import SITE, address, entry, feed

DEFAULTS = {
    "kind": "article",
    "title": "A title",
    "content": "<p>Text.</p>",
    "summary": "",
    "author_name": "Ada Fern",
    "author_uri": "https://ada.example/",
    "author_email": "ada@ada.example",
    "language": "en-gb",
    "canonical_url": address(1),
    "link_url": "https://target.example/",
    "via_url": "https://via.example/",
    "via_title": "Via whom",
    "quoted_source": "Somebody",
    "quoted_url": "https://said.example/",
    "quoted_context": "in a letter",
    "tags_line": False,
    "tags": ["one", "two"],
    "enclosures": [["https://files.example/a.mp3", "audio/mpeg", 1000]],
}


def stated(**values) -> bytes:
    """A feed of one entry with these values; those of other kinds than its own are left out."""
    v = DEFAULTS | values
    link = f'<a href={quoteattr(v["link_url"])}>{escape(v["title"])}</a>'
    said = f'<a href={quoteattr(v["quoted_url"])}>{escape(v["quoted_source"])}</a>'
    via = f'<a href={quoteattr(v["via_url"])}>{escape(v["via_title"])}</a>'
    html = {
        "article": v["content"],
        "note": v["content"],
        "link": f"<p><strong>{link}</strong></p>{v['content']}<p><small>Via {via}</small></p>",
        "quotation": f"<blockquote>{v['content']}</blockquote>"
        f'<p class="cite">— {said}, {escape(v["quoted_context"])}</p>',
    }[v["kind"]]
    if v["tags_line"]:
        links = (f'<a href="{SITE}/tags/{escape(tag)}">{escape(tag)}</a>' for tag in v["tags"])
        html += f"<p>Tags: {', '.join(links)}</p>"
    extra = (
        f"<author><name>{escape(v['author_name'])}</name><uri>{escape(v['author_uri'])}</uri>"
        f"<email>{escape(v['author_email'])}</email></author>"
    )
    for href, type_, length in v["enclosures"]:
        extra += f'<link rel="enclosure" href="{href}" type="{type_}" length="{length}"/>'
    if v["summary"]:
        extra += f"<summary>{escape(v['summary'])}</summary>"
    one = entry(
        1,
        html,
        extra,
        title="" if v["kind"] == "note" else v["title"],
        link=v["canonical_url"],
        categories="|".join(v["tags"]),
    )
    return feed(one).replace(b'xml:lang="en-gb"', f'xml:lang="{v["language"]}"'.encode())


def held(post: Entry, field: str):
    """What an entry holds in a field, in the types of `DEFAULTS`."""
    if field == "tags":
        return [tagging.term or tagging.tag.name for tagging in post.taggings.order_by("pk")]
    if field == "enclosures":
        return [list(row) for row in post.enclosures.values_list("href", "type", "length")]
    return getattr(Entry.objects.get(pk=post.pk), field)


def edit(post: Entry, field: str, value) -> None:
    """Change a field as an editor does."""
    post = Entry.objects.get(pk=post.pk)
    if field == "tags":
        post.set_tags(value)
    elif field == "enclosures":
        post.enclosures.all().delete()
        for href, type_, length in value:
            Enclosure.objects.create(entry=post, href=href, type=type_, length=length)
    else:
        setattr(post, field, value)
        post.save()
