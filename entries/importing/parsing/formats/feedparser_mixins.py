"""What feeds say in extensions that feedparser misreads or knows nothing of.

feedparser has one handler for each element, a method found by its name. Those here are put
before its own, for authors, Media RSS, threads (RFC 4685) and WordPress's export.
"""

from typing import Any

from entries.lib.email_addresses import split_author

from .feedparser_guard import Robust

NAMESPACES = {
    "http://purl.org/syndication/thread/1.0": "thr",
    **{f"http://wordpress.org/export/1.{minor}/": "wp" for minor in range(3)},
}


class Dialects(Robust):
    """Handlers that go before those of feedparser's parsers."""

    # Feedparser's, as far as they are called here.
    decode_entities: Any
    push_content: Any
    inauthor: int
    incontributor: int

    medium: dict[str, Any] | None = None  # the media:content that is open

    def _text(self, element: str) -> str:
        return self.decode_entities(element, self.pop(element) or "").strip()

    # feedparser gives an author what it knows of the one before.

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
        # feedparser knows no long last part of a host, and no mailto:.
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
        # The page of a person, which feedparser takes for that of what the person wrote.
        if self.inauthor or self.incontributor:
            context.pop("href", None)
            if before is not None:
                context["href"] = before

    _end_uri = _end_homepage = _end_url

    # With an attribute each is a mere record of these to feedparser.

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
        # It takes a link without a type for a page, an enclosure too.
        if stated is None and links and links[-1].get("rel") == "enclosure":
            links[-1].pop("type", None)

    def handle_charref(self, ref):
        # A number that no character has, such as half a surrogate pair, is left out; feedparser
        # fails on it, and with it on the whole document.
        try:
            number = int(ref[1:], 16) if ref[:1] in "xX" else int(ref)
            chr(number).encode()
        except (ValueError, OverflowError):
            return
        super().handle_charref(ref)  # type: ignore[misc]

    # A description in Media RSS is that of a medium, and of the entry only where that has none.

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

    # The export names its authors in its head, and comments in its entries.

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


# Names that Python has no syntax for.
setattr(Dialects, "_start_thr_in-reply-to", Dialects._start_in_reply_to)
setattr(Dialects, "_end_thr_in-reply-to", Dialects._end_in_reply_to)
