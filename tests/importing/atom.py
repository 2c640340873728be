"""Builds Atom documents; a test states only the values that matter to it."""

from xml.sax.saxutils import escape, quoteattr

SITE = "https://blog.example"
FEED = f"{SITE}/feed.atom"


def address(number: int) -> str:
    return f"{SITE}/2024/Mar/{number % 28 + 1}/post-{number}/"


def entry(number: int = 1, html: str | None = None, extra: str = "", **stated: str | None) -> str:
    """Returns an `<entry>`. None leaves an element out; `categories` are separated by a bar."""
    values: dict[str, str | None] = {
        "id": address(number),
        "title": f"Post {number}",
        "link": address(number),
        "published": f"2024-03-{number % 28 + 1:02}T12:00:00Z",
        "updated": f"2024-03-{number % 28 + 1:02}T12:00:00Z",
        "categories": "",
    } | stated
    html = f"<p>Text of post {number}.</p>" if html is None else html
    terms = [term for term in (values.pop("categories") or "").split("|") if term]
    link = values.pop("link")
    parts = [
        f"<{name}>{escape(value)}</{name}>" for name, value in values.items() if value is not None
    ]
    if link is not None:
        parts.append(f'<link rel="alternate" href={quoteattr(link)}/>')
    parts += [f"<category term={quoteattr(term)}/>" for term in terms]
    if html:
        parts.append(f'<content type="html">{escape(html)}</content>')
    return "<entry>" + "".join(parts) + extra + "</entry>"


def feed(*entries: str, head: str = "", self_url: str = FEED, author: str = "Ada Fern") -> bytes:
    """Returns a document with these entries, in UTF-8."""
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en-gb">'
        f"<title>A blog of examples</title><id>{SITE}/</id>"
        f'<link rel="alternate" href="{SITE}/"/><link rel="self" href={quoteattr(self_url)}/>'
        f"<updated>2024-03-09T12:00:00Z</updated><author><name>{escape(author)}</name></author>"
        + head
        + "\n".join(entries)
        + "</feed>"
    ).encode()
