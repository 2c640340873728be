"""A damaged part of a feed spoils only itself, even if a library raises an error over it."""

import itertools
import json
import logging
import sys
from dataclasses import asdict, replace

import feedparser
import pytest
from hypothesis import given
from hypothesis import strategies as st

from entries.importing.errors import ParseError
from entries.importing.parsing.damaged_entries import repair_entry
from entries.importing.parsing.feed_data import EntryData, FeedContext
from entries.importing.parsing.parser import parse_feed, read_entry
from entries.models import Entry
from tests.importing.atom import entry, feed
from tests.importing.files import feed_file

ITEM = (
    b"<item><guid>%d</guid><title>Post %d</title>"
    b"<description>&lt;p&gt;x&lt;/p&gt;</description></item>"
)
RSS = b'<rss version="2.0"><channel><title>Posts</title>%s</channel></rss>'


def titles(data: bytes) -> list[str]:
    return [data.title for data in parse_feed(data).entries if not data.left_out]


def test_elements_that_feedparser_fails_on_are_left_out_alone(read):
    report = read(feed_file("damaged.rss"))

    posts = list(Entry.objects.order_by("pk").values_list("title", "content"))
    assert posts == [
        ("First", "<p>Whole.</p>"),
        ("Chapters", "<p>A podcast.</p>"),
        ("Licence", "<p>Mistyped.</p>"),
        ("Width", "<p>Stray.</p>"),
        ("Middle", "<p>Whole.</p>"),
        ("Player", "<p>Played.</p>"),
        ("Open", "<p>Never closed.</p>"),
        ("Last", "<p>Whole.</p>"),
    ]
    assert report.warnings == [
        "The document is not well-formed XML (line 17: mismatched tag); read as far as possible.",
        "Elements that can't be read are left out: "
        "<psc:chapter>, <width>, <media:player>, <gml:pos>, <creativecommons:license>.",
    ]


@pytest.mark.parametrize(("name", "number"), [("ends-missing.rss", 9), ("ends-missing.atom", 3)])
def test_an_element_whose_end_is_mistyped_or_missing_keeps_its_text_and_its_neighbours(
    read, name, number
):
    report = read(feed_file(name))

    posts = Entry.objects.order_by("pk").values_list("content", "canonical_url")
    assert list(posts) == [
        (f"<p>Text {n}.</p>", f"https://blog.example/{n}") for n in range(1, number + 1)
    ]
    assert report.counts["created"] == number
    assert Entry.objects.get(content="<p>Text 1.</p>").title in ("Mistyped", "Open section")


def test_a_title_without_its_end_is_no_longer_than_it_is(read):
    read(feed_file("ends-missing.rss"))

    titles = Entry.objects.order_by("pk").values_list("title", flat=True)
    assert titles[4] == "A title without its end"


def test_markup_within_an_element_is_left_as_it_is():
    text = b"<p>one<br>two</b><widget></description"
    items = b"".join(ITEM % (n, n) for n in range(3))
    items = items.replace(b"&lt;p&gt;x&lt;/p&gt;</description", text, 1)

    read = [(data.title, data.body.value) for data in parse_feed(RSS % items).entries]

    assert [title for title, _ in read] == ["Post 0", "Post 1", "Post 2"]
    assert read[0][1].startswith("<p>one<br")
    assert read[0][1].count("two") == 1


def test_a_post_that_quotes_a_feed_in_a_section_of_its_own_is_one_post():
    quoted = b"<description><![CDATA[a feed: </item> <item> <![CDATA[ x ]]></description>"
    items = [ITEM % (n, n) for n in range(3)]
    items[1] = b"<item><guid>1</guid><title>Post 1</title>" + quoted + b"</item>"

    read = [(data.title, data.body.value) for data in parse_feed(RSS % b"".join(items)).entries]

    assert [title for title, _ in read] == ["Post 0", "Post 1", "Post 2"]


@pytest.mark.parametrize(
    "unit",
    [b"<![CDATA[", b"<?", b"<!--", b"<a>", b"</a>", b"</descriptio>", b"<title>", b"</i><i>"],
)
def test_repair_takes_time_in_proportion_to_the_length(unit):
    def calls(number):
        entry = b"<item><description>" + unit * number + b"</item>"
        counted = itertools.count()
        sys.setprofile(lambda *_: next(counted) and None)
        try:
            repair_entry(entry)
        finally:
            sys.setprofile(None)
        return next(counted)

    assert calls(40_000) < 10 * calls(10_000)


@pytest.mark.parametrize(
    "damage", ["<content>", "<b", "</item>", "&x;", "<![CDATA[", "<!--", "\0<"]
)
def test_the_entries_around_a_damaged_one_are_read(damage):
    items = [ITEM % (number, number) for number in range(5)]
    items[2] = items[2].replace(b"<description>", damage.encode() + b"<description>")

    read = titles(RSS % b"".join(items))

    assert {"Post 0", "Post 1", "Post 3", "Post 4"} <= set(read)


@pytest.mark.parametrize("mistyped", [b"</itm>", b"</entry>", b""])
def test_an_end_tag_that_is_mistyped_or_missing_costs_no_entry(mistyped):
    items = [ITEM % (number, number) for number in range(5)]
    items[1] = items[1].replace(b"</item>", mistyped)
    items[4] = items[4].replace(b"</item>", mistyped)

    assert titles(RSS % b"".join(items)) == [f"Post {number}" for number in range(5)]


def test_more_entries_are_damaged_than_are_each_read_alone():
    items = b"".join(
        ITEM % (n, n) + (ITEM % (-n, -n)).replace(b"&lt;", b"<i>") for n in range(1_200)
    )

    assert len(titles(RSS % items)) == 2_400


@pytest.fixture
def failing(monkeypatch):
    """Let feedparser fail on every text that contains BOOM."""
    handle_data = feedparser.mixin._FeedParserMixin.handle_data

    def fail(self, text, escape=1):
        if "BOOM" in text:
            raise RecursionError("maximum recursion depth exceeded")
        handle_data(self, text, escape)

    monkeypatch.setattr(feedparser.mixin._FeedParserMixin, "handle_data", fail)


def test_an_entry_that_feedparser_fails_on_is_left_out_with_the_reason(failing, caplog):
    posts = [entry(n, title="BOOM" if n == 3 else f"Post {n}") for n in range(1, 7)]

    parsed = parse_feed(feed(*posts))

    entries = list(parsed.entries)
    assert [data.title for data in entries if not data.left_out] == [
        f"Post {n}" for n in (1, 2, 4, 5, 6)
    ]
    left_out = next(data for data in entries if data.left_out)
    reason = "its XML can't be read (RecursionError: maximum recursion depth exceeded)"
    assert (left_out.title, left_out.left_out) == ("BOOM", reason)
    assert parsed.feed.warnings == [f"An entry is left out, {reason}: BOOM."]
    assert any(record.exc_info and record.levelno == logging.ERROR for record in caplog.records)


def test_feedparser_may_fail_on_the_feeds_own_elements(failing):
    parsed = parse_feed(RSS.replace(b"Posts", b"BOOM") % (ITEM % (1, 1) + ITEM % (2, 2)))

    assert [data.title for data in parsed.entries] == ["Post 1", "Post 2"]
    assert parsed.feed.title == ""


def test_a_document_that_can_not_be_cut_is_refused_in_words(failing):
    nested = b"<item>BOOM" + ITEM % (1, 1) + b"</item>"

    with pytest.raises(ParseError, match=r"its parser fails \(RecursionError: maximum"):
        parse_feed(RSS % nested)


def test_an_entry_that_our_own_code_fails_on_is_one_to_skip(caplog):
    def make(item, context):
        raise KeyError("links")

    data = read_entry(make, {"id": "urn:x:1"}, FeedContext())

    assert (data.guid, data.left_out) == ("urn:x:1", "it can't be read (KeyError: 'links')")
    assert "Traceback" in caplog.text


def test_values_of_other_types_than_they_should_have_are_no_values():
    data = RSS % (
        b"<item><guid>1</guid><title>One</title><links a='b'/><tags2/><authors>x</authors>"
        b"<image a='b'/><content_x/><title_detail a='b'/><published_parsed>x</published_parsed>"
        b"<media_content>x</media_content><source_x/><contributors a='b'/></item>"
    )

    one = next(parse_feed(data).entries)

    assert (one.title, one.authors, one.enclosures, one.link) == ("One", (), (), "1")
    assert_plain(one)


def assert_plain(data: EntryData) -> None:
    """Fail for a value of a type that JSON does not have."""
    json.dumps(asdict(replace(data, received=b"", envelope=None)) | {"received": ""})


def test_a_value_of_json_that_is_nested_too_deeply_costs_only_itself():
    deep = '{"a": ' * 5_000 + '["]}"]' + "}" * 5_000
    items = [
        '{"id": "1", "title": "One [1]", "content_text": "\\"}]", "_deep": ' + deep + "}",
        '{"id": "2", "title": "Two"}',
    ]

    parsed = parse_feed(b'{"items": [%s]}' % ",".join(items).encode())

    assert [(one.title, one.body.value) for one in parsed.entries] == [
        ("One [1]", '"}]'),
        ("Two", ""),
    ]
    assert "Values nested deeper than 50 levels are left out." in parsed.feed.warnings


ATOM = (
    '<feed xmlns="http://www.w3.org/2005/Atom" {}><title>Feed</title><id>urn:x:feed</id>{}</feed>',
    "<entry><id>urn:x:{0}</id><title>Post {0}</title>{1}</entry>",
)
FORMATS = {
    "atom": ATOM,
    "rss": (
        '<rss version="2.0" {}><channel><title>Feed</title>{}</channel></rss>',
        "<item><guid>urn:x:{0}</guid><title>Post {0}</title>{1}</item>",
    ),
    "rdf": (
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
        'xmlns="http://purl.org/rss/1.0/" {}><channel><title>Feed</title></channel>{}</rdf:RDF>',
        '<item rdf:about="urn:x:{0}"><title>Post {0}</title>{1}</item>',
    ),
}
NAMESPACES = {
    "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
    "media": "http://search.yahoo.com/mrss/",
    "psc": "http://podlove.org/simple-chapters",
    "georss": "http://www.georss.org/georss",
    "gml": "http://www.opengis.net/gml",
    "geo": "http://www.w3.org/2003/01/geo/wgs84_pos#",
    "cc": "http://web.resource.org/cc/",
    "creativeCommons": "http://backend.userland.com/creativeCommonsRssModule",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "slash": "http://purl.org/rss/1.0/modules/slash/",
    "wfw": "http://wellformedweb.org/CommentAPI/",
    "thr": "http://purl.org/syndication/thread/1.0",
    "podcast": "https://podcastindex.org/namespace/1.0",
    "yt": "http://www.youtube.com/xml/schemas/2015",
    "wp": "http://wordpress.org/export/1.2/",
    "excerpt": "http://wordpress.org/export/1.2/excerpt/",
    "xhtml": "http://www.w3.org/1999/xhtml",
    "x": "urn:x:unknown",
}
DECLARED = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in NAMESPACES.items())
# Every element that feedparser has a handler for, and some that it has none for.
HANDLED = sorted(
    {
        name.removeprefix("_start_").removeprefix("_end_")
        for name in dir(feedparser.mixin._FeedParserMixin)
        if name.startswith(("_start_", "_end_"))
    }
)
ELEMENTS = [
    f"{prefix}:{rest}" if prefix in NAMESPACES and rest else name
    for name in HANDLED
    for prefix, _, rest in [name.partition("_")]
] + ["links", "tags", "authors", "media:credit", "podcast:chapters", "yt:videoId", "x:y", "x:links"]
# These are an entry or contain one.
ELEMENTS = [name for name in ELEMENTS if name not in ("item", "entry", "channel", "feed", "rss")]
ATTRIBUTES = ["", " type='html'", " type='xhtml'", " href='http://['", " url='x'", " rel='self'"]
ATTRIBUTES += [" start='x'", " xml:base='http://[x'", " xml:lang='_'", " mode='base64'", " src='x'"]
ATTRIBUTES += [" width='x'", " a='b'", " srsName='EPSG:x'", " srsDimension='3'", " term='x'"]
TEXTS = [
    "",
    "x",
    "1 2",
    "-1",
    "&amp;#xD800;",
    "9" * 30,
    "&lt;b&gt;x&lt;/b&gt;",
    "2024-03-09",
    "a@b (c)",
]
DAMAGES = [
    "{start}{inner}{end}",
    "{start}{inner}{mistyped}",
    "{end}",
    "{start}",
    "{start}{end}{end}",
]
DAMAGES += ["{end}{start}", "{mistyped}{start}{inner}{end}"]


@st.composite
def elements(draw, depth=0):
    name = draw(st.sampled_from(ELEMENTS))
    inner = draw(st.sampled_from(TEXTS))
    if depth < 3 and draw(st.booleans()):
        inner = "".join(draw(st.lists(elements(depth + 1), max_size=3)))
    attributes = "".join(draw(st.lists(st.sampled_from(ATTRIBUTES), max_size=2, unique=True)))
    return draw(st.sampled_from(DAMAGES)).format(
        start=f"<{name}{attributes}>", inner=inner, end=f"</{name}>", mistyped=f"</{name}x>"
    )


@given(
    name=st.sampled_from(sorted(FORMATS)),
    damage=st.lists(elements(), min_size=1, max_size=6).map("".join),
    in_head=st.booleans(),
)
def test_damaged_elements_cost_no_other_entry(name, damage, in_head):
    around, one = FORMATS[name]
    posts = [one.format(1, ""), one.format(2, damage), one.format(3, "")]
    document = around.format(DECLARED, (damage if in_head else "") + "".join(posts))

    entries = list(parse_feed(document.encode(), url="https://x.example/feed").entries)

    for data in entries:
        assert isinstance(data, EntryData)
        assert_plain(data)
    read = [(data.guid, data.title) for data in entries]
    assert ("urn:x:1", "Post 1") in read
    assert ("urn:x:3", "Post 3") in read


ENDLESS = "&#" + "1" * 5_000 + ";"
HOSTILE_TITLES = {
    "RSS": '<rss version="2.0"><channel><title>{t}</title><item><guid>urn:x:1</guid>'
    "<title>{t}</title><category>{t}</category><description>{t}</description></item></channel></rss>",
    "Atom": '<feed xmlns="http://www.w3.org/2005/Atom"><title type="html">{t}</title>'
    '<id>urn:x:0</id><entry><id>urn:x:1</id><title type="html">{t}</title>'
    '<category term="{t}"/><summary type="html">{t}</summary></entry></feed>',
    "WXR": '<rss version="2.0" xmlns:wp="http://wordpress.org/export/1.2/" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>{t}</title>'
    "<wp:wxr_version>1.2</wp:wxr_version><wp:author><wp:author_login>ada</wp:author_login>"
    "<wp:author_display_name>{t}</wp:author_display_name></wp:author>"
    "<item><guid>urn:x:1</guid><title>{t}</title><dc:creator>ada</dc:creator>"
    '<category domain="post_tag" nicename="a">{t}</category><wp:post_id>1</wp:post_id>'
    "<content:encoded>{t} https://video.example/{t}</content:encoded>"
    "<wp:status>publish</wp:status><wp:post_type>post</wp:post_type></item>"
    "<item><guid>urn:x:2</guid><title>{t}</title><wp:post_id>2</wp:post_id>"
    "<wp:post_parent>1</wp:post_parent><wp:post_type>attachment</wp:post_type>"
    "<wp:attachment_url>https://x.example/a.png</wp:attachment_url></item></channel></rss>",
}


@pytest.mark.parametrize("once", [True, False])
@pytest.mark.parametrize("kind", HOSTILE_TITLES)
def test_a_reference_of_thousands_of_digits_is_no_text_and_costs_no_entry(read, kind, once):
    reference = ENDLESS if once else ENDLESS.replace("&", "&amp;")
    text = f"Before {reference}after"

    report = read(HOSTILE_TITLES[kind].replace("{t}", text).encode())

    assert (report.error, report.counts["created"]) == (None, 1)
    assert Entry.objects.get().title == "Before after"
