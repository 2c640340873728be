"""Protection of feedparser's parsers from elements that make them fail or take quadratic time."""

import logging
from typing import Any
from xml.sax.xmlreader import AttributesNSImpl

from entries.lib.plaintext import squeeze

logger = logging.getLogger(__name__)

# feedparser resolves the base and copies the language for each element.
MAX_BASE_CHARS = 2_000
MAX_LANGUAGE_CHARS = 100
MAX_NAMESPACES = 200  # searched for each element of an unknown namespace
MAX_AUTHOR_CHARS = 500
MAX_ATTRIBUTES = 200  # of an element; feedparser compares each with all others
# The key in the feed's dictionary for the names of elements whose handlers have raised.
FAILED = "elements_left_out"
MAX_NAMED_FAILURES = 20


class Robust:
    """A mixin that goes before feedparser's parsers."""

    # The attributes of feedparser's parsers that are used here.
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
        # feedparser keeps an xml:base after its element if no outer element has one.
        if self.basestack and not self.basestack[-1]:
            self.baseuri = ""

    def _leave_scope(self, tag):
        """Do the work that feedparser does after the handler of an end tag."""
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
        if tag not in failed and len(failed) < MAX_NAMED_FAILURES:
            failed.append(tag)
            # The feed's warnings report it; a foreign feed's fault is no error of this site.
            logger.info("feedparser failed on <%s>, which is left out", tag[:100], exc_info=True)

    def track_namespace(self, prefix, uri):
        if len(self.namespaces_in_use) < MAX_NAMESPACES:
            super().track_namespace(prefix, uri)  # type: ignore[misc]

    def pop(self, element, strip_whitespace=1):
        if self.elementstack and self.elementstack[-1][0] == element:
            # feedparser deletes blank pieces at the start one by one, in quadratic time.
            pieces = self.elementstack[-1][2]
            blank = 0
            while blank < len(pieces) - 1 and not pieces[blank].strip():
                blank += 1
            if blank:
                pieces[:blank] = [b"".join(map(as_bytes, pieces[:blank])).decode()]
        return super().pop(element, strip_whitespace)  # type: ignore[misc]

    def _add_tag(self, term, scheme, label):
        # feedparser compares each tag with all previous ones; the adapter removes duplicates.
        tags = self._get_context().setdefault("tags", [])
        if term or scheme or label:
            tags.append({"term": term, "scheme": scheme, "label": label})

    def _sync_author_detail(self, key="author"):
        context = self._get_context()
        written = dict.get(context, key)
        # feedparser's search for an e-mail address takes quadratic time.
        if isinstance(written, str) and len(written) > MAX_AUTHOR_CHARS:
            context[key] = squeeze(written[:MAX_AUTHOR_CHARS])
        super()._sync_author_detail(key)  # type: ignore[misc]


def as_bytes(piece: str | bytes) -> bytes:
    return piece if isinstance(piece, bytes) else piece.encode()
