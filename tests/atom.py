"""Judges an Atom document by RFC 4287: the schema beside this file, and the rules of its prose."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import feedparser
import html5lib
from lxml import etree

from .feedvalidator import faults

ATOM = "{http://www.w3.org/2005/Atom}"
NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")
# Addresses that do something where they are followed.
ACTIVE = ("javascript:", "vbscript:", "data:", "file:")


@cache
def schema() -> etree.RelaxNG:
    return etree.RelaxNG(etree.parse(Path(__file__).with_name("atom.rng")))


def findings(document: bytes, served_from: str) -> list[str]:
    """What is wrong with a feed that was served from an address; an empty list when nothing is.

    Beside RFC 4287, by the W3C's validator, as far as a feed can help it.
    """
    root = etree.fromstring(document)
    found = [] if schema().validate(root) else [str(error) for error in schema().error_log]
    return [*found, *breaches(root, served_from), *faults(root)]


def breaches(root: etree._Element, served_from: str) -> Iterator[str]:
    """Breaches of the rules that a grammar can't express, by section of RFC 4287."""
    entries = root.findall(f"{ATOM}entry")
    # 4.2.7.2: the feed is where it says that it is.
    if hrefs(root, "self") != [served_from]:
        yield f"rel=self is {hrefs(root, 'self')}, served from {served_from}"
    if len(hrefs(root, "alternate")) != 1:
        yield "the feed has no page, or several"
    # 4.2.6: ids are unique; 4.1.1: two entries may share one only with other dates.
    ids = Counter(node.text for node in [root, *entries] for node in node.findall(f"{ATOM}id"))
    yield from (f"{id_} stands {n} times" for id_, n in ids.items() if n > 1)
    for entry in entries:
        name = entry.findtext(f"{ATOM}id")
        # 4.1.2: an author of the entry, of its source or of the feed.
        if not any(node.find(f"{ATOM}author") is not None for node in (entry, root)):
            yield f"{name}: nobody has written it"
        # 4.1.1: with an alternate, and only one of each type.
        if len(hrefs(entry, "alternate")) != 1:
            yield f"{name}: {len(hrefs(entry, 'alternate'))} permalinks"
    for node in root.iter():
        yield from breaches_of_element(node)


def breaches_of_element(node: etree._Element) -> Iterator[str]:
    where = f"line {node.sourceline}, {etree.QName(node).localname}"
    for text in [node.text or "", *node.attrib.values()]:
        if NOT_IN_XML.search(text):
            yield f"{where}: a control character"
    followed = [node.get("href"), node.get("src")]
    if etree.QName(node).localname in ("icon", "logo", "uri"):
        followed.append(node.text)
    for address in followed:
        if address is not None and not urlsplit(address).scheme:
            yield f"{where}: {address!r} is relative"
        if address and address.lower().startswith(ACTIVE):
            yield f"{where}: {address!r} may do harm"
    # 3.1.1.2: escaped HTML is the inside of a <div>.
    if node.get("type") == "html":
        parser = html5lib.HTMLParser()
        parser.parseFragment(node.text or "", container="div")
        yield from (f"{where}: {code} at {place}" for place, code, _ in parser.errors)


def hrefs(node: etree._Element, rel: str) -> list[str]:
    links = node.findall(f"{ATOM}link")
    return [link.get("href", "") for link in links if link.get("rel", "alternate") == rel]


def parse_back(document: bytes) -> feedparser.FeedParserDict:
    """The document as feedparser reads it. Asserts that it had nothing to complain of."""
    parsed = feedparser.parse(document, sanitize_html=False, resolve_relative_uris=False)
    assert not parsed.bozo, parsed.bozo_exception
    return parsed


def statements(document: bytes) -> dict[str, dict[str, Any]]:
    """What a feed states about each entry, by id, in a form in which two feeds compare.

    The original page is the one that rel=via names, else the alternate. Of the text counts
    what a reader sees, and where it leads; a line of tags leads to each site's own pages.
    """
    parsed = parse_back(document)
    return {item.id: statement(item, parsed.feed) for item in parsed.entries}


def statement(item: feedparser.FeedParserDict, feed: feedparser.FeedParserDict) -> dict[str, Any]:
    text = item.content[0] if "content" in item else item.summary_detail
    tree = html5lib.parseFragment(text.value, treebuilder="lxml", namespaceHTMLElements=False)
    root = etree.Element("div")
    for part in tree:
        if isinstance(part, str):
            root.text = part
        else:
            root.append(part)
    links = {link.rel: link.href for link in item.links}
    terms = [tag.term for tag in item.get("tags", [])]
    return {
        "title": "" if is_untitled(item) else item.title,
        "published": datetime.fromisoformat(item.published),
        "updated": datetime.fromisoformat(dict.__getitem__(item, "updated")),
        "categories": terms,
        "author": item.get("author") or feed.get("author"),
        "language": (text.language or "").lower(),
        "original": links.get("via", links["alternate"]),
        "words": " ".join(root.itertext()).split(),
        "links": [a.get("href") for a in root.iter("a") if a.text not in terms],
        "images": [img.get("src") for img in root.iter("img")],
        "enclosures": [
            (link.href, link.get("type"), link.get("length"))
            for link in item.links
            if link.rel == "enclosure"
        ],
    }


def is_untitled(item: feedparser.FeedParserDict) -> bool:
    """Whether our feed says that the title is made of the text."""
    return any((link.rel, link.get("title")) == ("type", "untitled") for link in item.links)


def pages_from(served, address, rel):
    """The documents of a paged feed from this one on, in one direction."""
    documents = []
    while address:
        documents.append(served(address))
        following = hrefs(etree.fromstring(documents[-1]), rel)
        address = following[0].removeprefix("http://testserver") if following else None
    return documents
