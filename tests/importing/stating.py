"""Builds a feed that states an entry's fields in the markup of its kind; edits as an editor."""

from xml.sax.saxutils import escape, quoteattr

from entries.models import Enclosure, Entry

from .atom import SITE, address, entry, feed

THREADS = "http://purl.org/syndication/thread/1.0"
DEFAULTS = {
    "kind": "article",
    "title": "A title",
    "content": "<p>Text.</p>",
    "summary": "",
    "author_name": "Ada Fern",
    "author_uri": "https://ada.example/",
    "author_email": "ada@ada.example",
    "people": [["author", "Bo Gorse", "https://bo.example/", ""]],
    "rights": "CC BY",
    "language": "en-gb",
    "canonical_url": address(1),
    "link_url": "https://target.example/",
    "via_url": "https://via.example/",
    "via_title": "Via whom",
    "quoted_source": "Somebody",
    "quoted_url": "https://said.example/",
    "quoted_context": "in a letter",
    "origin": {"id": "tag:first.example,2024:feed", "title": "First"},
    "in_reply_to": [{"ref": "tag:asked.example,2024:1", "href": "https://asked.example/"}],
    "tags_line": False,
    "tags": ["one", "two"],
    "category_details": {},
    "enclosures": [["https://files.example/a.mp3", "audio/mpeg", 1000, "A", "en", "enclosure"]],
}


def stated(**values) -> bytes:
    """Returns a feed of one entry with these values, without fields of other kinds."""
    v = DEFAULTS | values
    link = f"<a href={quoteattr(v['link_url'])}>{escape(v['title'])}</a>"
    said = f"<a href={quoteattr(v['quoted_url'])}>{escape(v['quoted_source'])}</a>"
    via = f"<a href={quoteattr(v['via_url'])}>{escape(v['via_title'])}</a>"
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
        f"<rights>{escape(v['rights'])}</rights>"
    )
    for role, name, uri, _ in v["people"]:
        extra += f"<{role}><name>{escape(name)}</name><uri>{escape(uri)}</uri></{role}>"
    for href, type_, length, title, hreflang, _ in v["enclosures"]:
        extra += (
            f'<link rel="enclosure" href="{href}" type="{type_}" length="{length}"'
            f' title="{title}" hreflang="{hreflang}"/>'
        )
    for reply in v["in_reply_to"]:
        extra += f'<thr:in-reply-to xmlns:thr="{THREADS}" ref="{reply["ref"]}"'
        extra += f' href="{reply["href"]}"/>'
    origin = "".join(f"<{name}>{value}</{name}>" for name, value in v["origin"].items())
    extra += f"<source>{origin}</source>" if origin else ""
    for term, (scheme, label) in v["category_details"].items():
        extra += f'<category term="{term}" scheme="{scheme}" label="{label}"/>'
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
    """Returns the value of an entry's field, in the types of `DEFAULTS`."""
    if field == "tags":
        return [tagging.term or tagging.tag.name for tagging in post.taggings.order_by("pk")]
    if field == "enclosures":
        return [list(row) for row in post.enclosures.values_list(*Enclosure.STATED)]
    return getattr(Entry.objects.get(pk=post.pk), field)


def edit(post: Entry, field: str, value) -> None:
    """Change a field as an editor does."""
    post = Entry.objects.get(pk=post.pk)
    if field == "tags":
        post.set_tags(value)
    elif field == "enclosures":
        post.enclosures.all().delete()
        for row in value:
            Enclosure.objects.create(entry=post, **dict(zip(Enclosure.STATED, row, strict=True)))
    else:
        setattr(post, field, value)
        post.save()
