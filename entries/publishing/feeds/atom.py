"""The Atom format (RFC 4287), with paging (RFC 5005) and tombstones (RFC 6721)."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, TextIO
from xml.sax.xmlreader import AttributesImpl

from django.conf import settings
from django.utils.feedgenerator import Atom1Feed, rfc3339_date
from django.utils.xmlutils import SimplerXMLGenerator

from entries.lib.characters import strip_controls
from entries.lib.kind_links import TYPE_OF_KIND, UNTITLED
from entries.lib.languages import language_tag
from entries.publishing.entry_lists import EntryList
from entries.publishing.jinja2 import absolute
from entries.publishing.rows.entry_row import EntryRow
from entries.publishing.rows.part_rows import TagRow
from entries.publishing.tombstones import Tombstone

from .atom_elements import (
    MEDIA,
    THREADS,
    TOMBSTONES,
    ElementWriter,
    add_category,
    add_enclosure,
    add_link,
    add_origin,
    add_person,
    add_reply,
    add_source,
    add_text,
    add_tombstone,
    as_iri,
    category_term,
    permanent_id,
)
from .feed import FeedHead, Written, feed_title, gathered_from, whole_text

content_type = "application/atom+xml; charset=utf-8"


def path(entry_list: EntryList) -> str:
    return entry_list.atom_path


def write(
    out: TextIO,
    head: FeedHead,
    entries: Iterable[Written],
    tombstones: list[Tombstone],
    updated: datetime,
) -> None:
    AtomFeed(head, entries, tombstones, updated).write(out, "utf-8")


class AtomFeed(Atom1Feed):
    """Django's Atom feed, made of entries that are XML already (`write_entry`)."""

    def __init__(
        self,
        head: FeedHead,
        entries: Iterable[Written],
        tombstones: list[Tombstone],
        updated: datetime,
    ):
        super().__init__(
            title=strip_controls(head.title),
            link=head.page,
            description="",
            language=settings.LANGUAGE_CODE,
            feed_url=as_iri(head.here),
            feed_guid=head.id,
        )
        self.head = head
        self.entries = entries
        self.tombstones = tombstones
        self.updated = updated

    def latest_post_date(self) -> datetime:
        return self.updated

    def root_attributes(self) -> dict[str, Any]:
        extensions = {"xmlns:media": MEDIA, "xmlns:thr": THREADS}
        if self.tombstones:
            extensions["xmlns:at"] = TOMBSTONES
        return super().root_attributes() | extensions

    def add_root_elements(self, handler: SimplerXMLGenerator) -> None:
        super().add_root_elements(handler)
        head = self.head
        add_person(handler, "author", head.author_name, head.author_link)
        add_text(handler, "subtitle", head.subtitle)
        add_text(handler, "icon", as_iri(head.icon))
        handler.addQuickElement("generator", "Feedstead")
        if head.older or head.newer:
            add_link(handler, "first", head.first)
        add_link(handler, "previous", head.newer)
        add_link(handler, "next", head.older)
        for tombstone in self.tombstones:
            add_tombstone(handler, tombstone)

    def write_items(self, handler: SimplerXMLGenerator) -> None:
        for entry in self.entries:
            # This method writes text unescaped, which the XML of an entry needs.
            handler.ignorableWhitespace(entry.text)


def write_entry(row: EntryRow) -> str:
    """The <entry> element. The feed declares its namespace prefixes."""
    handler = ElementWriter()
    language = language_tag(row.language)
    is_other = language and language.lower() != settings.LANGUAGE_CODE.lower()
    handler.startElement("entry", AttributesImpl({"xml:lang": language} if is_other else {}))
    handler.addQuickElement("id", permanent_id(row.atom_id))
    handler.addQuickElement("title", feed_title(row))
    add_link(handler, "alternate", absolute(row.path))
    add_link(handler, "via", row.canonical_url)
    add_link(handler, "related", row.link_url)
    untitled = "" if strip_controls(row.title).strip() else UNTITLED
    add_link(handler, "type", TYPE_OF_KIND[row.kind], title=untitled)
    for enclosure in row.enclosures:
        add_enclosure(handler, enclosure)
    handler.addQuickElement("published", rfc3339_date(row.published))
    handler.addQuickElement("updated", rfc3339_date(row.updated))
    add_person(handler, "author", row.author_name, row.author_uri, row.author_email)
    for role, *person in row.people:
        add_person(handler, role, *person)
    terms: dict[str, TagRow] = {}
    for tag in row.tags:
        terms.setdefault(category_term(tag), tag)
    for tag in terms.values():
        add_category(handler, tag, row.category_details)
    if source := gathered_from(row):
        if row.is_passed_on:
            author = row.author_name or row.origin_name
            add_origin(handler, row.origin, author, row.updated)
        else:
            add_source(handler, source, row.updated)
    for reply in row.in_reply_to:
        add_reply(handler, reply)
    add_text(handler, "rights", row.rights)
    add_text(handler, "summary", row.summary)
    handler.addQuickElement("content", whole_text(row), {"type": "html"})
    handler.endElement("entry")
    return handler.text()
