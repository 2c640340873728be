"""WordPress's export (WXR 1.0 to 1.2): RSS whose items are posts, attachments, menus and more."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from entries.importing.parsing.feed_data import Envelope
from entries.lib.characters import unescape

from .wordpress_text import as_html

Raw = dict[str, Any]

COMMENTS_LEFT_OUT = "This is an export of WordPress: its comments are not imported."
POST_TYPES = {"post", "page"}
DRAFT_STATUSES = {"draft", "pending"}
PUBLISHED_STATUSES = {"publish", "future"}
# The values that an export has in place of a missing date.
NO_DATE = re.compile(r"0000-|-0001|^$")
# Elements with private data of readers, plugins and authors.
PRIVATE = re.compile(
    rb"<!\[CDATA\[|<(?P<closing>/?)wp:(?P<name>comment|postmeta|author_email|post_password)>"
)
HIDDEN_PASSWORD = b"<wp:post_password>hidden</wp:post_password>"
LOCAL_TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")


def is_export(namespaces: Mapping[str, str]) -> bool:
    """True if a feed that declares these namespaces is an export of WordPress."""
    return any(uri.startswith("http://wordpress.org/export/") for uri in namespaces.values())


def exported_blog(feed: Mapping[str, Any]) -> str:
    """The URL of the blog, from the head of its export; not that of a network of blogs."""
    return str(feed.get("wp_base_blog_url") or "").strip()


class Export:
    """The authors' names and the attachments of an export, needed to read its items.

    `items` are the items' bytes. They are searched once for attachments, which are items of their
    own and may be far from their post.
    """

    def __init__(self, authors: Iterable[Raw], items: Iterable[bytes]):
        self.names = {
            author.get("wp_author_login", ""): author.get("wp_author_display_name", "")
            for author in authors
        }
        self.attached: dict[str, list[Raw]] = defaultdict(list)
        self.attachments: dict[str, list[bytes]] = defaultdict(list)
        self.posts: set[str] = set()
        for item in items:
            kind = element_text(item, "wp:post_type")
            if kind == "attachment":
                link = {"rel": "enclosure", "href": element_text(item, "wp:attachment_url")}
                link["title"] = unescape(element_text(item, "title"))
                parent = element_text(item, "wp:post_parent")
                self.attached[parent].append(link)
                self.attachments[parent].append(without_private_parts(item))
            elif kind in POST_TYPES:
                self.posts.add(element_text(item, "wp:post_id"))

    def as_record(self, item: Raw) -> tuple[Raw, str]:
        """The item as a record like those of other feeds, and the reason if it is no entry.

        Adds `draft` and `slug`, which other feeds lack.
        """
        kind, status = item.get("wp_post_type", "post"), item.get("wp_status", "publish")
        raw = {key: value for key, value in item.items() if not key.startswith(("wp_", "excerpt_"))}
        if kind == "attachment":
            parent = item.get("wp_post_parent")
            reason = "it is an attachment" + (
                ", and goes with its post" if parent in self.posts else " of no post in the export"
            )
            return raw, reason
        if kind not in POST_TYPES:
            return raw, f"it is a {kind}, neither a post nor a page"
        if status not in DRAFT_STATUSES | PUBLISHED_STATUSES:
            return raw, f"its status in WordPress is {status}"
        # A post with a password in WordPress must not be public here.
        raw["draft"] = status in DRAFT_STATUSES or bool(item.get("wp_post_password"))
        raw["slug"] = item.get("wp_post_name", "")
        raw["authors"] = [
            {"name": unescape(self.names.get(name) or name)}
            for author in item.get("authors") or []
            if (name := author.get("name"))
        ]
        # The `domain` of a category is WordPress's taxonomy, not a scheme. WordPress stores and
        # exports names as HTML.
        raw["tags"] = [{"term": unescape(tag.get("term") or "")} for tag in item.get("tags") or []]
        raw |= text_fields(item) | date_fields(item)
        raw["links"] = [
            *(item.get("links") or []),
            *self.attached_not_shown(item.get("wp_post_id", ""), raw),
        ]
        return raw, ""

    def received(self, item: Raw, received: bytes) -> bytes:
        """The bytes of a post, followed by those of the items attached to it."""
        attachments = self.attachments.get(item.get("wp_post_id", ""), [])
        return b"\n".join([without_private_parts(received), *attachments])

    def attached_not_shown(self, post: str, raw: Raw) -> list[Raw]:
        """The attachments of a post, without the files that its text shows or links to."""
        text = raw["content"][0]["value"] if raw["content"] else ""
        return [
            link
            for link in self.attached.get(post, [])
            if link["href"] and without_size(link["href"]) not in text
        ]


def text_fields(item: Raw) -> Raw:
    contents = [content.get("value") or "" for content in item.get("content") or []]
    content = next((text for text in contents if text.strip()), "")
    summary = item.get("excerpt_encoded") or ""
    return {
        "content": [{"type": "text/html", "value": as_html(content)}] if content else [],
        "summary": summary,
        "summary_detail": {"type": "text/html", "value": summary},
    }


def date_fields(item: Raw) -> Raw:
    """The dates in UTC, else in the blog's local time without a zone."""
    found: Raw = {}
    for name, key in (("published", "wp_post_date"), ("updated", "wp_post_modified")):
        utc, local = item.get(f"{key}_gmt") or "", item.get(key) or ""
        if LOCAL_TIME.fullmatch(utc) and not NO_DATE.search(utc):
            found[name] = f"{utc}Z"
        elif not NO_DATE.search(local):
            found[name] = local
        elif name == "published" and NO_DATE.search(item.get("published") or ""):
            found[name] = ""
        else:
            continue
        found[f"{name}_parsed"] = None
    return found


def without_private_parts(data: bytes) -> bytes:
    """Remove comments, plugin data, e-mail addresses and passwords, which are never stored.

    A password becomes `hidden`, so that the post is still known to have one. An unclosed element
    is removed up to the end.
    """
    kept, kept_to, position, opened = [], 0, 0, None
    while match := PRIVATE.search(data, position):
        position = match.end()
        if not match["name"]:
            # Skip the CDATA section: it may contain any tag as text.
            end = data.find(b"]]>", position)
            if end < 0:
                break
            position = end + 3
        elif opened is None and not match["closing"]:
            opened = match
            kept.append(data[kept_to : match.start()])
        elif opened and match["closing"] and match["name"] == opened["name"]:
            inner = data[opened.end() : match.start()].strip()
            if match["name"] == b"post_password" and inner not in (b"", b"<![CDATA[]]>"):
                kept.append(HIDDEN_PASSWORD)
            kept_to, opened = position, None
    return b"".join(kept if opened else [*kept, data[kept_to:]])


def envelope_without_private_parts(envelope: Envelope) -> Envelope:
    return replace(
        envelope,
        before=without_private_parts(envelope.before),
        after=without_private_parts(envelope.after),
    )


def element_text(item: bytes, name: str) -> str:
    """The text of an item's first element of this name, unescaped or out of its CDATA section."""
    _, _, rest = item.partition(f"<{name}>".encode())
    inner = rest.partition(f"</{name}>".encode())[0].strip()
    if inner.startswith(b"<![CDATA["):
        return inner[9:].removesuffix(b"]]>").decode("utf-8", "replace").strip()
    return unescape(inner.decode("utf-8", "replace")).strip()


def without_size(address: str) -> str:
    """The part of a file's URL that is the same for its smaller copies."""
    return re.sub(r"(-\d+x\d+)?\.\w+$", "", address).partition("://")[2]
