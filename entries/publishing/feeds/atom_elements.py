"""Writers for the elements of Atom (RFC 4287) and its extensions. They write valid XML or nothing.

The extensions are Media RSS (https://www.rssboard.org/media-rss), threads (RFC 4685) and
tombstones (RFC 6721).
"""

import re
from collections.abc import Iterable
from datetime import datetime
from io import StringIO
from urllib.parse import urlsplit
from uuid import NAMESPACE_URL, uuid5
from xml.sax.saxutils import escape, quoteattr
from xml.sax.xmlreader import AttributesImpl

from django.utils.feedgenerator import rfc3339_date
from django.utils.xmlutils import SimplerXMLGenerator

from entries.lib.characters import strip_controls
from entries.lib.email_addresses import mail_address
from entries.lib.languages import language_tag
from entries.models import Enclosure
from entries.publishing.rows.part_rows import EnclosureRow, SourceRow, TagRow, host, web_url
from entries.publishing.tombstones import Tombstone

MEDIA = "http://search.yahoo.com/mrss/"
THREADS = "http://purl.org/syndication/thread/1.0"
TOMBSTONES = "http://purl.org/atompub/tombstones/1.0"
UNNAMED = "an unnamed feed"
NO_ATTRIBUTES: "AttributesImpl[str]" = AttributesImpl({})
IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`]+")
HOST = re.compile(r"[A-Za-z]+://[^/?#]*")
NOT_IN_AN_IRI = re.compile(r"[\s<>\"{}|\\^`]")
# Schemes allowed in links besides http and https. None of them runs code or opens local files.
OTHER_SCHEMES = {
    *("ftp", "ftps", "gemini", "geo", "gopher", "irc", "ircs", "magnet", "mailto", "matrix"),
    *("news", "nntp", "sip", "sips", "sms", "tel", "webcal", "xmpp"),
}
# The syntax is that of RFC 2045, 5.1, with the characters that RFC 6838, 4.2, allows in names.
NAME = r"[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}"
MEDIA_TYPE = re.compile(
    rf'{NAME}/{NAME}(?:\s*;\s*[\w!#$&^.+-]+=(?:[\w!#$&^.+-]+|"[^"\\\r\n]*"))*', re.A
)
# Brackets, which RFC 3986 (3.2.2) allows in a host only, and a % that encodes nothing.
NOT_IN_A_PATH = re.compile(r"[\[\]]|%(?![0-9A-Fa-f]{2})")


class ElementWriter(SimplerXMLGenerator):
    """Django's XML generator in a third of the time. Does not check for control characters."""

    def __init__(self) -> None:
        super().__init__(StringIO(), "utf-8")
        self.parts: list[str] = []

    def text(self) -> str:
        return "".join(self.parts)

    def startElement(self, name: str, attrs: "AttributesImpl[str]") -> None:  # noqa: N802 - SAX's
        self.parts.append(f"<{name}{_attributes(attrs.items())}>")

    def endElement(self, name: str) -> None:  # noqa: N802 - SAX's
        self.parts.append(f"</{name}>")

    def addQuickElement(  # noqa: N802 - Django's
        self, name: str, contents: str | None = None, attrs: dict[str, str] | None = None
    ) -> None:
        start = f"<{name}{_attributes(attrs.items()) if attrs else ''}"
        self.parts.append(f"{start}>{escape(contents)}</{name}>" if contents else f"{start}/>")


def _attributes(attributes: Iterable[tuple[str, str]]) -> str:
    return "".join([f" {name}={quoteattr(value)}" for name, value in attributes])


def add_link(handler: SimplerXMLGenerator, rel: str, url: str, **attributes: str) -> None:
    if href := as_iri(url):
        present = {name: value for name, value in attributes.items() if value}
        handler.addQuickElement("link", "", {"rel": rel, "href": href, **present})


def add_text(handler: SimplerXMLGenerator, name: str, text: str) -> None:
    if text := strip_controls(text).strip():
        handler.addQuickElement(name, text)


def add_person(
    handler: SimplerXMLGenerator, role: str, name: str, uri: str = "", email: str = ""
) -> None:
    """Write a person. The e-mail is left out if it is no valid address (RFC 4287, 3.2.3)."""
    name, email = strip_controls(name).strip(), mail_address(strip_controls(email))
    uri = as_iri(uri)
    if not (name or uri or email):
        return
    handler.startElement(role, NO_ATTRIBUTES)
    handler.addQuickElement("name", name or email or uri)
    add_text(handler, "uri", uri)
    add_text(handler, "email", email)
    handler.endElement(role)


def add_enclosure(handler: SimplerXMLGenerator, enclosure: EnclosureRow) -> None:
    """Write an attachment as it came in: as a link of Atom, or as an element of Media RSS."""
    media_type = as_media_type(enclosure.type)
    length = "" if enclosure.length is None else str(enclosure.length)
    title = strip_controls(enclosure.title).strip()
    href = as_iri(enclosure.href)
    if enclosure.role == Enclosure.Role.ENCLOSURE:
        hreflang = language_tag(enclosure.hreflang)
        more = {"type": media_type, "length": length, "title": title, "hreflang": hreflang}
        add_link(handler, "enclosure", href, **more)
    elif href and enclosure.role == Enclosure.Role.THUMBNAIL:
        handler.addQuickElement("media:thumbnail", "", {"url": href})
    elif href:
        medium = enclosure.type.strip().partition("/")[0]
        attributes = {
            "url": href,
            "medium": medium if medium in ("image", "audio", "video") else "",
            "type": media_type,
            "fileSize": length,
        }
        present = {name: value for name, value in attributes.items() if value}
        handler.startElement("media:content", AttributesImpl(present))
        # The title is not in media:description, because feedparser, and with it many readers,
        # takes that for the summary of the entry.
        add_text(handler, "media:title", title)
        handler.endElement("media:content")


def category_term(tag: TagRow) -> str:
    """The term of a tag's category: the feed's own spelling, else the tag's name."""
    return strip_controls(tag.term or tag.name).strip()


def add_category(handler: SimplerXMLGenerator, tag: TagRow, details: dict[str, list[str]]) -> None:
    term = category_term(tag)
    if not term:
        return
    scheme, label = details.get(tag.term or tag.name, ("", ""))
    attributes = {"term": term, "scheme": as_iri(scheme), "label": strip_controls(label).strip()}
    present = {name: value for name, value in attributes.items() if value}
    handler.addQuickElement("category", "", present)


def add_reply(handler: SimplerXMLGenerator, reply: dict[str, str]) -> None:
    """Write the post that the entry replies to (RFC 4685, 3). Without an id, `ref` is its URL."""
    href = as_iri(reply.get("href", ""))
    attributes = {
        "ref": permanent_id(reply["ref"]) if reply.get("ref") else href,
        "href": href,
        "type": as_media_type(reply.get("type", "")),
        "source": as_iri(reply.get("source", "")),
    }
    if attributes["ref"]:
        present = {name: value for name, value in attributes.items() if value}
        handler.addQuickElement("thr:in-reply-to", "", present)


def add_origin(
    handler: SimplerXMLGenerator, origin: dict[str, str], author: str, updated: datetime
) -> None:
    """Write the atom:source of an entry that our source took from another feed, `origin`.

    `updated` is the entry's: the other feed changed then, too.
    """
    url, site = public_url(origin.get("url", "")), as_iri(origin.get("site_url", ""))
    handler.startElement("source", NO_ATTRIBUTES)
    add_source_head(
        handler,
        [origin.get("id", ""), url, site, stand_in_id(origin.get("title", ""))],
        [origin.get("title", ""), host(site), host(url)],
        updated,
    )
    add_link(handler, "alternate", site)
    add_link(handler, "self", url)
    add_person(handler, "author", author)
    handler.endElement("source")


def add_source(handler: SimplerXMLGenerator, source: SourceRow, updated: datetime) -> None:
    """Write the atom:source of an entry from somebody's feed (RFC 4287, 4.2.11).

    `updated` is the entry's, used if the feed has no date.
    """
    url = public_url(source.url)
    handler.startElement("source", NO_ATTRIBUTES)
    add_source_head(
        handler,
        [source.feed_id, url, stand_in_id(source.url)],
        [source.title, source.name],
        source.feed_updated or updated,
    )
    add_text(handler, "subtitle", source.subtitle)
    add_link(handler, "alternate", source.site_url)
    add_link(handler, "self", url)
    # Without an author here, this site would be the author of an entry that has none (4.2.1).
    add_person(handler, "author", publisher(source), source.author_uri, source.author_email)
    add_text(handler, "rights", source.rights)
    add_text(handler, "icon", as_iri(source.icon))
    handler.endElement("source")


def add_source_head(
    handler: SimplerXMLGenerator, ids: list[str], titles: list[str], updated: datetime
) -> None:
    """Write the id, title and updated of a source. Takes the first valid id, the first title."""
    known_as = (id_ for id_ in ids if is_iri(id_) and not id_.startswith("file:"))
    title = next(filter(None, (strip_controls(title).strip() for title in titles)), UNNAMED)
    handler.addQuickElement("id", next(known_as))
    handler.addQuickElement("title", title)
    handler.addQuickElement("updated", rfc3339_date(updated))


def publisher(source: SourceRow) -> str:
    """The author of entries that name none: the feed's author, title or host."""
    named = (source.author_name.strip(), source.title.strip())
    return next(filter(None, named), host(source.site_url) or host(source.url))


def add_tombstone(handler: SimplerXMLGenerator, tombstone: Tombstone) -> None:
    ref, when = permanent_id(tombstone.atom_id), rfc3339_date(tombstone.withdrawn_at)
    handler.addQuickElement("at:deleted-entry", "", {"ref": ref, "when": when})


def permanent_id(atom_id: str) -> str:
    """The atom:id, letter for letter, or a urn:uuid made from it if it is no IRI."""
    return atom_id if is_iri(atom_id) else stand_in_id(atom_id)


def stand_in_id(text: str) -> str:
    """A urn:uuid made from a text that is no IRI or must not be published."""
    return uuid5(NAMESPACE_URL, text).urn


def is_iri(text: str) -> bool:
    return bool(IRI.fullmatch(text)) and strip_controls(text) == text


def as_iri(url: str) -> str:
    """The URL, percent-encoded so that it is a valid IRI (RFC 3987), or "".

    Returns "" for a URL that must not be linked to: without a host that can exist, or with a
    scheme other than http, https and OTHER_SCHEMES.
    """
    url = NOT_IN_AN_IRI.sub(percent_encoded, strip_controls(url).strip())
    scheme = url.partition(":")[0].lower()
    if scheme in OTHER_SCHEMES:
        url = NOT_IN_A_PATH.sub(percent_encoded, url)
        return url if is_iri(url) else ""
    if not web_url(url) or not has_possible_host(url):
        return ""
    start = HOST.match(url)
    host_part, rest = (start[0], url[start.end() :]) if start else ("", url)
    before, mark, place = rest.partition("#")
    rest = f"{before}{mark}{place.replace('#', '%23')}"
    return host_part + NOT_IN_A_PATH.sub(percent_encoded, rest)


def has_possible_host(url: str) -> bool:
    """True if the host can be in DNS (RFC 5890) and the port is a number."""
    try:
        parts = urlsplit(url)
        (parts.hostname or "").encode("idna")
        return parts.port is None or parts.port >= 0
    except ValueError:
        return False


def as_media_type(text: str) -> str:
    """The text if it is a media type, else "", as for `image/*`."""
    media_type = strip_controls(text).strip()
    return media_type if MEDIA_TYPE.fullmatch(media_type) else ""


def public_url(url: str) -> str:
    """The URL of a feed if it may be published, else "": no file, no password in it."""
    iri = as_iri(url)
    return "" if "@" in iri.partition("//")[2].partition("/")[0] else iri


def percent_encoded(match: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in match.group().encode())
