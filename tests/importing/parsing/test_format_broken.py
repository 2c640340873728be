"""Documents that are not well-formed XML, or not in the encoding that they declare."""

import feedparser
import pytest

from entries.importing.parsing.parser import parse_feed
from entries.models import Entry
from tests.importing.files import NAMES, feed_file

# An entry that breaks off is one that is not there yet.
# Over damaged.rss feedparser raises by itself.
XML = [
    name
    for name in NAMES
    if not name.endswith(".json") and name not in ("broken-off.atom", "damaged.rss")
]
NOIR = "Café “noir”"


def test_every_feed_here_says_what_it_shows():
    silent = [
        name
        for name in NAMES
        if b"_comment" not in feed_file(name).replace(b"\0", b"")[:200]
        and b"<!--" not in feed_file(name).replace(b"\0", b"")[:500]
    ]

    assert silent == []
    assert len(NAMES) >= 40


@pytest.mark.parametrize("name", XML)
def test_every_entry_that_feedparser_sees_is_read(name):
    seen = feedparser.parse(feed_file(name), sanitize_html=False).entries

    read = list(parse_feed(feed_file(name)).entries)

    assert len(read) >= len(seen)


@pytest.mark.parametrize(
    ("name", "warning"),
    [
        ("encoding-windows-1252.rss", None),
        ("encoding-latin-1-in-disguise.rss", "Windows-1252"),
        ("encoding-mixed.rss", "Windows-1252"),
        ("encoding-none.rss", None),
        ("encoding-utf-16-mark.rss", None),
        ("encoding-utf-16-plain.rss", None),
        ("encoding-utf-16-in-name.rss", "utf-16"),
        ("encoding-unheard-of.rss", None),
    ],
)
def test_accents_come_out_right_in_whatever_encoding(read, name, warning):
    report = read(feed_file(name))

    assert Entry.objects.order_by("pk").first().title == NOIR
    assert [warning in said for said in report.warnings] == ([True] if warning else [])


def test_one_item_in_another_encoding_spoils_no_other(read):
    read(feed_file("encoding-mixed.rss"))

    assert set(Entry.objects.values_list("title", flat=True)) == {NOIR, "Naïve"}


def test_other_encodings_are_read_as_declared(read):
    read(feed_file("encoding-shift-jis.rss"))

    assert Entry.objects.get().title == "日本語"


def test_a_document_with_mostly_other_bytes_is_not_read_as_utf_8(read):
    read(feed_file("encoding-latin-1-undeclared.rss"))

    post = Entry.objects.get()
    assert post.title == "Un élève « doué »"
    assert post.content == "<p>Il est «&nbsp;doué&nbsp;», c’est sûr&nbsp;: 5 €.</p>"


def test_each_entry_of_a_planet_is_read_in_its_own_encoding():
    item = "<item><guid>{}</guid><title>{}</title></item>"
    texts = ["« été »", "日本語のテキスト", "un élève doué\xa0»"]
    encoded = [
        item.format(number, text).encode("utf-8" if number == 1 else "cp1252")
        for number, text in enumerate(texts)
    ]

    document = b"<rss><channel><title>t</title>%s</channel></rss>" % b"".join(encoded)

    read = [data.title for data in parse_feed(document).entries]
    assert read == ["« été »", "日本語のテキスト", "un élève doué »"]


def test_a_slip_in_a_declared_encoding_spoils_one_character():
    text = "日本語" * 50
    document = f"<?xml version='1.0' encoding='shift_jis'?><rss><channel><title>{text}</title>"
    data = document.encode("shift_jis") + b"<item><title>\x81 </title></item></channel></rss>"

    parsed = parse_feed(data)

    assert parsed.feed.title == text
    assert parsed.feed.warnings == [
        "Not all of the feed is in the encoding that it declares (shift_jis)."
    ]


def test_utf_8_that_says_so_is_read_as_such_whatever_the_header_says():
    data = "<?xml version='1.0' encoding='utf-8'?><rss><channel><title>Café</title></channel></rss>"

    parsed = parse_feed(data.encode(), content_type="text/xml; charset=iso-8859-1")

    assert parsed.feed.title == "Café"


@pytest.mark.parametrize("name", ["punycode", "idna", "undefined", "unicode_escape", "hex", "x"])
def test_a_codec_that_is_no_encoding_of_a_document_is_not_used(name):
    data = f"<?xml version='1.0' encoding='{name}'?><rss><channel><title>Caf\\u00e9 é</title>"

    assert parse_feed(data.encode() + b"</channel></rss>").feed.title == "Caf\\u00e9 é"


def test_a_header_may_name_the_encoding():
    data = feed_file("encoding-none.rss").decode().encode("iso-8859-15", "replace")

    parsed = parse_feed(data, content_type="application/rss+xml; charset=iso-8859-15")

    assert next(parsed.entries).title == "Café ?noir?"


@pytest.mark.parametrize("name", ["space-before.rss", "mark-before.rss", "rubbish-before.rss"])
def test_output_before_the_declaration_does_no_harm(read, name):
    read(feed_file(name))

    assert Entry.objects.get().title == "Post 1"


@pytest.mark.parametrize(
    ("name", "titles", "warning"),
    [
        ("prefix-undeclared.rss", ["Post 1"], "unbound prefix"),
        ("entities-of-html.rss", ["Café"], "undefined entity"),
        ("ampersand.rss", ["Salt & pepper"], "not well-formed"),
        ("controls.rss", ["Post 1"], "characters that XML forbids"),
        ("unclosed.rss", ["Post 1", "Post 2"], "mismatched tag"),
        ("html-in-place.rss", ["Post 1"], None),
        ("broken-off.atom", ["Post 1", "Post 2"], "breaks off after entry 2"),
    ],
)
def test_broken_xml_is_read_with_a_warning(read, name, titles, warning):
    report = read(feed_file(name))

    assert list(Entry.objects.order_by("title").values_list("title", flat=True)) == titles
    assert [warning in said for said in report.warnings] == ([True] if warning else [])


@pytest.mark.parametrize(
    ("name", "content", "author"),
    [
        ("prefix-undeclared.rss", "<p>At length.</p>", "Ada Fern"),
        ("entities-of-html.rss", "<p>Café&nbsp;— <b>noir</b></p>", ""),
        ("html-in-place.rss", "<p>Text <b>bold</b>.</p>", ""),
    ],
)
def test_broken_xml_loses_none_of_its_text(read, name, content, author):
    read(feed_file(name))

    post = Entry.objects.get()
    assert (post.content, post.author_name) == (content, author)


def test_an_address_keeps_its_ampersand(read):
    read(feed_file("ampersand.rss"))

    assert Entry.objects.get().canonical_url == "https://blog.example/?a=1&b=2"
