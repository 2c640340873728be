"""One small feed for each rule, imported and imported again."""

from datetime import UTC, datetime

import pytest

from entries.importing.importer import import_feed
from entries.models import Entry, Sighting, Source, Tag, TaggedEntry

from .files import feed_file

SITE = "https://blog.example"
MINTED = "tag:testserver,2024-04-01:…"
NOON = "2024-03-09 12:00"
FEED_DATE = "2024-03-10 08:00"
NO_DATE = "it has no date of its own; dated by the feed's date"
NO_ID = "given a new id, because the feed gives it none"
QUOTED = '<blockquote cite="https://said.example/"><p>Said.</p></blockquote>'


def page(number, scheme="https"):
    return f"{scheme}://blog.example/2024/Mar/09/rule-{number}/"


def unusable(guid):
    return f"given a new id, because the feed's {guid!r} is not an absolute IRI, or too long"


def value(entry, name):
    """Returns a field of an entry in a short form, for the tables below."""
    if name == "tags":
        return list(entry.tags.values_list("name", flat=True))
    if name in ("dated_by", "guid"):
        return getattr(entry.sightings.get(), name)
    found = getattr(entry, name)
    if name == "atom_id" and found.startswith("tag:testserver,2024-04-01:"):
        return MINTED
    return f"{found:%Y-%m-%d %H:%M}" if isinstance(found, datetime) else found


@pytest.fixture(autouse=True)
def april(time_machine):
    """Import the feeds in April; they are dated in the March before."""
    time_machine.move_to(datetime(2024, 4, 1, 12, 0, tzinfo=UTC))


@pytest.fixture
def served(httpserver, db):
    """Serve a file of tests/feeds/ and import it from there, as a source of its own."""

    def served(name):
        url = httpserver.url_for(f"/{name}")
        httpserver.expect_request(f"/{name}").respond_with_data(feed_file(name))
        return import_feed(Source.objects.filter(url=url).first() or Source(url=url))

    return served


# Feed, the field it tests, and the field's value in each of its entries, in order.
FIELDS = [
    (
        "id-http.atom",
        "atom_id",
        [(page(1, "http"),), ("http://BLOG.example:80/2024/Mar/09/rule-2/",)],
    ),
    ("id-https.atom", "atom_id", [(page(1),), (page(2),)]),
    ("id-atom-tag.atom", "atom_id", [(page(n) + "#atom-tag",) for n in (1, 2, 3)]),
    (
        "id-atom-everything.atom",
        "atom_id",
        [(page(1) + "#atom-everything",), (page(2),), (page(3) + "#part-2",)],
    ),
    (
        "id-not-permalink.rss",
        "title atom_id guid canonical_url",
        [
            ("A tag", "tag:blog.example,2024:1", "tag:blog.example,2024:1", ""),
            ("An address", f"{SITE}/?p=2", f"{SITE}/?p=2", ""),
            ("A number", MINTED, "3", ""),
        ],
    ),
    (
        "id-shared.rss",
        "title atom_id guid canonical_url content",
        [
            ("First", f"{SITE}/posts", f"{SITE}/posts", page(1), "<p>One.</p>"),
            ("Second", MINTED, f"{SITE}/posts", page(2), "<p>Two.</p>"),
        ],
    ),
    (
        "id-twice.atom",
        "atom_id content published updated",
        [(page(1), "<p>As revised.</p>", NOON, "2024-03-10 09:30")],
    ),
    (
        "id-no-iri.rss",
        "title atom_id guid canonical_url",
        [
            ("Space", MINTED, "http://blog.example/a post", page(1)),
            ("Relative", MINTED, "/2024/rule-2", page(2)),
            ("Letters", MINTED, "rule-three", page(3)),
            ("Empty", MINTED, "", page(4)),
        ],
    ),
    (
        "id-link-only.rss",
        "atom_id guid canonical_url slug",
        [(MINTED, "", page(1), "rule-1"), (MINTED, "", page(2), "rule-2")],
    ),
    (
        "id-link-tracking.rss",
        "atom_id guid slug",
        [(MINTED, "mailing 1", "rule-1"), (MINTED, "mailing 2", "rule-2")],
    ),
    (
        "id-home-page.rss",
        "title atom_id canonical_url slug",
        [(day, MINTED, f"{SITE}/", day.lower()) for day in ("Monday", "Tuesday", "Wednesday")],
    ),
    ("dates-rfc-822.rss", "published updated dated_by", [(NOON, NOON, "published")] * 6),
    (
        "dates-two-digits.rss",
        "title published",
        [("Old", "1998-03-09 12:00"), ("Young", "2004-03-09 12:00"), ("No weekday", NOON)],
    ),
    (
        "dates-iso-short.atom",
        "published dated_by",
        [
            ("2024-03-09 00:00", "published"),
            *[(NOON, "published")] * 4,
            ("2024-03-09 00:00", "published"),
        ],
    ),
    (
        "dates-absurd.rss",
        "title published dated_by",
        [
            ("Year 1593", FEED_DATE, "feed"),
            ("Month 13", FEED_DATE, "feed"),
            ("Far ahead", FEED_DATE, "feed"),
            ("A word", FEED_DATE, "feed"),
            ("Seconds", NOON, "published"),
        ],
    ),
    (
        "dates-updated-only.atom",
        "published updated dated_by",
        [(NOON, NOON, "updated"), ("2024-03-08 12:00", "2024-03-08 12:00", "updated")],
    ),
    ("dates-of-feed.rss", "published updated dated_by", [(FEED_DATE, FEED_DATE, "feed")] * 2),
    ("dates-nowhere.rss", "published dated_by", [("2024-04-01 12:00", "first seen")] * 2),
    (
        "dates-future.atom",
        "published status is_public",
        [("2024-06-01 12:00", "live", False), (NOON, "live", True)],
    ),
    (
        "shape-links.atom",
        "kind link_url via_url via_title content",
        [
            (
                "link",
                "https://target.example/1",
                "https://who.example/",
                "Who",
                "<p>First thought.</p>\n<p>Second thought.</p>",
            ),
            ("link", "https://target.example/2", "", "", "<p>Whole.</p>"),
            ("link", "https://target.example/3", "", "", ""),
        ],
    ),
    (
        "shape-headings.atom",
        "kind link_url content",
        [
            (
                "article",
                "",
                '<p><strong><a href="https://target.example/1">Rule 1</a></strong></p>\n'
                "<p>Text.</p>",
            ),
            (
                "article",
                "",
                '<p><strong><a href="mailto:ada@fern.example">Rule 2</a></strong></p>\n'
                "<p>Text.</p>",
            ),
            (
                "article",
                "",
                '<p><strong>See <a href="https://target.example/3">Rule 3</a></strong></p>\n'
                "<p>Text.</p>",
            ),
        ],
    ),
    (
        "shape-via.atom",
        "kind via_url via_title content",
        [
            ("link", "https://who.example/", "Who", "<p>Text.</p>"),
            ("link", "https://who.example/", "Who", "<p>Text.</p>"),
            ("link", "", "", '<p>Via <a href="https://who.example/">Who</a></p>\n<p>Text.</p>'),
            ("link", "", "", "<p>Text.</p>\n<p>Via a friend</p>"),
        ],
    ),
    (
        "shape-quotations.atom",
        "kind quoted_source quoted_url quoted_context content",
        [
            ("quotation", "Ida Elm", "https://said.example/", "on moss", "<p>Said.</p>"),
            ("quotation", "Ida Elm", "https://said.example/", "", "<p>Said.</p>"),
            ("quotation", "Ida Elm", "https://said.example/", "", "<p>Said.</p>"),
            ("quotation", "Ida Elm", "", "", "<p>Said.</p>\n<p>And more.</p>"),
            (
                "article",
                "",
                "",
                "",
                f'{QUOTED}\n<p class="cite">— '
                '<a href="https://said.example/">Ida <em>Elm</em></a></p>',
            ),
            ("article", "", "", "", QUOTED),
        ],
    ),
    (
        "shape-blockquote-first.atom",
        "kind quoted_source content",
        [
            ("article", "", f"{QUOTED}\n<p>Which is true.</p>\n<p>Mostly.</p>"),
            ("article", "", f'{QUOTED}\n<p class="cite">— Ida Elm</p>\n<p>Which is true.</p>'),
        ],
    ),
    (
        "shape-notes.atom",
        "kind title content",
        [
            ("note", "", "<p>No title.</p>"),
            ("note", "All of it.", "<p>All of it.</p>"),
            (
                "note",
                "It rained on the moss all day and in the evening the snails…",
                "<p>It rained on the moss all day and in the evening the snails came out to look"
                " at it, one by one.</p>",
            ),
            ("article", "Moss", "<p>Moss is green.</p>"),
        ],
    ),
    (
        "shape-tags-lines.atom",
        "tags tags_line content",
        [
            (["moss", "salt & stone"], True, "<p>Text.</p>"),
            (["moss", "salt & stone"], False, "<p>Text.</p>\n<p>Tags: salt &amp; stone, moss</p>"),
            (
                ["moss", "salt & stone"],
                False,
                "<p>Text.</p>\n<p>Tags: moss, salt &amp; stone, fern</p>",
            ),
            ([], False, "<p>Text.</p>\n<p>Tags: moss</p>"),
        ],
    ),
    (
        "html-srcset.atom",
        "content",
        [
            (
                f'<p><img src="{SITE}/a.jpg" srcset="{SITE}/a.jpg 1x, {SITE}/b.jpg 3x"'
                ' alt="Moss"></p>',
            ),
            (
                '<p><img src="https://img.example/c.jpg" '
                'srcset="https://img.example/w_400,h_300/c.jpg 400w, '
                'https://img.example/c.jpg 800w"></p>',
            ),
            (
                f'<p><picture><source srcset="{SITE}/d.webp" type="image/webp">'
                f'<img src="{SITE}/d.jpg" alt=""></picture></p>',
            ),
        ],
    ),
    (
        "html-structures.rss",
        "content",
        [
            (
                '<table><caption>Sizes</caption><thead><tr><th scope="col">Moss</th></tr></thead>'
                '<tbody><tr><td colspan="2">1 cm</td></tr></tbody></table>',
            ),
            ("<details><summary>More</summary><p>Moss.</p></details>",),
            ("<p><ruby>苔<rp>(</rp><rt>koke</rt><rp>)</rp></ruby></p>",),
            ("<dl><dt>Moss</dt><dd>A plant.</dd></dl>",),
            (
                '<figure><img src="https://img.example/m.jpg" alt="Moss">'
                "<figcaption>Moss</figcaption></figure>",
            ),
        ],
    ),
    (
        "html-pre.rss",
        "content",
        [
            ("<pre>\n\n  if moss:\n\twater()\n</pre>",),
            ('<pre><span class="pl-k">def</span> <span class="pl-en">moss</span>():</pre>',),
            ("<p>Write <code>&lt;b&gt; &amp;amp;</code>.</p>",),
        ],
    ),
    (
        "html-headings.rss",
        "content",
        [
            ("<h1>One</h1>\n<p>Text.</p>\n<h2>Two</h2>\n<p>Text.</p>",),
            ("<h3>Three</h3>\n<p>Text.</p>\n<h6>Six</h6>\n<p>Text.</p>",),
        ],
    ),
    (
        "html-base-xhtml.atom",
        "canonical_url content",
        [
            (
                page(1),
                f'<p><a href="{SITE}/moss">Moss</a> <img src="{SITE}/m.jpg" alt="M"></p>',
            ),
            (page(2), '<p><a href="https://other.example/moss?a=1&amp;b=2">Moss</a></p>'),
        ],
    ),
    ("categories-case.rss", "tags", [(["Moss", "Fern"],), (["Moss", "STRASSE"],)]),
    (
        "authors-of-feed.atom",
        "author_name author_uri author_email",
        [
            ("Ada Fern", "", "ada@fern.example"),
            ("Bo Gorse", "https://bo.example/", ""),
            ("Cy Holm", "", ""),
        ],
    ),
    (
        "empty-items.rss",
        "title canonical_url content",
        [("Rule 1", page(1), "<p>One.</p>"), ("Rule 2", page(2), "<p>Two.</p>")],
    ),
    (
        "encoding-utf-8-in-disguise.rss",
        "title content",
        [("Café “noir”", "<p>Naïve — très.</p>")],
    ),
    (
        "json-controls.json",
        "title content tags canonical_url guid atom_id",
        [("Bell", "<p>Ding.</p>", ["moss"], f"{SITE}/1", f"{SITE}/1", MINTED)],
    ),
    (
        "broken-nesting.rss",
        "title content",
        [("Rule 1", "<p><b>Bold</b></p>"), ("Rule 2", "<p>Two.</p>")],
    ),
]


@pytest.mark.parametrize(("name", "fields", "rows"), FIELDS, ids=[row[0] for row in FIELDS])
def test_a_feed_becomes_what_it_is_about(served, name, fields, rows):
    report = served(name)

    entries = Entry.objects.order_by("pk")
    assert report.error is None
    assert [tuple(value(entry, field) for field in fields.split()) for entry in entries] == rows


@pytest.mark.parametrize("name", [row[0] for row in FIELDS])
def test_a_second_import_leaves_all_as_it_was(served, dump, name):
    first = served(name)
    before = dump("Source", "ImportLine")

    again = served(name)

    assert dump("Source", "ImportLine") == before
    same = {"created": "unchanged", "skipped": "skipped"}
    assert [line.action for line in again.entries] == [same[line.action] for line in first.entries]


# Feed, and the reasons of each of its entries, without "new" and "dated by".
REASONS = [
    (
        "id-shared.rss",
        [[], ["given a new id, because the feed gives the same id to another entry"]],
    ),
    ("id-twice.atom", [["the feed states it twice; the newest counts"], []]),
    (
        "id-no-iri.rss",
        [
            [unusable("http://blog.example/a post")],
            [unusable("/2024/rule-2")],
            [unusable("rule-three")],
            [NO_ID],
        ],
    ),
    ("id-not-permalink.rss", [[], [], [unusable("3")]]),
    ("id-home-page.rss", [[NO_ID]] * 3),
    (
        "dates-absurd.rss",
        [
            *[
                [f"its published date {date!r} can't be believed", NO_DATE, NO_ID]
                for date in (
                    "Tue, 09 Mar 1593 12:00:00 GMT",
                    "2024-13-09T12:00:00Z",
                    "Sat, 09 Mar 3024 12:00:00 GMT",
                    "yesterday",
                )
            ],
            [NO_ID],
        ],
    ),
    ("dates-updated-only.atom", [[], ["its published date 'soon' can't be believed"]]),
    ("dates-of-feed.rss", [[NO_DATE, NO_ID]] * 2),
    (
        "dates-nowhere.rss",
        [
            [
                "it has no date of its own; dated by the moment in which it was first seen",
                NO_ID,
            ]
        ]
        * 2,
    ),
    (
        "empty-items.rss",
        [
            [NO_ID],
            ["it has no id, no link, no title and no text"],
            ["it has no id, no link, no title and no text"],
            [NO_ID],
        ],
    ),
    ("json-controls.json", [[unusable(f"{SITE}/1\0")]]),
]


@pytest.mark.parametrize(("name", "expected"), REASONS, ids=[row[0] for row in REASONS])
def test_what_is_unusual_of_an_entry_is_said(served, name, expected):
    report = served(name)

    unusual = [
        [reason for reason in line.reasons if reason != "new" and "dated by: " not in reason]
        for line in report.entries
    ]
    assert unusual == expected


# Two feeds with the same posts, and the rule that matches each entry of the second.
PAIRS = [
    ("id-http.atom", "id-https.atom", ["guid, normalised"] * 2),
    ("id-https.atom", "id-http.atom", ["guid, normalised"] * 2),
    (
        "id-atom-tag.atom",
        "id-atom-everything.atom",
        ["guid, normalised", "guid, normalised", "new"],
    ),
    ("id-link-only.rss", "id-link-tracking.rss", ["link"] * 2),
    ("id-link-tracking.rss", "id-link-only.rss", ["link"] * 2),
]


@pytest.mark.parametrize(("first", "second", "rules"), PAIRS)
def test_a_post_of_another_feed_is_known_and_keeps_its_id(served, dump, first, second, rules):
    served(first)
    before = dict(Entry.objects.values_list("pk", "atom_id"))

    report = served(second)

    sightings = Sighting.objects.filter(source__url__endswith=second).order_by("pk")
    assert [sighting.matched_by for sighting in sightings] == rules
    assert [sighting.leads for sighting in sightings] == [rule == "new" for rule in rules]
    actions = ["created" if rule == "new" else "unchanged" for rule in rules]
    assert [line.action for line in report.entries] == actions
    known = Entry.objects.filter(pk__in=before)
    assert dict(known.values_list("pk", "atom_id")) == before
    assert Entry.objects.count() == len(before) + rules.count("new")
    rows = dump("Source", "ImportLine")
    served(first)
    served(second)
    assert dump("Source", "ImportLine") == rows


def test_a_post_that_is_dated_ahead_comes_when_it_is_due(served, time_machine):
    served("dates-future.atom")
    assert list(Entry.objects.live().values_list("title", flat=True)) == ["Rule 2"]

    time_machine.move_to(datetime(2024, 6, 1, 12, 1, tzinfo=UTC))

    assert list(Entry.objects.live().values_list("title", flat=True)) == ["Rule 1", "Rule 2"]


def test_a_post_without_a_date_keeps_the_moment_in_which_it_was_first_seen(served, time_machine):
    served("dates-nowhere.rss")
    before = list(Entry.objects.values_list("pk", "published", "updated"))
    time_machine.move_to(datetime(2024, 5, 1, 12, 0, tzinfo=UTC))

    report = served("dates-nowhere.rss")

    assert [line.action for line in report.entries] == ["unchanged", "unchanged"]
    assert list(Entry.objects.values_list("pk", "published", "updated")) == before


def test_a_tag_is_one_in_whatever_case_and_each_post_keeps_its_spelling(served):
    served("categories-case.rss")

    tags = Tag.objects.order_by("pk").values_list("name", "slug")
    assert list(tags) == [("Moss", "moss"), ("Fern", "fern"), ("STRASSE", "strasse")]
    terms = TaggedEntry.objects.order_by("content_object_id", "pk").values_list(
        "content_object__title", "term"
    )
    assert list(terms) == [("Rule 1", ""), ("Rule 1", ""), ("Rule 2", "MOSS"), ("Rule 2", "")]


def test_wrongly_nested_elements_are_named_in_a_warning(served):
    report = served("broken-nesting.rss")

    assert report.warnings == [
        "The document is not well-formed XML (line 12: mismatched tag); read as far as possible."
    ]


def test_a_json_feed_that_breaks_off_stores_nothing(served):
    report = served("json-broken-off.json")

    assert report.status == "failed"
    assert "it is no JSON that can be read" in report.error
    assert not Entry.objects.exists()
    assert not Source.objects.exists()
