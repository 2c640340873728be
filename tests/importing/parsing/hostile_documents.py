"""Read each hostile document in little processor time, each held to a limit of its own.

    HOSTILE_BYTES=200000 python -m tests.importing.parsing.hostile_documents [NAME…]

Prints each document's name when it is done, and the seconds that it took. One that takes more
than LIMIT_SECONDS ends the process. A document takes up to a tenth of them; quadratic work on a
megabyte takes minutes, and a twenty-fifth of that on a fifth of it. Each element takes some time,
so that floods of elements are shorter.
"""

import os
import resource
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial

SIZE = int(os.environ.get("HOSTILE_BYTES", 1_000_000))
FLOOD = SIZE * 6 // 100
LONG = "y" * (SIZE - FLOOD)
LIMIT_SECONDS = max(3, 15 * SIZE // 1_000_000)

ATOM = '<feed xmlns="http://www.w3.org/2005/Atom"{}><title>t</title><entry><id>urn:x:1</id>'
ATOM_END = "</entry></feed>"
RSS = (
    '<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:content="http://purl.org/rss/1.0/modules/content/" '
    'xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" '
    'xmlns:psc="http://podlove.org/simple-chapters" '
    'xmlns:georss="http://www.georss.org/georss" '
    'xmlns:media="http://search.yahoo.com/mrss/"><channel><title>t</title>'
)
ITEM = RSS + "<item><guid>1</guid><title>One</title>"
RSS_END = "</item></channel></rss>"
WORDPRESS = ITEM.replace("<rss ", '<rss xmlns:wp="http://wordpress.org/export/1.2/" ', 1)


def filled(unit: str, before: str = "", after: str = "", size: int = SIZE) -> str:
    return before + unit * ((size - len(before) - len(after)) // len(unit)) + after


def flooded(unit: str, before: str = "", after: str = "") -> str:
    return before + unit * (FLOOD // len(unit)) + after


def counted(unit: str, before: str = "", after: str = "") -> str:
    """Many elements that all differ."""
    return before + "".join(map(unit.format, range(FLOOD // len(unit)))) + after


def in_item(unit: str, start: str = "", end: str = "") -> str:
    return filled(unit, ITEM + start, end + RSS_END)


DOCUMENTS = {
    # The prologue, before the first element.
    "encodings on one line": filled(
        'encoding="x" ', "<?xml version='1.0'?><rss><!-- ", "--></rss>"
    ),
    "a declaration of encodings": filled('encoding="x" ', "<?xml "),
    "a declaration that never ends": filled("<?xml "),
    "white space before the feed": filled("\n", "<?xml version='1.0'?>", ITEM + RSS_END),
    "entities that never end": filled("\n<!ENTITY", "<!DOCTYPE x [", "]>" + ITEM + RSS_END),
    "entities of white space": filled(" ", '<!DOCTYPE x [<!ENTITY a "b"', ">]>" + ITEM + RSS_END),
    "document types": filled("\n<!DOCTYPE x", "", ITEM + RSS_END),
    "document types in an open one": filled("<!DOCTYPE x [", "", ITEM + RSS_END),
    "quotes in a document type": filled("\"'", "<!DOCTYPE x ", ">" + ITEM + RSS_END),
    "an entity used often": filled(
        "&a;",
        f'<!DOCTYPE x [<!ENTITY a "{"x" * 900}">]>' + ITEM + "<description>",
        "</description>" + RSS_END,
    ),
    "an entity of entities": filled(
        "&c;",
        '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;"><!ENTITY c "&b;&b;">]>'
        + ITEM
        + "<description>",
        "</description>" + RSS_END,
    ),
    "comments before the feed": filled("<!---->", "", ITEM + RSS_END),
    "comments and no feed": filled("<!---->", "", "x"),
    "comments that never end": filled("<!--"),
    "instructions": filled("<?a ?>", "", ITEM + RSS_END),
    "instructions that never end": filled("<?a "),
    "text before the feed": filled("\nx ", "", ITEM + RSS_END),
    "text": filled("x y "),
    "angle brackets": filled("<"),
    # Pages.
    "a page of links": filled("<link type=application/rss+xml ", "<!doctype html>"),
    "a page of one link": filled("type=", "<!doctype html><link "),
    "a page that may be one": filled("<!-- -->", "<p>"),
    # Cutting at entries.
    "entries and a long head": flooded(
        "<item></item>", RSS + f"<description>{LONG}</description>", "</channel></rss>"
    ),
    "entries and a long frame": flooded(
        "<item></item>", RSS.replace("<rss ", f'<rss x="{LONG}" '), "</channel></rss>"
    ),
    "damaged entries and a long frame": flooded(
        "<item><a></item>", RSS.replace("<rss ", f'<rss x="{LONG[:7_000]}" '), "</channel></rss>"
    ),
    "small entries": flooded("<item></item>", RSS, "</channel></rss>"),
    "damaged small entries": flooded("<item><a></item>", RSS, "</channel></rss>"),
    "good and damaged entries": flooded("<item><a></item><item></item>", RSS, "</channel></rss>"),
    "entries that never end": flooded("<item>", RSS),
    "entries that only end": flooded("</item>", RSS + "<item>"),
    "open comments before the entries": filled("<!-- ", RSS, "<item></item></channel></rss>"),
    "elements that are not closed": flooded("<a>", RSS, "<item></item></channel></rss>"),
    "elements that are not open": flooded(
        "</b>", flooded("<a>", RSS), "<item></item></channel></rss>"
    ),
    "a name that goes on": filled("a", "<rss><channel><", "><item></item>"),
    # Elements and attributes.
    "categories": counted("<category>c{}</category>", ITEM, RSS_END),
    "labels": counted('<category term="c{}" label="l"/>', ATOM.format(""), ATOM_END),
    "authors": counted("<author>a{}</author>", ITEM, RSS_END),
    "a long author": in_item("a", "<author>", "</author>"),
    "an author of at signs": in_item("a@", "<author>", " x</author>"),
    "an author of spaces": in_item(" ", "<author>a", "b &lt;</author>"),
    "an author of domains": in_item("a.", "<author>x@", "</author>"),
    "authors of spaces": in_item("<author>a" + " " * 480 + "b</author>"),
    "authors of the feed": counted(
        "<author><name>a{}</name></author>",
        ATOM.format("").partition("<entry")[0],
        flooded("<entry><id>urn:x:1</id></entry>", after="</feed>"),
    ),
    "an author of the feed and entries": flooded(
        "<item><guid>1</guid></item>",
        RSS + f"<managingEditor>{LONG}</managingEditor>",
        "</channel></rss>",
    ),
    "bases in bases": flooded('<a xml:base="x/">', ATOM.format(' xml:base="http://x.example/"')),
    "a long base": flooded("<a/>", ATOM.format(f' xml:base="http://x.example/{LONG}/"'), ATOM_END),
    "a long language": flooded("<summary/>", ATOM.format(f' xml:lang="a_{LONG}"'), ATOM_END),
    "namespaces": flooded(
        "<a:b/>",
        counted('<c xmlns:n{0}="urn:n{0}"/>', ITEM) + '<d xmlns:a="urn:a">',
        "</d>" + RSS_END,
    ),
    "attributes": counted(' a{}=""', ITEM + "<a", "/>" + RSS_END),
    "a long attribute": f'{ITEM}<a b="{LONG}"/>{RSS_END}',
    "nested elements": flooded("<a>", ITEM),
    "nested and closed elements": flooded("</a>", flooded("<a>", ITEM), RSS_END),
    "nested sources": flooded("<source>", ITEM),
    "nested images": flooded("<image>", RSS),
    "images": flooded('<itunes:image href="x"/>', ITEM, RSS_END),
    "chapters": flooded('<psc:chapter start="00:00:01"/>', ITEM + "<psc:chapters>"),
    "points": in_item("1 ", "<georss:line>", "</georss:line>"),
    "media": counted(
        '<media:content url="https://x.example/{}.jpg" medium="image"/>',
        f"{ITEM}<description>{LONG}</description>",
        RSS_END,
    ),
    "media in one size after the other": counted(
        '<media:content url="a.jpg?w={0}" width="{0}"/>', ITEM, RSS_END
    ),
    "pictures in a text": in_item(
        '&lt;img src="a', '<media:content url="b.jpg"/><description>', "</description>"
    ),
    "data attributes in a text": in_item(
        "data-", '<media:content url="b.jpg"/><description>', "</description>"
    ),
    "white space in xhtml": filled(
        "\n",
        ATOM.format("") + '<content type="xhtml">',
        "<div xmlns='x'>y</div></content>" + ATOM_END,
    ),
    "lines of xhtml": flooded(
        "<br/>\n", ATOM.format("") + '<content type="xhtml"><div>', "</div></content>" + ATOM_END
    ),
    # Texts.
    "a long title": in_item("x", "<title>", "</title>"),
    "a title of tags": in_item("&lt;a", "<title>", "</title>"),
    "a title of scripts": in_item("&lt;script", "<title>", "&lt;/b&gt;</title>"),
    "a title of open comments": in_item("&lt;!--", "<title>", "&lt;/b&gt;</title>"),
    "a link of ampersands": in_item("&amp;a", "<link>http://x.example/?", "</link>"),
    "references": in_item("&amp;#", "<title>", "</title>"),
    "references to no character": filled("&#1", ITEM),
    "entities that nobody knows": in_item("&a;"),
    "dates": in_item("1", "<pubDate>", "</pubDate>"),
    "a date of spaces": in_item(" ", "<pubDate>2024-01-01", "x</pubDate>"),
    "a date of names": in_item("Mon, ", "<pubDate>", "2024</pubDate>"),
    "a date of letters": in_item("t2024-", "<dc:date>", "</dc:date>"),
    "base64": in_item("QUJD", '<content:encoded mode="base64">', "</content:encoded>"),
    "sections": in_item("<![CDATA[x]]>", "<description>", "</description>"),
    "sections that never end": filled("<![CDATA[", ITEM + "<description>"),
    # Documents for feedparser's loose parser.
    "open tags": filled("<a ", ITEM + "&x"),
    "open tags in quotes": filled('<a b="', ITEM + "&x"),
    "quotes of two kinds": filled("<a b='<c d=\"", ITEM + "&x"),
    "slashes": filled("<a/", ITEM + "&x"),
    "open comments": filled("<!-- --", ITEM + "&x"),
    "declarations": filled("<!a", ITEM + "&x"),
    "attributes and spaces": filled("a" + " " * 1_000, ITEM + "&x<b ", ">"),
    "ends": filled("</a", ITEM + "&x"),
    "short tags": filled("<a/b", ITEM + "&x"),
    "ampersands": filled("&", ITEM),
    # Encodings.
    "punycode": filled("x", "<?xml version='1.0' encoding='punycode'?>" + ITEM, RSS_END) + "é",
    "bytes that are no text": filled("é", ITEM, RSS_END).encode("latin-1"),
    "bytes and text": filled("éÃ©", ITEM, RSS_END).encode("latin-1"),
    "bytes before the feed": filled("\ufeff ").encode(),
    "utf-16": flooded("<a>", ITEM).encode("utf-16"),
    # WordPress's export.
    "a player": filled(
        "a",
        WORDPRESS + "<content:encoded>[audio src=http://x.example/",
        "</content:encoded>" + RSS_END,
    ),
    "players": filled(
        "[audio src=http://x.example/ ",
        WORDPRESS + "<content:encoded>",
        "</content:encoded>" + RSS_END,
    ),
    "captions": filled(
        "[caption]", WORDPRESS + "<content:encoded>", "</content:encoded>" + RSS_END
    ),
    "a caption of links": filled(
        "&lt;a ", WORDPRESS + "<content:encoded>[caption]", "[/caption]</content:encoded>" + RSS_END
    ),
    "preformatted text": filled(
        "&lt;pre", WORDPRESS + "<content:encoded>", "</content:encoded>" + RSS_END
    ),
    "blocks": filled(
        "&lt;!-- wp:", WORDPRESS + "<content:encoded>", "</content:encoded>" + RSS_END
    ),
    "lines": filled("\n \n", WORDPRESS + "<content:encoded>", "</content:encoded>" + RSS_END),
    # JSON.
    "nested lists": filled("[", '{"version": "https://jsonfeed.org/version/1.1", "items": '),
    "nested lists in an item": '{"items": [{"id": "1", "x": '
    + "[" * (SIZE // 2)
    + "]" * (SIZE // 2)
    + "}]}",
    "a long number": filled("1", '{"items": [{"id": ', "}]}"),
    "objects": filled('{"a":', '{"items": [', "]}"),
    "escapes": filled("\\u0001", '{"items": [{"id": "', '"}]}'),
}


OPENINGS = ("<!--", "<a ", "<", "<a href='", "</", "&#", "<p>", "<script", "<script>", "</script")


def texts() -> dict[str, Callable[[], object]]:
    """The functions that read texts of feeds, each with a text hostile to its expressions."""
    from datetime import UTC, datetime

    from entries.admin.entry_form import looks_like_html
    from entries.importing.cleaning.anchors import keep_anchors
    from entries.importing.cleaning.blocks import split_blocks
    from entries.importing.cleaning.images import show_images
    from entries.importing.cleaning.ruby import without_stray_annotations
    from entries.importing.cleaning.sanitizer import html_from_text, sanitize_html
    from entries.importing.cleaning.tracking import clean_links, is_tracking_pixel
    from entries.importing.fetching.schedule import stated_rhythm
    from entries.importing.normalizing.dates import parse_date
    from entries.importing.normalizing.kinds import find_shape
    from entries.importing.parsing.feed_links import feeds_named_by
    from entries.importing.parsing.formats.wordpress_text import as_html
    from entries.importing.parsing.splitting import split_document
    from entries.lib.plaintext import visible_text

    now = datetime(2024, 3, 9, tzinfo=UTC)
    space = " " * (SIZE - 100)
    return {
        **{f"plain text of {x}": partial(visible_text, filled(x)) for x in OPENINGS},
        **{f"what may be HTML: {x}": partial(looks_like_html, filled(x)) for x in OPENINGS},
        **{f"a page of {x}": partial(feeds_named_by, filled(x).encode(), "x") for x in OPENINGS},
        **{f"WordPress's {x}": partial(as_html, filled(x)) for x in OPENINGS},
        **{
            f"cutting at {x}": partial(split_document, filled(x, "<rss><channel>").encode())
            for x in ("<!--", "<item ", "<item>", "<?x", "<![CDATA[", "<!x", "</item>")
        },
        **{
            f"a date of {x!r}": partial(parse_date, filled(x, "2024-01-01"), None, now)
            for x in (" ", "1", "T", "Mon, ", "12:00 ", "-")
        },
        "a citation of white space": partial(
            find_shape, f"<blockquote><p>x</p></blockquote><p>—{space}x{space}x</p>", "", []
        ),
        "a heading of white space": partial(
            find_shape, f'<p><strong>{space}<a href="x">y</a></strong></p>', "y", []
        ),
        "blocks of white space": partial(sanitize_html, f"<p>{space}</p><p>{space}"),
        "an image that waits": partial(
            show_images, f'<img src="{filled("pixel")}!" data-src="x" srcset="{space}">'
        ),
        "a style": partial(is_tracking_pixel, {"style": filled("width:1")}),
        "a style of white space": partial(is_tracking_pixel, {"style": f"width{space}"}),
        "an address that counts": partial(
            is_tracking_pixel, {"src": "https://" + filled("feedburner.com/~a/")}
        ),
        "links": partial(clean_links, filled('<a title="x" ', after="utm_source=")),
        "anchors": partial(keep_anchors, filled('<a id="x" href="#x">'), set(), "n"),
        "annotations": partial(without_stray_annotations, filled("<rt>")),
        "elements at the top": partial(split_blocks, filled('<a b=">">')),
        "lines of a text": partial(html_from_text, filled("\n \t")),
        "rhythm": partial(stated_rhythm, filled("<a:updatePeriod").encode()),
        "rhythm in comments": partial(stated_rhythm, filled("<!--").encode()),
    }


def work() -> dict[str, Callable[[], object]]:
    from entries.importing.errors import ParseError
    from entries.importing.parsing.parser import parse_feed

    def read(document):
        data = document if isinstance(document, bytes) else document.encode()
        with suppress(ParseError):
            for _ in parse_feed(data, url="https://x.example/feed").entries:
                pass

    return {name: partial(read, document) for name, document in DOCUMENTS.items()} | texts()


def work_within_limits(names) -> None:
    for name, do in work().items():
        if names and name not in names:
            continue
        began = time.process_time()
        soon = int(began) + LIMIT_SECONDS
        resource.setrlimit(resource.RLIMIT_CPU, (soon, resource.RLIM_INFINITY))
        do()
        print(name, round(time.process_time() - began, 3), flush=True)


if __name__ == "__main__":
    import sys

    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    import django

    django.setup()
    work_within_limits(sys.argv[1:])
