"""Handlers for elements that feedparser misreads or does not know.

feedparser calls a method for each element, found by name. The methods here go before its own,
for authors, Media RSS, replies (RFC 4685) and WordPress's export.
"""

from typing import Any

from entries.lib.email_addresses import split_author

from .feedparser_guard import Robust

NAMESPACES = {
    "http://purl.org/syndication/thread/1.0": "thr",
    **{f"http://wordpress.org/export/1.{minor}/": "wp" for minor in range(3)},
}


class Dialects(Robust):
    """A mixin of handlers that go before those of feedparser's parsers."""

    # The attributes of feedparser's parsers that are used here.
    decode_entities: Any
    push_content: Any
    inauthor: int
    incontributor: int

    medium: dict[str, Any] | None = None  # the media:content that is open

    def _text(self, element: str) -> str:
        return self.decode_entities(element, self.pop(element) or "").strip()

    # feedparser would keep the previous author's details for the next author.

    def _start_author(self, attributes):
        context = self._get_context()
        context.pop("author", None)
        context.pop("author_detail", None)
        super()._start_author(attributes)  # type: ignore[misc]

    def _end_author(self):
        context = self._get_context()
        author = context["authors"][-1] if context.get("authors") else {}
        in_elements = bool(author)
        super()._end_author()  # type: ignore[misc]
        if in_elements:
            return
        # feedparser recognises neither long top-level domains nor mailto:.
        name, email = split_author(str(context.get("author") or ""))
        for key, value in (("name", name), ("email", email)):
            author.pop(key, None)
            if value:
                author[key] = value

    _start_managingeditor = _start_author
    _end_managingeditor = _end_author

    def _end_url(self):
        context = self._get_context()
        before = dict.get(context, "href")
        super()._end_url()  # type: ignore[misc]
        # feedparser stores a person's page as that of the entry or feed, too.
        if self.inauthor or self.incontributor:
            context.pop("href", None)
            if before is not None:
                context["href"] = before

    _end_uri = _end_homepage = _end_url

    # feedparser ignores the text of <icon> and <logo> if they have attributes.

    def _start_icon(self, attributes):
        self.push("icon", 1)

    def _end_icon(self):
        self.pop("icon")

    def _start_logo(self, attributes):
        self.push("logo", 1)

    def _end_logo(self):
        self.pop("logo")

    def _start_link(self, attributes):
        stated = attributes.get("type")
        super()._start_link(attributes)  # type: ignore[misc]
        links = self._get_context().get("links")
        # feedparser sets text/html for a link without a type, even for an enclosure.
        if stated is None and links and links[-1].get("rel") == "enclosure":
            links[-1].pop("type", None)

    def handle_charref(self, ref):
        # feedparser fails on the whole document if a number is no character, such as half a
        # surrogate pair. Leave the reference out.
        try:
            number = int(ref[1:], 16) if ref[:1] in "xX" else int(ref)
            chr(number).encode()
        except (ValueError, OverflowError):
            return
        super().handle_charref(ref)  # type: ignore[misc]

    # media:description belongs to the media:content around it, else to the entry.

    def _start_media_content(self, attributes):
        self.medium = attributes
        self._get_context().setdefault("media_content", []).append(attributes)

    def _end_media_content(self):
        self.medium = None

    def _start_media_description(self, attributes):
        self.push_content("media_description", attributes, "text/plain", 0)

    def _end_media_description(self):
        stated = dict(self.contentparams)
        value = self._text("media_description")
        self.incontent -= 1
        self.contentparams.clear()
        if self.medium is not None:
            self.medium["description"] = value
        elif value:
            self._get_context().setdefault("media_description", stated | {"value": value})

    def _start_media_title(self, attributes):
        if self.medium is None:
            super()._start_media_title(attributes)  # type: ignore[misc]
        else:
            self.push("media_title", 0)

    def _end_media_title(self):
        if self.medium is None:
            super()._end_media_title()  # type: ignore[misc]
        else:
            self.medium["title"] = self._text("media_title")

    def _start_in_reply_to(self, attributes):
        self._get_context().setdefault("in_reply_to", []).append(attributes)
        self.push("in_reply_to", 0)

    def _end_in_reply_to(self):
        self.pop("in_reply_to")

    # WordPress's export lists its authors in its head; entries may have wp:author in comments.

    def _start_wp_author(self, attributes):
        if not self.inentry:
            self.feeddata.setdefault("wp_authors", []).append({})
        self.push("wp_author", 0)

    def _end_wp_author(self):
        self.pop("wp_author")

    def _start_wp_author_login(self, attributes):
        self.push("wp_author_login", 0)

    def _end_wp_author_login(self):
        self._name_author("wp_author_login")

    def _start_wp_author_display_name(self, attributes):
        self.push("wp_author_display_name", 0)

    def _end_wp_author_display_name(self):
        self._name_author("wp_author_display_name")

    def _name_author(self, element):
        value = self._text(element)
        if self.feeddata.get("wp_authors") and not self.inentry:
            self.feeddata["wp_authors"][-1][element] = value


# Python's syntax has no method names with a hyphen.
setattr(Dialects, "_start_thr_in-reply-to", Dialects._start_in_reply_to)
setattr(Dialects, "_end_thr_in-reply-to", Dialects._end_in_reply_to)
