"""What feeds say in extensions that feedparser misreads or knows nothing of.

feedparser has one handler for each element, a method found by its name. Those here are put
before its own, for authors, Media RSS, threads (RFC 4685) and WordPress's export.
"""

from typing import Any

from entries.mail import split_author

NAMESPACES = {
    "http://purl.org/syndication/thread/1.0": "thr",
    **{f"http://wordpress.org/export/1.{minor}/": "wp" for minor in range(3)},
}


class Dialects:
    """Handlers that go before those of feedparser's parsers."""

    # Feedparser's, as far as they are called here.
    push: Any
    pop: Any
    decode_entities: Any
    _get_context: Any
    feeddata: Any
    inentry: int
    basestack: list[str]
    baseuri: str

    medium: dict[str, Any] | None = None  # the media:content that is open

    def _text(self, element: str) -> str:
        return self.decode_entities(element, self.pop(element)).strip()

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
        name, email = split_author(context.get("author") or "")
        for key, value in (("name", name), ("email", email)):
            author.pop(key, None)
            if value:
                author[key] = value

    _start_managingeditor = _start_author
    _end_managingeditor = _end_author

    def _start_link(self, attributes):
        stated = attributes.get("type")
        super()._start_link(attributes)  # type: ignore[misc]
        links = self._get_context().get("links")
        # It takes a link without a type for a page, an enclosure too.
        if stated is None and links and links[-1].get("rel") == "enclosure":
            links[-1].pop("type", None)

    def unknown_endtag(self, tag):
        super().unknown_endtag(tag)  # type: ignore[misc]
        # feedparser lets xml:base outlive its element where no other base is around it.
        if self.basestack and not self.basestack[-1]:
            self.baseuri = ""

    def handle_charref(self, ref):
        # A number that no character has, such as half a surrogate pair, is left out; feedparser
        # fails on it, and with it on the whole document.
        try:
            number = int(ref[1:], 16) if ref[:1] in "xX" else int(ref)
            chr(number).encode()
        except (ValueError, OverflowError):
            return
        super().handle_charref(ref)  # type: ignore[misc]

    # The description of one medium is not that of the entry, which feedparser takes it for.

    def _start_media_content(self, attributes):
        self.medium = attributes
        self._get_context().setdefault("media_content", []).append(attributes)

    def _end_media_content(self):
        self.medium = None

    def _start_media_description(self, attributes):
        if self.medium is None:
            super()._start_media_description(attributes)  # type: ignore[misc]
        else:
            self.push("media_description", 0)

    def _end_media_description(self):
        if self.medium is None:
            super()._end_media_description()  # type: ignore[misc]
        else:
            self.medium["description"] = self._text("media_description")

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
