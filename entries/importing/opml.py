"""Lists of feeds in OPML 2.0 (http://opml.org/spec2.opml), for import and export."""

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
# The <opml> tag must be within the first characters of a document.
MAX_CHARS_BEFORE_OPML = 4096


def read_opml(name: str, data: bytes) -> tuple[list[str], list[str]]:
    """Returns the feed URLs of a list, each once, and the reasons for those left out.

    Outlines may be nested. Raises ParseError when the data is not OPML, or names no feed.
    """
    text = strip_controls(as_utf8(data)[0].decode())
    if not OPML.search(text[:MAX_CHARS_BEFORE_OPML]):
        raise ParseError(name, "it is not an OPML file")
    # listparser uses one of several parsers. All of them read ASCII with references alike.
    found = listparser.parse(text.encode("ascii", "xmlcharrefreplace"))
    if not found.feeds:
        raise ParseError(name, "it names no feed")
    urls, left_out = [], []
    for feed in found.feeds:
        scheme, separator, rest = squeeze(strip_controls(feed.url or "")).partition("://")
        url = scheme.lower() + separator + rest
        if scheme.lower() not in ("http", "https") or not rest:
            left_out.append(f"{url[:200] or feed.title or 'a feed'} is not an http address")
        elif len(url) > MAX_URL_LENGTH:
            left_out.append(f"{url[:80]}… is longer than {MAX_URL_LENGTH} characters")
        elif reason := reason_to_refuse(url):
            left_out.append(f"{CREDENTIALS.sub('//', url)[:200]}: {reason}")
        else:
            urls.append(url)
    return list(dict.fromkeys(urls)), left_out


def reason_to_refuse(url: str) -> str:
    """Returns why the URL would never be fetched, or an empty string."""
    try:
        checked_host(url, url)
    except FetchError as error:
        return error.reason
    return ""


def write_opml(sources: Iterable[Source]) -> str:
    """Returns an OPML 2.0 document that lists the sources."""
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
