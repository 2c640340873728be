"""The feeds that go out: Atom (RFC 4287), with paging (RFC 5005).

What stands in an entry's `content` is put together from its fields, by the partials that
the pages use, in a form that an import takes apart again without loss.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from io import StringIO
from typing import Any, TextIO
from uuid import NAMESPACE_URL, uuid5
from xml.sax.xmlreader import AttributesImpl

from django.conf import settings
from django.template.loader import get_template
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed, rfc3339_date
from django.utils.xmlutils import SimplerXMLGenerator

from entries.characters import strip_controls
from entries.models import Source, Tag

from .listing import EntryRow, SourceRow, web_address

CONTENT_TYPE = "application/atom+xml; charset=utf-8"
PAGE_SIZE = 50  # entries
NEVER = datetime(1970, 1, 1, tzinfo=UTC)  # when a feed without entries last changed

NO_ATTRIBUTES: "AttributesImpl[str]" = AttributesImpl({})
IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`]+")
NOT_IN_AN_IRI = re.compile(r"[\s<>\"{}|\\^`]")
# What a link may name beside pages of the web: nothing that runs, nothing of a reader's own disk.
OTHER_SCHEMES = {
    *("ftp", "ftps", "gemini", "geo", "gopher", "irc", "ircs", "magnet", "mailto", "matrix"),
    *("news", "nntp", "sip", "sips", "sms", "tel", "webcal", "xmpp"),
}
LANGUAGE = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*")
MEDIA_TYPE = re.compile(r"[^\s/;]+/[^\s/;]+(\s*;.*)?")
EMAIL = re.compile(r"[^\s@]+@[^\s@]+")


@dataclass(frozen=True)
class FeedHead:
    """What a feed says of itself. Addresses are paths; `older` and `newer` are cursors."""

    title: str
    path: str
    page_path: str
    query: str = ""
    older: str = ""
    newer: str = ""


def kind_head(kind: str = "", **page: str) -> FeedHead:
    """The head of the feed of one kind, or of all."""
    name = f"{kind}s" if kind else "everything"
    return FeedHead(
        title=f"{settings.SITE_TITLE}: {name}" if kind else settings.SITE_TITLE,
        path=reverse("entries:feed_kind", args=[name]),
        page_path=reverse("entries:kind", args=[name]) if kind else reverse("entries:home"),
        **page,
    )


def tag_head(tag: Tag, **page: str) -> FeedHead:
    """The head of a tag's feed."""
    return FeedHead(
        title=f"{settings.SITE_TITLE}: {tag.name}",
        path=reverse("entries:feed_tag", args=[tag.slug]),
        page_path=tag.get_absolute_url(),
        **page,
    )


def atom_document(head: FeedHead, rows: list[EntryRow]) -> str:
    """The feed with these entries."""
    out = StringIO()
    updated = max((row.updated for row in rows), default=NEVER)
    write_atom(out, head, rows, updated)
    return out.getvalue()


def write_atom(out: TextIO, head: FeedHead, rows: Iterable[EntryRow], updated: datetime) -> None:
    """Write a feed, entry by entry: `rows` may be of any number and is read once."""
    EntryFeed(head, rows, updated).write(out, "utf-8")


class EntryFeed(Atom1Feed):
    """Django's Atom feed, with what RFC 4287 offers beyond it and ids that stay as they are."""

    def __init__(self, head: FeedHead, rows: Iterable[EntryRow], updated: datetime):
        super().__init__(
            title=strip_controls(head.title),
            link=absolute(head.page_path),
            description="",
            language=settings.LANGUAGE_CODE,
            author_name=settings.SITE_TITLE,
            author_link=absolute("/"),
            feed_url=as_iri(absolute(head.path + head.query)),
            feed_guid=absolute(head.path),
        )
        self.head = head
        self.rows = rows
        self.updated = updated
        self.template = get_template("entries/feed_content.html")

    def latest_post_date(self) -> datetime:
        return self.updated

    def add_root_elements(self, handler: SimplerXMLGenerator) -> None:
        super().add_root_elements(handler)
        handler.addQuickElement("generator", "Feedstead")
        if self.head.older or self.head.newer:
            add_link(handler, "first", absolute(self.head.path))
        if self.head.newer:
            add_link(handler, "previous", absolute(f"{self.head.path}?after={self.head.newer}"))
        if self.head.older:
            add_link(handler, "next", absolute(f"{self.head.path}?before={self.head.older}"))

    def write_items(self, handler: SimplerXMLGenerator) -> None:
        for row in self.rows:
            handler.startElement("entry", AttributesImpl(self.item_attributes(row)))
            self.add_item_elements(handler, row)
            handler.endElement("entry")

    def item_attributes(self, item: Any) -> dict[str, Any]:
        is_told = item.language != settings.LANGUAGE_CODE and LANGUAGE.fullmatch(item.language)
        return {"xml:lang": item.language} if is_told else {}

    def add_item_elements(self, handler: SimplerXMLGenerator, item: Any) -> None:
        row: EntryRow = item
        handler.addQuickElement("id", permanent_id(row.atom_id))
        handler.addQuickElement("title", strip_controls(row.title))
        add_link(handler, "alternate", absolute(row.path))
        add_link(handler, "via", row.canonical_url)
        add_link(handler, "related", row.link_url)
        for enclosure in row.enclosures:
            media_type = strip_controls(enclosure.type).strip()
            add_link(
                handler,
                "enclosure",
                enclosure.href,
                type=media_type if MEDIA_TYPE.fullmatch(media_type) else "",
                length="" if enclosure.length is None else str(enclosure.length),
            )
        handler.addQuickElement("published", rfc3339_date(row.published))
        handler.addQuickElement("updated", rfc3339_date(row.updated))
        source = row.source
        is_from_elsewhere = source and source.canonical == Source.Canonical.SOURCE
        add_author(handler, row)
        for tag in row.tags:
            if term := strip_controls(tag.term or tag.name).strip():
                handler.addQuickElement("category", "", {"term": term})
        if row.source and row.source.canonical == Source.Canonical.SOURCE:
            add_source(handler, row.source)
        add_text(handler, "summary", row.summary)
        handler.addQuickElement("content", self.content(row), {"type": "html"})

    def content(self, row: EntryRow) -> str:
        """The whole text as HTML, with heading link, via line, citation and tags line."""
        tags = [
            {"name": tag.term or tag.name, "url": absolute(tag.path)}
            for tag in (row.tags if row.tags_line else ())
        ]
        return strip_controls(self.template.render({"entry": row, "tags": tags}).strip())


def add_link(handler: SimplerXMLGenerator, rel: str, address: str, **attributes: str) -> None:
    if href := as_iri(address):
        present = {name: value for name, value in attributes.items() if value}
        handler.addQuickElement("link", "", {"rel": rel, "href": href, **present})


def add_text(handler: SimplerXMLGenerator, name: str, text: str) -> None:
    if text := strip_controls(text).strip():
        handler.addQuickElement(name, text)


def add_author(handler: SimplerXMLGenerator, person: EntryRow | SourceRow) -> None:
    name = strip_controls(person.author_name).strip()
    email = strip_controls(person.author_email).strip()
    uri = as_iri(person.author_uri)
    if not (name or uri or email):
        return
    handler.startElement("author", NO_ATTRIBUTES)
    handler.addQuickElement("name", name or email or uri)
    add_text(handler, "uri", uri)
    if EMAIL.fullmatch(email):
        handler.addQuickElement("email", email)
    handler.endElement("author")


def add_source(handler: SimplerXMLGenerator, source: SourceRow) -> None:
    """Where an entry of somebody else's feed is from (RFC 4287, 4.2.11)."""
    # A feed that was read from a file has an address that concerns nobody else.
    known_as = [id_ for id_ in (source.feed_id, source.url) if not id_.startswith("file:")]
    handler.startElement("source", NO_ATTRIBUTES)
    add_text(handler, "id", next(filter(is_iri, known_as), ""))
    handler.addQuickElement("title", strip_controls(source.title))
    add_text(handler, "subtitle", source.subtitle)
    add_link(handler, "alternate", source.site_url)
    add_link(handler, "self", source.url)
    add_author(handler, source)
    add_text(handler, "rights", source.rights)
    add_text(handler, "icon", as_iri(source.icon))
    handler.endElement("source")


def permanent_id(atom_id: str) -> str:
    """The atom:id, letter for letter; one that is no IRI has a urn:uuid that stands for it."""
    return atom_id if is_iri(atom_id) else uuid5(NAMESPACE_URL, atom_id).urn


def is_iri(text: str) -> bool:
    return bool(IRI.fullmatch(text)) and strip_controls(text) == text


def as_iri(address: str) -> str:
    """The address, with what an IRI can't hold encoded; empty when it is not to be linked to."""
    address = NOT_IN_AN_IRI.sub(percent_encoded, strip_controls(address).strip())
    scheme = address.partition(":")[0].lower()
    if scheme in OTHER_SCHEMES:
        return address if is_iri(address) else ""
    return web_address(address)


def absolute(path: str) -> str:
    return settings.SITE_URL + path


def percent_encoded(match: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in match.group().encode())
