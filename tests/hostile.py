"""Text as nobody should write it, for every field of an entry and of its source."""

from datetime import UTC, date
from itertools import cycle, islice

from django.db import connection
from django.utils.html import escape
from hypothesis import strategies as st

from entries.importing.cleaning.sanitizer import sanitize_html
from entries.models import Enclosure, Entry, Source
from entries.publishing.rows.entry_row import EntryRow
from entries.publishing.rows.part_rows import EnclosureRow, SourceRow, TagRow

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
    source = Source.objects.create(
        url=storable(f"{addresses[6][:500]}#{kind}-{number}"),
        feed_id=storable(addresses[7]),
        site_url=storable(addresses[8]),
        icon=storable(addresses[0]),
        author_uri=storable(addresses[1]),
        author_email=storable(EMAILS[number % len(EMAILS)]),
        **dict.fromkeys(("title", "subtitle", "author_name", "rights"), storable(text)),
    )
    entry = make_entry(source=source, tags=[storable(text[:255]), f"a <{number}>"], **fields)
    entry.enclosures.create(
        href=storable(addresses[5]),
        type=storable(MEDIA_TYPES[number % len(MEDIA_TYPES)]),
        length=number or None,
    )
    return entry


def storable(text: str) -> str:
    """The text as far as the database takes it: PostgreSQL has no NUL."""
    return text.replace("\x00", "") if connection.vendor == "postgresql" else text


def person(role: str, text: str) -> list[str]:
    return [role, text, text, text]


# Rows with any text in them, as they come out of the database.
ADDRESS = st.text() | st.builds("{}:{}".format, st.sampled_from(["http", "x", "mailto"]), st.text())
SOURCE_ROWS = st.builds(
    SourceRow,
    **dict.fromkeys(("title", "subtitle", "author_name", "author_email", "rights"), st.text()),
    **dict.fromkeys(("url", "site_url", "feed_id", "author_uri", "icon"), ADDRESS),
    canonical=st.just(Source.Canonical.SOURCE),
    feed_updated=st.none() | st.datetimes(timezones=st.just(UTC)),
)
ENTRY_ROWS = st.builds(
    EntryRow,
    pk=st.integers(1),
    atom_id=ADDRESS,
    kind=st.sampled_from(Entry.Kind.values),
    status=st.just(Entry.Status.LIVE),
    slug=st.just("slug"),
    day=st.just(date(2024, 3, 9)),
    **dict.fromkeys(("published", "updated", "modified_at"), st.datetimes(timezones=st.just(UTC))),
    **dict.fromkeys(("title", "summary", "author_name", "author_email", "language"), st.text()),
    **dict.fromkeys(("via_title", "quoted_source", "quoted_context"), st.text()),
    **dict.fromkeys(("author_uri", "canonical_url", "link_url", "via_url", "quoted_url"), ADDRESS),
    content=st.text().map(lambda text: f"<p>{escape(text)}</p>"),
    tags_line=st.booleans(),
    tags=st.lists(st.builds(TagRow, name=st.text(), slug=st.just("tag"), term=st.text())),
    enclosures=st.lists(
        st.builds(
            EnclosureRow,
            href=ADDRESS,
            **dict.fromkeys(("type", "title", "hreflang"), st.text()),
            length=st.none() | st.integers(0),
            role=st.sampled_from(Enclosure.Role.values),
        )
    ),
    people=st.lists(st.builds(person, st.sampled_from(["author", "contributor"]), ADDRESS)),
    rights=st.text(),
    origin=st.dictionaries(st.sampled_from(["id", "title", "url", "site_url"]), ADDRESS),
    in_reply_to=st.lists(
        st.dictionaries(st.sampled_from(["ref", "href", "type", "source"]), ADDRESS)
    ),
    category_details=st.dictionaries(st.text(), st.tuples(ADDRESS, st.text()).map(list)),
    source=st.none() | SOURCE_ROWS,
)
