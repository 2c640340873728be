"""Fields of feedparser's dictionaries, taken by name and type.

feedparser lets the elements of an extension put a value of any type under any name.
"""

import re
from collections.abc import Mapping
from typing import Any

from entries.lib.characters import unescape
from entries.lib.plaintext import squeeze

Raw = dict[str, Any]
Shape = Mapping[str, Any]

TEXT = ("type", "value", "base", "language", "src")
PERSON = ("name", "href", "email")
LINK = ("rel", "href", "type", "length", "title", "hreflang")
MEDIUM = ("url", "type", "medium", "filesize", "width", "title", "description")

SOURCE: Shape = {
    "": ("id", "title", "href"),
    "title_detail": TEXT,
    "links": [LINK],
    "authors": [PERSON],
}
# A shape maps each field to the names of the texts in its record; a list means a list of such
# records. The names under "" are fields that are texts themselves.
ENTRY: Shape = {
    "": (
        *("id", "link", "title", "summary", "rights", "language", "yt_videoid"),
        *("published", "updated", "created"),
        *("wp_post_id", "wp_post_type", "wp_post_parent", "wp_post_name", "wp_post_password"),
        *("wp_status", "wp_post_date", "wp_post_date_gmt", "wp_post_modified"),
        *("wp_post_modified_gmt", "excerpt_encoded"),
    ),
    "title_detail": TEXT,
    "summary_detail": TEXT,
    "rights_detail": TEXT,
    "media_description": TEXT,
    "image": ("href",),
    "content": [TEXT],
    "links": [LINK],
    "authors": [PERSON],
    "contributors": [PERSON],
    "tags": [("term", "scheme", "label")],
    "in_reply_to": [("ref", "href", "type", "source")],
    "media_content": [MEDIUM],
    "media_thumbnail": [("url",)],
}
FEED: Shape = {
    "": ("id", "language", "updated", "icon", "logo", "wp_base_blog_url"),
    "title_detail": TEXT,
    "subtitle_detail": TEXT,
    "rights_detail": TEXT,
    "image": ("href",),
    "links": [LINK],
    "authors": [PERSON],
    "wp_authors": [("wp_author_login", "wp_author_display_name")],
}
MEDIA: Shape = {"": (), "media_content": [("url",)], "media_thumbnail": [("url",)]}
PARSED_DATES = ("published_parsed", "updated_parsed", "created_parsed")

NAMING = re.compile(
    rb"<(?P<name>title|guid|id|link)(?=[\s>])[^<>]*>(?:<!\[CDATA\[)?(?P<text>[^<\]]{1,500})", re.I
)


def take(found: Raw, shape: Shape) -> Raw:
    """The fields that the shape names, as far as their values have the shape's types."""
    taken = take_texts(found, shape[""])
    for name, names in shape.items():
        # feedparser's own get() returns the value of another key if this one is missing.
        value = dict.get(found, name)
        if isinstance(names, list):
            if isinstance(value, list):
                taken[name] = [take_texts(one, names[0]) for one in value if isinstance(one, dict)]
        elif name and isinstance(value, dict):
            taken[name] = take_texts(value, names)
    return taken


def take_entry(found: Raw) -> Raw:
    """The fields of feedparser's entry, in JSON's types."""
    taken = take(found, ENTRY)
    for name in PARSED_DATES:
        moment = dict.get(found, name)
        if isinstance(moment, tuple):
            taken[name] = [int(number) for number in moment]
    source = dict.get(found, "source")
    if isinstance(source, dict):
        taken["source"] = take(source, SOURCE)
    return taken


def media_addresses(found: Raw) -> list[str]:
    """The URLs in an entry's Media RSS."""
    record = take(found, MEDIA)
    media = [*(record.get("media_content") or []), *(record.get("media_thumbnail") or [])]
    return [medium.get("url") or "" for medium in media]


def entry_record(found: Raw) -> Raw:
    """The fields of feedparser's entry without the values that feedparser duplicates."""
    record = take_entry(found)
    for key in ("title", "summary", "rights"):
        if record.get(key) == (record.get(f"{key}_detail") or {}).get("value"):
            record.pop(key, None)
    contents = record.get("content") or []
    # feedparser copies Atom's content into the summary of an entry that has none.
    copied = contents and contents[0].get("value")
    summaries = (record.get("summary"), (record.get("summary_detail") or {}).get("value"))
    if copied and copied in summaries:
        record.pop("summary_detail", None)
        record.pop("summary", None)
    for text in [*contents, record.get("title_detail") or {}, record.get("summary_detail") or {}]:
        if text.get("type") == "application/xhtml+xml":
            # feedparser writes <br></br>, which HTML parsers read as two line breaks.
            text["value"] = text.get("value", "").replace("</br>", "")
    described = record.pop("media_description", None)
    if described and not record.get("summary") and "summary_detail" not in record:
        # YouTube has its description there, as plain text with line breaks.
        record["summary_detail"] = described
    return record


def take_texts(found: Raw, names: tuple[str, ...]) -> Raw:
    return {name: text for name in names if isinstance(text := dict.get(found, name), str)}


def find_identity(entry: bytes) -> Raw:
    """The id, link and title of an entry that can't be parsed, by regular expression."""
    raw: Raw = {}
    for match in NAMING.finditer(entry[:20_000]):
        name = {"guid": "id"}.get(match["name"].decode().lower(), match["name"].decode().lower())
        text = squeeze(unescape(match["text"].decode("utf-8", "replace")))
        if name == "title":
            raw.setdefault("title_detail", {"type": "text/plain", "value": text})
        else:
            raw.setdefault(name, text)
    return raw
