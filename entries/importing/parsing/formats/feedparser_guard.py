"""feedparser's parsers made safe: no element spoils more than itself, nothing takes time
quadratic in the length of a document."""

import logging
from typing import Any
from xml.sax.xmlreader import AttributesNSImpl

from entries.lib.plaintext import squeeze

logger = logging.getLogger(__name__)

# Each element resolves its base and copies its language: longer ones say nothing by it.
MAX_BASE_CHARS = 2_000
MAX_LANGUAGE_CHARS = 100
# Looked through for each element of a namespace that feedparser does not know.
MAX_NAMESPACES = 200
MAX_AUTHOR_CHARS = 500
# Each of an element's attributes is looked for among all of them.
MAX_ATTRIBUTES = 200
# Where in the feed's data the names of elements are whose handlers have raised.
FAILED = "elements_left_out"
MAX_NAMED = 20


class Robust:
    """Mixed in before feedparser's parsers."""

    # Feedparser's, as far as they are used here.
    push: Any
    handle_data: Any
    _get_context: Any
    feeddata: Any
    elementstack: list[list[Any]]
    contentparams: Any
    namespaces_in_use: dict[str, str]
    inentry: int
    incontent: int
    insource: int
    depth: int
    basestack: list[str]
    langstack: list[str]
    baseuri: str
    lang: str | None

    def startElementNS(self, name, qname, attrs):  # noqa: N802 - SAX calls it so
        kept = attrs if len(attrs) <= MAX_ATTRIBUTES else AttributesNSImpl({}, {})
        super().startElementNS(name, qname, kept)  # type: ignore[misc]

    def unknown_starttag(self, tag, attributes):
        kept = [pair for pair in attributes if not self._is_too_long(*pair)]
        try:
            super().unknown_starttag(tag, kept)  # type: ignore[misc]
        except Exception:
            self._note_failure(tag)

    def _is_too_long(self, name: str, value: str) -> bool:
        if name in ("xml:base", "base"):
            return len(self.baseuri) + len(value) > MAX_BASE_CHARS
        return name in ("xml:lang", "lang") and len(value) > MAX_LANGUAGE_CHARS

    def unknown_endtag(self, tag):
        scopes = len(self.basestack)
        try:
            super().unknown_endtag(tag)  # type: ignore[misc]
        except Exception:
            self._note_failure(tag)
            if len(self.basestack) == scopes:
                self._leave_scope(tag)
        # feedparser lets xml:base outlive its element where no other base is around it.
        if self.basestack and not self.basestack[-1]:
            self.baseuri = ""

    def _leave_scope(self, tag):
        """Do what feedparser does after a handler of an end tag has returned."""
        if self.incontent and self.contentparams.get("type") == "application/xhtml+xml":
            self.handle_data(f"</{tag.split(':')[-1]}>", escape=0)
        for stack in (self.basestack, self.langstack):
            if stack:
                stack.pop()
        if self.basestack:
            self.baseuri = self.basestack[-1]
        if self.langstack:
            self.lang = self.langstack[-1]
        self.depth -= 1

    def _note_failure(self, tag):
        failed = self.feeddata.setdefault(FAILED, [])
        if tag not in failed and len(failed) < MAX_NAMED:
            failed.append(tag)
            # Told with the feed's warnings; one in a foreign feed is no event here.
            logger.info("feedparser failed on <%s>, which is left out", tag[:100], exc_info=True)

    def track_namespace(self, prefix, uri):
        if len(self.namespaces_in_use) < MAX_NAMESPACES:
            super().track_namespace(prefix, uri)  # type: ignore[misc]

    def pop(self, element, strip_whitespace=1):
        if self.elementstack and self.elementstack[-1][0] == element:
            # It deletes blank pieces at the start one by one.
            pieces = self.elementstack[-1][2]
            blank = 0
            while blank < len(pieces) - 1 and not pieces[blank].strip():
                blank += 1
            if blank:
                pieces[:blank] = [b"".join(map(as_bytes, pieces[:blank])).decode()]
        return super().pop(element, strip_whitespace)  # type: ignore[misc]

    def _add_tag(self, term, scheme, label):
        # It compares each tag with all before; EntryData names each once.
        tags = self._get_context().setdefault("tags", [])
        if term or scheme or label:
            tags.append({"term": term, "scheme": scheme, "label": label})

    def _sync_author_detail(self, key="author"):
        context = self._get_context()
        written = dict.get(context, key)
        # It looks for an address from each character on.
        if isinstance(written, str) and len(written) > MAX_AUTHOR_CHARS:
            context[key] = squeeze(written[:MAX_AUTHOR_CHARS])
        super()._sync_author_detail(key)  # type: ignore[misc]


def as_bytes(piece: str | bytes) -> bytes:
    return piece if isinstance(piece, bytes) else piece.encode()
