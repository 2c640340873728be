"""Lists of feeds in OPML 2.0 (http://opml.org/spec2.opml): read and written."""

import io
import re
from collections.abc import Iterable
from email.utils import format_datetime
from xml.sax.xmlreader import AttributesImpl

import listparser
from django.utils import timezone
from django.utils.xmlutils import SimplerXMLGenerator

from entries.importing.fetching.client import CREDENTIALS, checked_host
from entries.importing.parsing.encodings import as_utf8
from entries.lib.characters import strip_controls
from entries.lib.plaintext import squeeze
from entries.models import SiteSettings, Source
from entries.models.source import MAX_URL_LENGTH

from .errors import FetchError, ParseError

OPML = re.compile(r"<opml\b", re.I)
MAX_CHARS_BEFORE_OPML = 4096  # characters, in which a document must say that it is OPML


def read_opml(name: str, data: bytes) -> tuple[list[str], list[str]]:
    """The addresses that a list names, nested or not, each once; and what was left out, why.

    Raises ParseError when it is no OPML, or names no feed.
    """
    text = strip_controls(as_utf8(data)[0].decode())
    if not OPML.search(text[:MAX_CHARS_BEFORE_OPML]):
        raise ParseError(name, "it is no OPML file")
    # As ASCII with references, it is read alike by each of the parsers that listparser may use.
    found = listparser.parse(text.encode("ascii", "xmlcharrefreplace"))
    if not found.feeds:
        raise ParseError(name, "it names no feed")
    addresses, left_out = [], []
    for feed in found.feeds:
        scheme, separator, rest = squeeze(strip_controls(feed.url or "")).partition("://")
        url = scheme.lower() + separator + rest
        if scheme.lower() not in ("http", "https") or not rest:
            left_out.append(f"{url[:200] or feed.title or 'a feed'} is no http address")
        elif len(url) > MAX_URL_LENGTH:
            left_out.append(f"{url[:80]}… is longer than {MAX_URL_LENGTH} characters")
        elif reason := reason_to_refuse(url):
            left_out.append(f"{CREDENTIALS.sub('//', url)[:200]}: {reason}")
        else:
            addresses.append(url)
    return list(dict.fromkeys(addresses)), left_out


def reason_to_refuse(url: str) -> str:
    """Why the address would never be fetched; empty if it would be."""
    try:
        checked_host(url, url)
    except FetchError as error:
        return error.reason
    return ""


def write_opml(sources: Iterable[Source]) -> str:
    """An OPML 2.0 document that names the sources."""
    site = SiteSettings.objects.first() or SiteSettings()
    stream = io.StringIO()
    xml = SimplerXMLGenerator(stream, "utf-8", short_empty_elements=True)
    xml.startDocument()
    xml.startElement("opml", AttributesImpl({"version": "2.0"}))
    xml.startElement("head", AttributesImpl({}))
    xml.addQuickElement("title", strip_controls(f"Sources of {site}"))
    xml.addQuickElement("dateCreated", format_datetime(timezone.now()))
    xml.endElement("head")
    xml.startElement("body", AttributesImpl({}))
    for source in sources:
        title = strip_controls(source.title or source.url)
        outline = {"type": "rss", "text": title, "title": title, "xmlUrl": source.url}
        if source.site_url:
            outline["htmlUrl"] = strip_controls(source.site_url)
        xml.ignorableWhitespace("\n")
        xml.addQuickElement("outline", attrs=outline)
    xml.ignorableWhitespace("\n")
    xml.endElement("body")
    xml.endElement("opml")
    xml.endDocument()
    return stream.getvalue() + "\n"
