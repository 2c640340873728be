"""The JSON Feed 1.1 format (https://www.jsonfeed.org/version/1.1/)."""

import json
import mimetypes
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, TextIO
from urllib.parse import quote

from django.conf import settings
from django.utils.feedgenerator import rfc3339_date

from entries.lib.characters import strip_controls
from entries.lib.email_addresses import mail_address
from entries.lib.languages import language_tag
from entries.models import Enclosure
from entries.publishing.entry_lists import EntryList
from entries.publishing.jinja2 import absolute
from entries.publishing.rows.entry_row import EntryRow
from entries.publishing.rows.part_rows import EnclosureRow
from entries.publishing.tombstones import Tombstone

from .atom_elements import as_iri, as_media_type, permanent_id, public_url, publisher
from .feed import FeedHead, Written, gathered_from, whole_text

content_type = "application/feed+json"

VERSION = "https://jsonfeed.org/version/1.1"
ANY_TYPE = "application/octet-stream"


def path(entry_list: EntryList) -> str:
    return entry_list.json_path


def write(
    out: TextIO,
    head: FeedHead,
    entries: Iterable[Written],
    tombstones: list[Tombstone],
    updated: datetime,
) -> None:
    """Write a feed, entry by entry. The format has neither tombstones nor a date of change."""
    out.write(_dump(feed_object(head)).removesuffix("}"))
    out.write(', "items": [')
    separator = "\n"
    for entry in entries:
        out.write(separator + entry.text)
        separator = ",\n"
    out.write("\n]}\n")


def feed_object(head: FeedHead) -> dict[str, Any]:
    """The feed without its items.

    The format identifies a feed by its URL, which changes when the site moves. Our extension
    `_atom` has the permanent id.
    """
    return _without_empty(
        version=VERSION,
        title=_text(head.title),
        home_page_url=head.page,
        # The same on every page, because it identifies the feed.
        feed_url=head.first,
        next_url=head.older,
        description=_text(head.subtitle),
        icon=as_iri(head.icon),
        favicon=as_iri(head.icon),
        authors=_authors([(head.author_name, head.author_link, "")]),
        language=settings.LANGUAGE_CODE,
        _atom={"id": head.id},
    )


def write_entry(row: EntryRow) -> str:
    return _dump(item_object(row))


def item_object(row: EntryRow) -> dict[str, Any]:
    """The entry as an item, with two extensions of ours.

    `_original` names the feed and page that the entry came from, `_post` its kind.
    """
    pictures = [picture for picture in row.pictures if as_iri(picture.href)]
    image = pictures[0] if pictures else None
    return _without_empty(
        id=permanent_id(row.atom_id),
        url=absolute(row.path),
        external_url=as_iri(row.link_url),
        title=_text(row.title),
        summary=_text(row.summary),
        image=as_iri(image.href) if image else "",
        date_published=rfc3339_date(row.published),
        date_modified=rfc3339_date(row.updated),
        authors=_authors(_writers(row)),
        tags=[term for tag in row.tags if (term := _text(tag.term or tag.name))],
        language=language_tag(row.language),
        attachments=[*_attachments(row, image)],
        _original=_original(row),
        _post={"kind": row.kind},
    ) | {"content_html": whole_text(row)}


def _writers(row: EntryRow) -> list[tuple[str, str, str]]:
    """List the authors of an entry as (name, URI, e-mail).

    An entry without authors from somebody's feed gets that feed as its author. Without one,
    readers would take this site for the author.
    """
    own = (row.author_name, row.author_uri, row.author_email)
    people = [
        own,
        *((name, uri, email) for role, name, uri, email in row.people if role == "author"),
    ]
    source = gathered_from(row)
    if source and not _authors(people):
        name = row.origin_name if row.is_passed_on else publisher(source)
        people = [(name, source.author_uri, source.author_email)]
    return people


def _authors(people: Iterable[tuple[str, str, str]]) -> list[dict[str, str]]:
    authors = []
    for name, uri, email in people:
        address = mail_address(email)
        url = as_iri(uri) or as_iri(f"mailto:{quote(address, safe='@')}" if address else "")
        if author := _without_empty(name=_text(name), url=url):
            authors.append(author)
    return authors


def _attachments(row: EntryRow, image: EnclosureRow | None) -> Iterator[dict[str, Any]]:
    for enclosure in row.enclosures:
        url = as_iri(enclosure.href)
        if not url or enclosure is image or enclosure.role == Enclosure.Role.THUMBNAIL:
            continue
        media_type = as_media_type(enclosure.type)
        if not media_type:
            media_type = mimetypes.guess_type(url.partition("?")[0])[0] or ANY_TYPE
        attachment = _without_empty(url=url, mime_type=media_type, title=_text(enclosure.title))
        if enclosure.length is not None:
            attachment["size_in_bytes"] = enclosure.length
        yield attachment


def _original(row: EntryRow) -> dict[str, str]:
    source = gathered_from(row)
    original = {"url": as_iri(row.canonical_url)}
    if source:
        original |= {
            "title": _text(source.title),
            "home_page_url": as_iri(source.site_url),
            "feed_url": public_url(source.url),
        }
    return _without_empty(**original)


def _without_empty(**values: Any) -> dict[str, Any]:
    """The values without empty texts and lists."""
    return {name: value for name, value in values.items() if value}


def _text(text: str) -> str:
    return strip_controls(text).strip()


def _dump(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False)
