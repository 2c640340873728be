"""Text as nobody should write it, for every field of an entry and of its source."""

from itertools import cycle, islice

from django.db import connection
from django.utils.html import escape

from entries.importing.markup import sanitize_html
from entries.models import Entry, Sighting, Source

TEXTS = [
    "<script>alert(1)</script><b>bold</b> & &amp; &lt;i&gt;",
    "]]> <![CDATA[ <!-- <?xml version='1.0'?> --> <!DOCTYPE x>",
    "\"double\" 'single' `back` “curly”",
    "a\x00b\x01c\x08d\x0be\x0cf\x1bg\x1f",
    "\x7f\x80\x85\x93\x94\x9d\x9f",
    "\ufdd0\ufffe\uffff\U0001fffe\U0010ffff",
    "שלום \u202eabc\u202c مرحبا \u2066x\u2069",
    "👩🏽‍🚀 🇺🇳 e\u0301 Z͑ͫ̓ͪa̴l̵g̷o",
    "x" * 10_000,
    "one\r\ntwo\rthree\n\n four\t five\u2028six\u0085",
    " \u00a0\u200b\ufeff\x01 ",
    "&nbsp;&#0;&#xD800;&unknown;&",
    "{{ settings.SECRET_KEY }}{% now %}{# #}%s%(x)s",
    "</content></entry></feed>",
    "../../etc/passwd?a=1&b=2#c",
]
ADDRESSES = [
    'https://example.org/a b|{}<>"^`\\',
    "javascript:alert(1)",
    " JaVaScRiPt:alert(1)",
    "java\nscript:alert(1)",
    "java\x01script:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:x",
    "file:///etc/passwd",
    "/relative/path",
    "//example.org/without-scheme",
    "https://",
    "http://[",
    "https://example.org/\x00\x1f\x7f\x85\uffff",
    "https://exämple.org/ü?q=ß#é",
    "https://example.org/]]>&amp;<script>",
    "https://example.org/" + "x" * 10_000,
    " https://example.org/padded\n",
    "mailto:somebody@example.org",
    "",
]
LANGUAGES = ["en_GB", "e n", "\x00", "x" * 64, "de-", '"><b>', "pt-BR", ""]
EMAILS = ["nobody", "a b@c d", "a\x00@b", "<a@b>", "@", "somebody@example.org", "\n@\n", ""]
MEDIA_TYPES = ["audio", "/", "audio/", "a\x01/b", 'audio/mpeg; x="<1>"', "a/b/c", "text/html\n", ""]
MARKUP = [
    "<p>unclosed <b>bold <i>both</b> one</i>",
    "<table><td>cell<table><tr><li>item</table>",
    "<a href='https://example.org/'>outer <a href='x'>inner</a></a>",
    "<p><object><p>nested</p></object></p><button><p>in a button</button>",
    "<ul><ul><p>x<div></ul><dd></dl><h1><h2>headings</h1>",
    "<svg><style><img src=x onerror=alert(1)></style><math><mtext></math>",
    "<pre>\n\n kept \n</pre><select><option>one<hr></select><br></br></p>",
    "<blockquote><blockquote cite='javascript:x'>deep</blockquote><form><input><form>",
    "<div>" * 300 + "deep" + "</div>" * 300,
]


def make_hostile_entries(make_entry) -> list[Entry]:
    """Live entries of every kind, each with hostile text in every field that takes text.

    They are as many as it takes to have each text and each address in every field once.
    What stands in `content` has passed the gate, or is escaped: all else is anybody's.
    """
    entries = []
    for number, text in enumerate(islice(cycle(TEXTS), len(ADDRESSES))):
        for kind in Entry.Kind.values:
            entries.append(make_hostile_entry(make_entry, number, kind, text))
    return entries


def make_hostile_entry(make_entry, number: int, kind: str, text: str) -> Entry:
    markup = MARKUP[number % len(MARKUP)]
    # Another address in each field, so that a bad one does not hide behind another.
    addresses = [ADDRESSES[(number + step) % len(ADDRESSES)] for step in range(9)]
    text_fields = ("title", "summary", "author_name", "via_title", "quoted_source")
    fields = dict.fromkeys((*text_fields, "quoted_context"), storable(text)) | {
        "kind": kind,
        "content": f"{sanitize_html(markup).html}<p>{storable(escape(text))}</p>",
        "author_uri": storable(addresses[0]),
        "author_email": storable(EMAILS[number % len(EMAILS)]),
        "language": storable(LANGUAGES[number % len(LANGUAGES)]),
        "canonical_url": storable(addresses[1]),
        "link_url": storable(addresses[2]),
        "via_url": storable(addresses[3]),
        "quoted_url": storable(addresses[4]),
    }
    entry = make_entry(tags=[storable(text[:255]), f"a <{number}>"], **fields)
    entry.enclosures.create(
        href=storable(addresses[5]),
        type=storable(MEDIA_TYPES[number % len(MEDIA_TYPES)]),
        length=number or None,
    )
    source = Source.objects.create(
        url=storable(f"{addresses[6][:500]}#{entry.pk}"),
        feed_id=storable(addresses[7]),
        site_url=storable(addresses[8]),
        icon=storable(addresses[0]),
        author_uri=storable(addresses[1]),
        author_email=storable(EMAILS[number % len(EMAILS)]),
        **dict.fromkeys(("title", "subtitle", "author_name", "rights"), storable(text)),
    )
    Sighting.objects.create(
        source=source, entry=entry, leads=True, matched_by="new", dated_by="x", base={}, raw=""
    )
    return entry


def storable(text: str) -> str:
    """The text as far as the database takes it: PostgreSQL has no NUL."""
    return text.replace("\x00", "") if connection.vendor == "postgresql" else text
