"""WordPress's export (WXR 1.0 to 1.2): RSS whose items are anything that a blog stores."""

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
POSTS = {"post", "page"}
DRAFTS = {"draft", "pending"}
PUBLISHED = {"publish", "future"}
# What an export puts in the place of a date that there is none of.
NO_DATE = re.compile(r"0000-|-0001|^$")
# Elements that hold what readers, plugins and authors have kept to themselves.
PRIVATE = re.compile(
    rb"<!\[CDATA\[|<(?P<closing>/?)wp:(?P<name>comment|postmeta|author_email|post_password)>"
)
HIDDEN_PASSWORD = b"<wp:post_password>hidden</wp:post_password>"
LOCAL_TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")


def is_export(namespaces: Mapping[str, str]) -> bool:
    """Whether a feed that declares these namespaces is one."""
    return any(uri.startswith("http://wordpress.org/export/") for uri in namespaces.values())


def exported_blog(feed: Mapping[str, Any]) -> str:
    """The address of the blog in the head of its export; that of the network would be another."""
    return str(feed.get("wp_base_blog_url") or "").strip()


class Export:
    """What of an export concerns its items one by one: who has which login, what is attached.

    `items` are the items' bytes; they are looked through once, for the attachments, which
    are items of their own and may stand far from the post that they belong to.
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
            kind = stated(item, "wp:post_type")
            if kind == "attachment":
                link = {"rel": "enclosure", "href": stated(item, "wp:attachment_url")}
                link["title"] = unescape(stated(item, "title"))
                parent = stated(item, "wp:post_parent")
                self.attached[parent].append(link)
                self.attachments[parent].append(without_private_parts(item))
            elif kind in POSTS:
                self.posts.add(stated(item, "wp:post_id"))

    def as_record(self, item: Raw) -> tuple[Raw, str]:
        """The item as a record like those of other feeds, and the reason why it is no entry.

        Its `draft` and `slug` are what other feeds have nothing like.
        """
        kind, status = item.get("wp_post_type", "post"), item.get("wp_status", "publish")
        raw = {key: value for key, value in item.items() if not key.startswith(("wp_", "excerpt_"))}
        if kind == "attachment":
            parent = item.get("wp_post_parent")
            reason = "it is an attachment" + (
                ", and goes with its post" if parent in self.posts else " of no post in the export"
            )
            return raw, reason
        if kind not in POSTS:
            return raw, f"it is a {kind}, neither a post nor a page"
        if status not in DRAFTS | PUBLISHED:
            return raw, f"its status in WordPress is {status}"
        # What a password kept from readers must not be public here.
        raw["draft"] = status in DRAFTS or bool(item.get("wp_post_password"))
        raw["slug"] = item.get("wp_post_name", "")
        raw["authors"] = [
            {"name": unescape(self.names.get(name) or name)}
            for author in item.get("authors") or []
            if (name := author.get("name"))
        ]
        # Their domain says which of WordPress's two sorts they are, and names no scheme. Names
        # stand in WordPress's database as HTML, and so in its export.
        raw["tags"] = [{"term": unescape(tag.get("term") or "")} for tag in item.get("tags") or []]
        raw |= texts(item) | dates(item)
        raw["links"] = [
            *(item.get("links") or []),
            *self.attached_but_shown(item.get("wp_post_id", ""), raw),
        ]
        return raw, ""

    def received(self, item: Raw, received: bytes) -> bytes:
        """The bytes of a post and then of the items that are attached to it."""
        attachments = self.attachments.get(item.get("wp_post_id", ""), [])
        return b"\n".join([without_private_parts(received), *attachments])

    def attached_but_shown(self, post: str, raw: Raw) -> list[Raw]:
        """What is attached to a post, without the files that its text shows or links to."""
        text = raw["content"][0]["value"] if raw["content"] else ""
        return [
            link
            for link in self.attached.get(post, [])
            if link["href"] and without_size(link["href"]) not in text
        ]


def texts(item: Raw) -> Raw:
    contents = [content.get("value") or "" for content in item.get("content") or []]
    content = next((text for text in contents if text.strip()), "")
    summary = item.get("excerpt_encoded") or ""
    return {
        "content": [{"type": "text/html", "value": as_html(content)}] if content else [],
        "summary": summary,
        "summary_detail": {"type": "text/html", "value": summary},
    }


def dates(item: Raw) -> Raw:
    """The moments in UTC, else as the blog's clock showed them, without a zone."""
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
    """Without comments, what plugins noted, mail addresses and passwords: none of it is kept.

    That a post has a password stays. What is not closed goes to its end.
    """
    kept, kept_to, position, opened = [], 0, 0, None
    while match := PRIVATE.search(data, position):
        position = match.end()
        if not match["name"]:
            # A CDATA section may speak of any tag.
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


def stated(item: bytes, name: str) -> str:
    """The text of an item's first element of this name, without CDATA's marks."""
    _, _, rest = item.partition(f"<{name}>".encode())
    inner = rest.partition(f"</{name}>".encode())[0].strip()
    if inner.startswith(b"<![CDATA["):
        return inner[9:].removesuffix(b"]]>").decode("utf-8", "replace").strip()
    return unescape(inner.decode("utf-8", "replace")).strip()


def without_size(address: str) -> str:
    """The part of a file's address that the addresses of its smaller copies share."""
    return re.sub(r"(-\d+x\d+)?\.\w+$", "", address).partition("://")[2]
