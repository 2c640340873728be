"""What the W3C's feed validator finds fault with beyond RFC 4287's own rules.

Not judged, since no feed can help it: entries that changed at the same moment, ids that came with
a fault, and frames, `srcset` or players in a text, which it would like to be left out.
"""

import re
from collections import Counter
from collections.abc import Iterator
from urllib.parse import urlsplit

import html5lib
from lxml import etree

ATOM = "{http://www.w3.org/2005/Atom}"
MEDIA = "{http://search.yahoo.com/mrss/}"
THREADS = "{http://purl.org/syndication/thread/1.0}"
TOMBSTONES = "{http://purl.org/atompub/tombstones/1.0}"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
# Of the IANA's link relations (RFC 8288, 2.1.1), those that the site uses.
RELATIONS = {
    *("alternate", "enclosure", "first", "next", "previous", "related", "self", "type", "via"),
}
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*|x(-[A-Za-z0-9]{1,8})+")
TOKEN = r"[^\s()<>,;:\\\"/\[\]?=*]+"
MEDIA_TYPE = re.compile(rf'{TOKEN}/{TOKEN}(\s*;\s*{TOKEN}=("[^"]*"|{TOKEN}))*')
EMAIL = re.compile(r"[\w!#$%&'*+/=?^`{|}~.\"-]+@([a-z0-9-]+\.)+[a-z0-9-]{2,63}", re.A | re.I)
URI = re.compile(
    r"[a-z][a-z0-9+.-]*:(//[^/?#\[\]]*|//([^/?#@]*@)?\[[0-9a-f:.]+\](:\d*)?)?"
    r"([\w/?:@!$&'()*+,;=.~-]|%[0-9a-f]{2})*(#([\w/?:@!$&'()*+,;=.~-]|%[0-9a-f]{2})*)?",
    re.I | re.A,
)
DANGEROUS_ELEMENTS = {
    *("script", "style", "object", "embed", "applet", "form", "input", "meta", "link", "base"),
    *("svg", "noscript", "button", "textarea", "select"),
}
DANGEROUS_ATTRIBUTE = re.compile(r"on.*|style|data-.*|aria-.*|action|formaction|xlink:href")
ADDRESSES = ("href", "src", "cite", "poster", "action", "data")


def faults(root: etree._Element) -> Iterator[str]:
    for node in root.iter():
        where = f"line {node.sourceline}, {etree.QName(node).localname}"
        for fault in [*of_attributes(node), *of_place(node), *of_text(node)]:
            yield f"{where}: {fault}"


def of_attributes(node: etree._Element) -> Iterator[str]:
    for name in (LANG, "hreflang"):
        if name in node.attrib and not LANGUAGE.fullmatch(node.get(name)):
            yield f"{node.get(name)!r} is no language"
    if node.tag in (f"{ATOM}link", f"{MEDIA}content", f"{THREADS}in-reply-to"):
        stated = node.get("type")
        if stated is not None and not MEDIA_TYPE.fullmatch(stated):
            yield f"{stated!r} is no media type"
    for name in ("length", "fileSize"):
        if name in node.attrib and not node.get(name).isdecimal():
            yield f"{node.get(name)!r} is no length"
    for name in ("href", "src", "url", "scheme", "source"):
        if name in node.attrib and not is_uri(node.get(name)):
            yield f"{node.get(name)!r} is no address"
    if node.tag == f"{ATOM}link" and node.get("rel", "alternate") not in RELATIONS:
        yield f"{node.get('rel')!r} is no relation"


def of_place(node: etree._Element) -> Iterator[str]:
    children = Counter(child.tag for child in node)
    if node.tag == f"{ATOM}source":
        yield from (
            f"it has {children[ATOM + name]} {name}"
            for name in ("id", "title", "updated")
            if children[ATOM + name] != 1
        )
    if node.tag == f"{ATOM}entry":
        terms = Counter(
            (category.get("term"), category.get("scheme"))
            for category in node.findall(f"{ATOM}category")
        )
        yield from (f"{term} stands {n} times" for term, n in terms.items() if n > 1)
    if node.tag == f"{TOMBSTONES}deleted-entry":
        if node.getparent().tag != f"{ATOM}feed":
            yield "it stands in no feed"
        if not node.get("ref") or not node.get("when"):
            yield "it names no entry, or no time"
    if node.tag == f"{THREADS}in-reply-to" and not node.get("ref"):
        yield "it has no ref"
    if node.tag == f"{ATOM}category" and not node.get("term", "").strip():
        yield "it has no term"
    if node.tag == f"{MEDIA}description":
        yield "readers built on feedparser take it for the summary"


def of_text(node: etree._Element) -> Iterator[str]:
    text = node.text or ""
    if node.tag in (f"{ATOM}title", f"{ATOM}name") and not text.strip():
        yield "it is empty"
    if node.tag == f"{ATOM}email" and not EMAIL.fullmatch(text):
        yield f"{text!r} is no e-mail address"
    if node.tag in (f"{ATOM}uri", f"{ATOM}icon", f"{ATOM}logo") and not is_uri(text):
        yield f"{text!r} is no address"
    if node.get("type") == "html":
        yield from of_html(text)


def of_html(text: str) -> Iterator[str]:
    tree = html5lib.parseFragment(text, treebuilder="etree", namespaceHTMLElements=False)
    for element in tree.iter():
        name = element.tag if isinstance(element.tag, str) else "comment"
        if name in DANGEROUS_ELEMENTS:
            yield f"<{name}> in the text"
        for attribute, value in element.attrib.items():
            if isinstance(attribute, str) and DANGEROUS_ATTRIBUTE.fullmatch(attribute):
                yield f"{attribute}= in the text"
            if attribute in ADDRESSES and not re.match(r"[a-zA-Z][a-zA-Z0-9+.-]*:", value):
                yield f"the relative address {value!r} in the text"


def is_uri(iri: str) -> bool:
    """Whether an IRI makes a URI (RFC 3987, 3.1), with a host that DNS may know."""
    try:
        host = urlsplit(iri).hostname or ""
        host.encode("idna")
    except ValueError:
        return False
    plain = "".join(c if c.isascii() else "".join(f"%{b:02X}" for b in c.encode()) for c in iri)
    return bool(URI.fullmatch(plain))
