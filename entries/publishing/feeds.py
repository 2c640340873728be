"""The feeds that go out: Atom (RFC 4287), with paging (RFC 5005).

What stands in an entry's `content` is put together from its fields, by the partials that
the pages use, in a form that an import takes apart again without loss.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from io import StringIO
from typing import Any, TextIO
from xml.sax.xmlreader import AttributesImpl

from django.conf import settings
from django.template.loader import get_template
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed, rfc3339_date
from django.utils.xmlutils import SimplerXMLGenerator

from entries.characters import strip_controls
from entries.models import Source, Tag

from .elements import (
    LANGUAGE,
    MEDIA,
    THREADS,
    add_category,
    add_enclosure,
    add_link,
    add_origin,
    add_person,
    add_reply,
    add_source,
    add_text,
    as_iri,
    permanent_id,
)
from .listing import EntryRow

CONTENT_TYPE = "application/atom+xml; charset=utf-8"
PAGE_SIZE = 50  # entries
NEVER = datetime(1970, 1, 1, tzinfo=UTC)  # when a feed without entries last changed


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

    def root_attributes(self) -> dict[str, Any]:
        return super().root_attributes() | {"xmlns:media": MEDIA, "xmlns:thr": THREADS}

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
            add_enclosure(handler, enclosure)
        handler.addQuickElement("published", rfc3339_date(row.published))
        handler.addQuickElement("updated", rfc3339_date(row.updated))
        add_person(handler, "author", row.author_name, row.author_uri, row.author_email)
        for role, *person in row.people:
            add_person(handler, role, *person)
        for tag in row.tags:
            add_category(handler, tag, row.category_details)
        if row.source and row.source.canonical != Source.Canonical.SELF:
            if row.is_passed_on:
                add_origin(handler, row.origin, row.author_name or row.origin_name)
            else:
                add_source(handler, row.source)
        for reply in row.in_reply_to:
            add_reply(handler, reply)
        add_text(handler, "rights", row.rights)
        add_text(handler, "summary", row.summary)
        handler.addQuickElement("content", self.content(row), {"type": "html"})

    def content(self, row: EntryRow) -> str:
        """The whole text as HTML, with heading link, via line, citation and tags line."""
        tags = [
            {"name": tag.term or tag.name, "url": absolute(tag.path)}
            for tag in (row.tags if row.tags_line else ())
        ]
        return strip_controls(self.template.render({"entry": row, "tags": tags}).strip())


def absolute(path: str) -> str:
    return settings.SITE_URL + path
