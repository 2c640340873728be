"""Adapter for JSON Feed 1.0 and 1.1 (https://www.jsonfeed.org/version/1.1/)."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from entries.importing.errors import ParseError
from entries.importing.parsing.encodings import without_space_before
from entries.importing.parsing.feed_data import (
    EntryData,
    Envelope,
    FeedContext,
    FeedData,
    StatedDate,
    Text,
    fullest_text,
    person_of,
    plain_summary,
    unique_people,
)
from entries.importing.parsing.upstream_fields import Enclosure, Person
from entries.lib.characters import strip_controls
from entries.lib.kind_links import TYPE_OF_KIND
from entries.lib.plaintext import squeeze
from entries.lib.urls import absolute_url

from .enclosures import Attached, find_enclosures, whole_number

Raw = dict[str, Any]  # an object of the document
FIRST_BYTES = b"\xef\xbb\xbf\xff\xfe\0 \t\r\n"


MAX_DEPTH = 50  # levels; the format needs few, and Python's parser fails on very many
TOKEN = re.compile(r'"(?:[^"\\]++|\\.)*+"|[\[\]{}]', re.S)
TOO_DEEP = f"Values nested deeper than {MAX_DEPTH} levels are left out."


def looks_like_json(data: bytes) -> bool:
    """True for a JSON object in any Unicode encoding, with or without a byte order mark."""
    return data[:1_000].lstrip(FIRST_BYTES).startswith(b"{")


def read_json_feed(data: bytes, url: str) -> tuple[FeedData, list[Raw], Envelope]:
    """The feed, its items and their envelope. Raises ParseError if it is no JSON Feed.

    Values of a wrong type are converted if possible, else left out.
    """
    try:
        data = without_space_before(data)
        document, warning = load(data.decode(json.detect_encoding(data), "windows-1252"))
    except (ValueError, RecursionError) as error:
        raise ParseError(url, f"it is no JSON that can be read: {str(error)[:100]}") from error
    items = document.get("items")
    version = text(document, "version")
    if not isinstance(items, list) or not (version == "" or "jsonfeed.org/version/" in version):
        raise ParseError(url, "it is JSON, but no JSON Feed")
    feed = feed_data(document, url)
    if warning:
        feed.warnings.append(warning)
    if not version:
        feed.warnings.append("The document does not say that it is a JSON Feed; read as one.")
    found = objects(document, "items")
    if len(found) < len(items):
        feed.warnings.append(f"{len(items) - len(found)} items are no objects; they are left out.")
    return feed, found, envelope_without_items(document, url)


def envelope_without_items(document: Raw, url: str) -> Envelope:
    """The document without its items, serialised again as ASCII."""
    others = {name: value for name, value in document.items() if name != "items"}
    return Envelope(json.dumps(others | {"items": []}).encode()[:-2], b"]}", url)


def load(text: str) -> tuple[Raw, str]:
    """The document, and a warning if values were left out. Raises ValueError, RecursionError."""
    try:
        document = json.loads(text)
        if not is_deep(document):
            return document, ""
    except RecursionError:
        pass
    return json.loads(without_deep_values(text)), TOO_DEEP


def is_deep(document: Raw) -> bool:
    """True if values are nested MAX_DEPTH levels deep. Python's own limit differs by version."""
    level: list[Any] = [document]
    for _ in range(MAX_DEPTH - 1):
        inner = (each.values() if isinstance(each, dict) else each for each in level)
        level = [value for values in inner for value in values if isinstance(value, (dict, list))]
    return bool(level)


def without_deep_values(text: str) -> str:
    """Replace values that are nested too deeply by `null`."""
    parts: list[str] = []
    depth = start = end = 0
    for token in TOKEN.finditer(text):
        if token.group() in ("[", "{"):
            depth += 1
            if depth == MAX_DEPTH:
                start = token.start()
        elif token.group() in ("]", "}"):
            if depth == MAX_DEPTH:
                parts += [text[end:start], "null"]
                end = token.end()
            depth -= 1
    return "".join([*parts, text[end:]])


def feed_data(document: Raw, url: str) -> FeedData:
    def address(name):
        return absolute_url(url, text(document, name))

    site_url = address("home_page_url")
    return FeedData(
        title=squeeze(text(document, "title")),
        subtitle=squeeze(text(document, "description")),
        site_url=site_url,
        self_url=address("feed_url"),
        feed_id=address("feed_url"),
        rights="",
        icon=address("icon") or address("favicon"),
        context=FeedContext(
            authors=unique_people(read_authors(document)),
            language=squeeze(text(document, "language")),
            base=url if url.startswith(("http://", "https://")) else site_url,
        ),
        next_page=address("next_url"),
    )


def entry_data(item: Raw, context: FeedContext, envelope: Envelope) -> EntryData:
    def absolute(address: str) -> str:
        address = strip_controls(address).strip()
        return absolute_url(context.base, address) or address

    link, external = text(item, "url"), text(item, "external_url")
    link = absolute(link) if link else ""
    target = absolute(external) if external else ""
    post = item.get("_post")
    kind = text(post, "kind") if isinstance(post, dict) else ""
    contents = (Text(text(item, "content_html"), "text/html"), Text(text(item, "content_text")))
    summary = Text(text(item, "summary"))
    body = fullest_text(contents, summary)
    authors = unique_people(read_authors(item)) or unique_people(context.authors)
    attached = Attached(
        tuple(read_attachments(item, absolute)),
        thumbnails=(text(item, "image") or text(item, "banner_image"),),
    )
    tags = (squeeze(str(tag)) for tag in list_value(item, "tags") if is_scalar(tag))
    return EntryData(
        guid=text(item, "id").strip(),
        title=squeeze(text(item, "title")),
        link=link,
        target="" if target == link else target,
        kind=kind if kind in TYPE_OF_KIND else "",
        body=body,
        summary=plain_summary(summary, body),
        base=context.base,
        authors=authors,
        language=squeeze(text(item, "language")) or context.language,
        categories=tuple(dict.fromkeys(tag for tag in tags if tag)),
        enclosures=find_enclosures(
            attached, body.value, absolute, authors=[person.name for person in authors]
        ),
        published=read_date(item, "date_published"),
        updated=read_date(item, "date_modified"),
        context=context,
        received=json.dumps(item).encode(),
        envelope=envelope,
        stated_media=tuple(text(one, "url") for one in objects(item, "attachments")),
    )


def read_date(item: Raw, name: str) -> StatedDate | None:
    stated = text(item, name)
    return StatedDate(stated) if stated else None


def read_attachments(item: Raw, absolute: Callable[[str], str]) -> Iterator[Enclosure]:
    for stated in objects(item, "attachments"):
        if url := text(stated, "url"):
            yield Enclosure(
                absolute(url),
                squeeze(text(stated, "mime_type")),
                whole_number(text(stated, "size_in_bytes")),
                squeeze(text(stated, "title")),
            )


def read_authors(stating: Raw) -> Iterator[Person]:
    """The people in `authors` (version 1.1), else in `author` (version 1.0)."""
    for author in list_value(stating, "authors") or [stating.get("author")]:
        if isinstance(author, dict):
            yield person_of(text(author, "name"), text(author, "url"))
        elif isinstance(author, str):
            yield person_of(author)


def objects(stating: Raw, name: str) -> list[Raw]:
    return [value for value in list_value(stating, name) if isinstance(value, dict)]


def text(stating: Raw, name: str) -> str:
    """A value as text, also if it is a number: many feeds have numbers as ids."""
    value = stating.get(name)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value) if is_scalar(value) else ""


def list_value(stating: Raw, name: str) -> list[Any]:
    value = stating.get(name)
    return value if isinstance(value, list) else []


def is_scalar(value: Any) -> bool:
    return isinstance(value, str | int | float) and not isinstance(value, bool)
