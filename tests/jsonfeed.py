"""Judges a document by the rules of JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/)."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import html5lib

from tests.atom import ACTIVE, NOT_IN_XML

VERSION = "https://jsonfeed.org/version/1.1"
# RFC 3339, 5.6.
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
LANGUAGE = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*")
MEDIA_TYPE = re.compile(r"[^\s/;]+/[^\s/;]+(\s*;.*)?")
EXTENSION = re.compile(r"_[A-Za-z][^. ]*")

# What each object may have, and of which type; the first group is what it must have.
FEED = (
    {"version": str, "title": str, "items": list},
    {
        **dict.fromkeys(("home_page_url", "feed_url", "next_url", "icon", "favicon"), str),
        **dict.fromkeys(("description", "user_comment", "language"), str),
        "authors": list,
        "expired": bool,
        "hubs": list,
    },
)
ITEM = (
    {"id": str},
    {
        **dict.fromkeys(("url", "external_url", "title", "content_html", "content_text"), str),
        **dict.fromkeys(("summary", "image", "banner_image", "language"), str),
        **dict.fromkeys(("date_published", "date_modified"), str),
        **dict.fromkeys(("authors", "tags", "attachments"), list),
    },
)
AUTHOR = ({}, dict.fromkeys(("name", "url", "avatar"), str))
ATTACHMENT = (
    {"url": str, "mime_type": str},
    {"title": str, "size_in_bytes": int, "duration_in_seconds": int},
)
ADDRESSES = {
    *("home_page_url", "feed_url", "next_url", "icon", "favicon", "url", "external_url", "avatar"),
    *("image", "banner_image"),
}


def findings(document: bytes, served_from: str) -> list[str]:
    """What is wrong with a feed that was served from an address; an empty list when nothing is."""
    try:
        feed = json.loads(document.decode("utf-8"), object_pairs_hook=without_doubles)
    except ValueError as error:
        return [f"no JSON in UTF-8: {error}"]
    return [*breaches(feed, served_from.partition("?")[0])]


def without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    double = [name for name, n in Counter(name for name, _ in pairs).items() if n > 1]
    if double:
        raise ValueError(f"stated twice: {double}")
    return dict(pairs)


def breaches(feed: Any, path: str) -> Iterator[str]:
    yield from breaches_of_object("feed", feed, FEED)
    if feed.get("version") != VERSION:
        yield f"feed: the version is {feed.get('version')!r}"
    # It identifies the feed, so that every page of it states the same.
    if str(feed.get("feed_url", "")).partition("?")[0] != path:
        yield f"feed: feed_url is {feed.get('feed_url')!r}, served from {path}"
    if "next_url" in feed and feed["next_url"] == feed.get("feed_url"):
        yield "feed: next_url leads nowhere"
    for author in feed.get("authors", []):
        yield from breaches_of_author("feed", author)
    ids = Counter(item.get("id") for item in feed.get("items", []))
    yield from (f"id {id_!r} stands {n} times" for id_, n in ids.items() if n > 1)
    for item in feed.get("items", []):
        yield from breaches_of_item(item)


def breaches_of_item(item: dict[str, Any]) -> Iterator[str]:
    where = f"item {item.get('id')!r}"
    yield from breaches_of_object(where, item, ITEM)
    if not item.get("id"):
        yield f"{where}: no id"
    if not {"content_html", "content_text"} & item.keys():
        yield f"{where}: neither content_html nor content_text"
    parser = html5lib.HTMLParser()
    parser.parseFragment(item.get("content_html", ""), container="div")
    yield from (f"{where}: content_html: {code} at {place}" for place, code, _ in parser.errors)
    for name in ("date_published", "date_modified"):
        if name in item:
            yield from breaches_of_moment(f"{where}: {name}", item[name])
    for author in item.get("authors", []):
        yield from breaches_of_author(where, author)
    for tag in item.get("tags", []):
        if not isinstance(tag, str) or not tag.strip():
            yield f"{where}: {tag!r} is no tag"
    for attachment in item.get("attachments", []):
        yield from breaches_of_object(f"{where}: attachment", attachment, ATTACHMENT)
        if not MEDIA_TYPE.fullmatch(attachment.get("mime_type", "")):
            yield f"{where}: {attachment.get('mime_type')!r} is no media type"
        if attachment.get("size_in_bytes", 0) < 0:
            yield f"{where}: a negative size"


def breaches_of_author(where: str, author: Any) -> Iterator[str]:
    yield from breaches_of_object(f"{where}: author", author, AUTHOR)
    if not {"name", "url", "avatar"} & author.keys():
        yield f"{where}: an author of whom nothing is said"


def breaches_of_moment(where: str, text: str) -> Iterator[str]:
    try:
        if not MOMENT.fullmatch(text):
            yield f"{where}: {text!r} is not RFC 3339's"
        datetime.fromisoformat(text)
    except ValueError:
        yield f"{where}: {text!r} is no moment"


def breaches_of_object(where: str, value: Any, names: tuple[dict, dict]) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{where}: {value!r} is no object"
        return
    required, optional = names
    known = required | optional
    yield from (f"{where}: {name} is missing" for name in required.keys() - value.keys())
    for name, stated in value.items():
        if name.startswith("_"):
            if not EXTENSION.fullmatch(name) or not isinstance(stated, dict):
                yield f"{where}: {name} is no extension"
            continue
        if name not in known:
            yield f"{where}: {name!r} is none of the format's"
        elif not isinstance(stated, known[name]) or (known[name] is int and stated is True):
            yield f"{where}: {name} is {stated!r}"
        elif stated in ("", []) and name not in ("content_html", "title", "items"):
            yield f"{where}: {name} is empty"
        if name in ADDRESSES:
            yield from breaches_of_address(f"{where}: {name}", str(stated))
        if name == "language" and not LANGUAGE.fullmatch(str(stated)):
            yield f"{where}: {stated!r} is no language"
        if isinstance(stated, str) and NOT_IN_XML.search(stated):
            yield f"{where}: {name}: a control character"


def breaches_of_address(where: str, address: str) -> Iterator[str]:
    if not urlsplit(address).scheme or re.search(r"\s", address):
        yield f"{where}: {address!r} is no whole address"
    if address.lower().startswith(ACTIVE):
        yield f"{where}: {address!r} may do harm"
