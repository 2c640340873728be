"""JSON Feed 1.0 and 1.1 (https://www.jsonfeed.org/version/1.1/), in the shape of other feeds."""

import json
import re
from typing import Any

from .addresses import absolute_address
from .encodings import without_space_before
from .errors import ParseError
from .feeddata import EntryData, Envelope, FeedContext, FeedData, Person, unique_people
from .text import squeeze

Raw = dict[str, Any]
# An item, its bytes and what stands around it.
Stated = tuple[Raw, bytes, Envelope]
FIRST_BYTES = b"\xef\xbb\xbf\xff\xfe\0 \t\r\n"


# Nested deeper a value is none of the format's, and Python's reader gives up.
MAX_DEPTH = 50
TOKEN = re.compile(r'"(?:[^"\\]++|\\.)*+"|[\[\]{}]', re.S)
TOO_DEEP = f"Values nested deeper than {MAX_DEPTH} levels are left out."


def looks_like_json(data: bytes) -> bool:
    """Whether this is a JSON object, in any Unicode encoding, with or without a byte order mark."""
    return data[:1_000].lstrip(FIRST_BYTES).startswith(b"{")


def read_json_feed(data: bytes, url: str) -> tuple[FeedData, list[Stated]]:
    """The feed and its items, for `as_entry`. Raises ParseError when it is no JSON Feed.

    What has another type than the format says is read where it can be, else left out.
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
    objects = [item for item in items if isinstance(item, dict)]
    if len(objects) < len(items):
        feed.warnings.append(f"{len(items) - len(objects)} of its items are no objects.")
    envelope = around_items(document, url)
    return feed, [(item, json.dumps(item).encode(), envelope) for item in objects]


def around_items(document: Raw, url: str) -> Envelope:
    """The document without its items, written anew as ASCII: what it says stays the same."""
    others = {name: value for name, value in document.items() if name != "items"}
    return Envelope(json.dumps(others | {"items": []}).encode()[:-2], b"]}", url)


def load(text: str) -> tuple[Raw, str]:
    """The document, and a warning where something had to go. Raises ValueError, RecursionError."""
    try:
        document = json.loads(text)
        if not is_deep(document):
            return document, ""
    except RecursionError:
        pass
    return json.loads(without_depths(text)), TOO_DEEP


def is_deep(document: Raw) -> bool:
    """Whether values are nested MAX_DEPTH levels deep. Pythons differ in how deep they read."""
    level: list[Any] = [document]
    for _ in range(MAX_DEPTH - 1):
        inner = (each.values() if isinstance(each, dict) else each for each in level)
        level = [value for values in inner for value in values if isinstance(value, (dict, list))]
    return bool(level)


def without_depths(text: str) -> str:
    """JSON with `null` in the place of what is nested too deeply."""
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


def as_entry(stated: Stated, context: FeedContext) -> EntryData:
    item, received, envelope = stated
    return EntryData(raw_entry(item), context, received=received, envelope=envelope)


def feed_data(document: Raw, url: str) -> FeedData:
    def address(name):
        return absolute_address(url, text(document, name))

    site_url = address("home_page_url")
    people = [Person.from_raw(raw) for raw in read_authors(document)]
    return FeedData(
        title=squeeze(text(document, "title")),
        subtitle=squeeze(text(document, "description")),
        site_url=site_url,
        self_url=address("feed_url"),
        feed_id=address("feed_url"),
        rights="",
        icon=address("icon") or address("favicon"),
        context=FeedContext(
            authors=tuple(unique_people(people)),
            language=squeeze(text(document, "language")),
            base=url if url.startswith(("http://", "https://")) else site_url,
        ),
        next_page=address("next_url"),
    )


def raw_entry(item: Raw) -> Raw:
    """An item as feedparser would have put it."""
    raw: Raw = {}
    for key, name in (
        *(("id", "id"), ("external_url", "external_url"), ("language", "language")),
        *(("published", "date_published"), ("updated", "date_modified")),
    ):
        if value := text(item, name):
            raw[key] = value
    raw["links"] = [{"rel": "alternate", "href": url}] if (url := text(item, "url")) else []
    post = item.get("_post")
    if isinstance(post, dict) and (kind := text(post, "kind")):
        raw["kind"] = kind
    if title := text(item, "title"):
        raw["title_detail"] = {"type": "text/plain", "value": title}
    if summary := text(item, "summary"):
        raw["summary_detail"] = {"type": "text/plain", "value": summary}
    raw["content"] = [
        {"type": media_type, "value": value}
        for name, media_type in (("content_html", "text/html"), ("content_text", "text/plain"))
        if (value := text(item, name))
    ]
    raw["authors"] = read_authors(item)
    raw["tags"] = [{"term": str(tag)} for tag in a_list(item, "tags") if is_scalar(tag)]
    raw["links"] += [
        {
            "rel": "enclosure",
            "href": text(attachment, "url"),
            "type": text(attachment, "mime_type"),
            "length": text(attachment, "size_in_bytes"),
            "title": text(attachment, "title"),
        }
        for attachment in a_list(item, "attachments")
        if isinstance(attachment, dict)
    ]
    if image := text(item, "image") or text(item, "banner_image"):
        raw["image"] = {"href": image}
    return raw


def read_authors(stating: Raw) -> list[Raw]:
    """Version 1.1's authors, else 1.0's author."""
    stated = a_list(stating, "authors") or [stating.get("author")]
    authors = []
    for author in stated:
        if isinstance(author, dict):
            authors.append({"name": text(author, "name"), "href": text(author, "url")})
        elif isinstance(author, str):
            authors.append({"name": author})
    return authors


def text(stating: Raw, name: str) -> str:
    """A value as text: ids are often numbers, in spite of the format."""
    value = stating.get(name)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value) if is_scalar(value) else ""


def a_list(stating: Raw, name: str) -> list[Any]:
    value = stating.get(name)
    return value if isinstance(value, list) else []


def is_scalar(value: Any) -> bool:
    return isinstance(value, str | int | float) and not isinstance(value, bool)
