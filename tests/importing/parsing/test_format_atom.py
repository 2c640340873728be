"""Atom 1.0 and 0.3: what entries say beyond title, link, date and text."""

import pytest
from lxml import etree

from entries.models import Entry, Source, UpstreamChange
from entries.publishing.rows.entry_row import read_rows
from tests.atom import ATOM, findings
from tests.documents import document_of
from tests.importing.files import feed_file

THREADS = "{http://purl.org/syndication/thread/1.0}"
MEDIA = "{http://search.yahoo.com/mrss/}"


@pytest.fixture
def given_out(read):
    """Import a file and give its entries out again, as elements by title; the feed is valid."""

    def given_out(name):
        read(feed_file(name))
        rows = read_rows(Entry.objects.all())
        document = document_of(rows).encode()
        assert findings(document, "http://testserver/atom/everything/") == []
        found = etree.fromstring(document).findall(f"{ATOM}entry")
        return {entry.findtext(f"{ATOM}title"): entry for entry in found}

    return given_out


def names(entry, role):
    return [person.findtext(f"{ATOM}name") for person in entry.findall(ATOM + role)]


def test_several_authors_and_contributors_are_read_and_given_out(given_out):
    entry = given_out("atom-1.0.atom")["Post 1"]

    post = Entry.objects.get()
    assert (post.author_name, post.author_uri) == ("Ada Fern", "https://ada.example/")
    # feedparser gives the second author the first one's mail.
    assert post.people == [
        ["author", "Bo Gorse", "", ""],
        ["contributor", "Cy Holm", "https://cy.example/", ""],
    ]
    assert names(entry, "author") == ["Ada Fern", "Bo Gorse"]
    assert names(entry, "contributor") == ["Cy Holm"]


def test_an_email_is_an_address_and_nothing_else(given_out):
    entry = given_out("atom-mail.atom")["Post 1"]

    people = [*entry.findall(f"{ATOM}author"), *entry.findall(f"{ATOM}contributor")]
    assert [[part.text for part in person] for person in people] == [
        ["Joe", "joe@c.example"],
        ["Bo"],
        ["Cy", "cy@c.example"],
        ["Di", "di@c.example"],
        ["Ed", "ed@xn--bcher-kva.example"],
        ["Fay", "fay@c.example"],
    ]


def test_categories_keep_scheme_and_label(given_out):
    entry = given_out("atom-1.0.atom")["Post 1"]

    assert [dict(category.attrib) for category in entry.findall(f"{ATOM}category")] == [
        {"term": "py", "scheme": "https://terms.example/", "label": "Python"},
        {"term": "plain"},
        {"term": "same"},
    ]


def test_long_categories_are_cut_at_255_characters(given_out):
    entry = given_out("categories-long.atom")["Post 1"]

    terms = [category.get("term") for category in entry.findall(f"{ATOM}category")]
    assert terms == ["a" * 150, "b" * 255, "Label only", "py"]


def test_rights_and_language_are_read_and_given_out(given_out):
    entry = given_out("atom-1.0.atom")["Post 1"]

    post = Entry.objects.get()
    assert (post.rights, post.language) == ("CC BY 4.0", "de")
    assert entry.findtext(f"{ATOM}rights") == "CC BY 4.0"
    assert entry.get("{http://www.w3.org/XML/1998/namespace}lang") == "de"


def test_enclosures_keep_title_and_language(given_out):
    entry = given_out("atom-1.0.atom")["Post 1"]

    links = entry.findall(f"{ATOM}link[@rel='enclosure']")
    assert [dict(link.attrib) for link in links] == [
        {
            "rel": "enclosure",
            "href": "https://files.example/a.mp3",
            "type": "audio/mpeg",
            "length": "1000",
            "title": "To hear",
            "hreflang": "de",
        },
        {
            "rel": "enclosure",
            "href": "https://blog.example/b.pdf",
            "type": "application/pdf",
            "title": "To read",
        },
    ]


def test_the_feed_that_a_planet_copied_from_is_credited(given_out, client):
    entries = given_out("atom-source.atom")

    source = entries["Post 1"].find(f"{ATOM}source")
    assert source.findtext(f"{ATOM}id") == "tag:first.example,2024:feed"
    assert source.findtext(f"{ATOM}title") == "The first blog"
    assert {link.get("rel"): link.get("href") for link in source.findall(f"{ATOM}link")} == {
        "alternate": "https://first.example/",
        "self": "https://first.example/feed",
    }
    page = client.get(Entry.objects.get(title="Post 1").get_absolute_url()).content.decode()
    assert '<a href="https://first.example/">The first blog</a>, found in' in page


def test_an_entry_without_an_author_has_that_of_the_feed_that_it_was_in_first(given_out):
    entries = given_out("atom-source.atom")

    post = Entry.objects.get(title="Post 2")
    assert (post.author_name, post.author_uri) == ("Cy Holm", "https://cy.example/")
    assert post.origin == {"title": "The <second> blog"}
    assert names(entries["Post 2"], "author") == ["Cy Holm"]


def test_a_source_that_names_its_own_feed_is_described_in_full(read):
    document = feed_file("atom-source.atom").replace(
        b"https://first.example/feed", b"https://blog.example/feed"
    )
    read(document, url="https://blog.example/feed")

    rows = read_rows(Entry.objects.filter(title="Post 1"))

    assert not rows[0].is_passed_on
    assert "<title>A blog of examples</title>" in document_of(rows)


def test_what_an_entry_replies_to_is_read_and_given_out(given_out, client):
    entry = given_out("atom-threads.atom")["Post 1"]

    post = Entry.objects.get()
    first = {
        "ref": "tag:asked.example,2024:1",
        "href": "https://asked.example/1",
        "type": "text/html",
        "source": "https://asked.example/feed",
    }
    assert post.in_reply_to == [first, {"ref": "tag:asked.example,2024:2"}]
    assert [dict(reply.attrib) for reply in entry.findall(f"{THREADS}in-reply-to")] == [
        first,
        {"ref": "tag:asked.example,2024:2"},
    ]
    page = client.get(post.get_absolute_url()).content.decode()
    assert '<a class="u-in-reply-to" href="https://asked.example/1">asked.example</a>' in page


def test_languages_are_those_of_content_entry_and_feed(given_out):
    given_out("atom-languages.atom")

    assert dict(Entry.objects.values_list("title", "language")) == {
        "Post 1": "en",
        "Post 2": "pt-BR",
        "Post 3": "de",
    }


def test_one_text_in_three_types_is_one(given_out):
    given_out("atom-texts.atom")

    assert set(Entry.objects.values_list("content", flat=True)) == {"<p>A &lt;b&gt; &amp; c.</p>"}


def test_elements_with_a_prefix_are_the_same_elements(given_out):
    assert given_out("atom-prefixed.atom").keys() == {"Post 1"}


def test_atom_0_3_is_read_with_its_escaped_encoded_and_inline_content(given_out):
    given_out("atom-0.3.atom")

    assert dict(Entry.objects.values_list("title", "content")) == {
        "Post 1": "<p>Escaped.</p>",
        "Post 2": "<p>In base64: “é”.</p>",
        "Post 3": "<div><p>In<br>place.</p></div>",
    }
    post = Entry.objects.get(title="Post 1")
    assert (post.author_name, post.author_uri) == ("Ada Fern", "https://ada.example/")
    assert (post.published.day, post.updated.day) == (9, 10)


def test_everything_that_is_given_out_is_taken_in_again_without_loss(given_out, read):
    given_out("atom-1.0.atom")
    names = ["people", "rights", "language", "category_details", "author_email"]
    before = list(Entry.objects.values_list("atom_id", *names))
    rows = read_rows(Entry.objects.all())
    enclosures = [list(row) for row in Entry.objects.get().enclosures.values_list("href", "title")]
    document = document_of(rows).encode()
    Entry.objects.all().delete()
    Source.objects.get().sightings.all().delete()

    read(document, url="https://other.example/feed")

    assert list(Entry.objects.values_list("atom_id", *names)) == before
    again = Entry.objects.get().enclosures.values_list("href", "title")
    assert [list(row) for row in again] == enclosures
    assert not UpstreamChange.objects.exists()


def test_content_elsewhere_is_an_enclosure_or_the_page(read):
    read(feed_file("atom-content-elsewhere.atom"), url="https://blog.example/feed.atom")

    found = {
        post.title: (post.canonical_url, list(post.enclosures.values_list("href", "type")))
        for post in Entry.objects.all()
    }
    assert found == {
        "A film": ("", [("https://blog.example/film.mp4", "video/mp4")]),
        "A page": ("https://blog.example/page.html", []),
        "A page beside a link": ("https://blog.example/linked/", []),
        "A file": ("", [("https://blog.example/paper.pdf", "application/pdf")]),
    }


def test_a_persons_page_is_not_the_feeds(read):
    read(feed_file("atom-people.atom"))

    source, post = Source.objects.get(), Entry.objects.get()
    assert (source.site_url, source.icon) == (
        "https://blog.example/",
        "https://blog.example/icon.png",
    )
    assert (source.author_name, source.author_uri) == ("Ada Fern", "https://ada.example/")
    assert post.origin == {
        "id": "tag:planet.example,2024:feed",
        "title": "A planet",
        "site_url": "https://planet.example/",
    }
    assert post.people == [["contributor", "Cleo Elm", "https://cleo.example/", ""]]


def test_titles_and_summaries_show_no_scripts_and_no_cut_tags(read):
    read(feed_file("titles-html.atom"))

    assert Source.objects.get().title == "Titles of HTML"
    assert list(Entry.objects.order_by("pk").values_list("title", "summary")) == [
        ("One post", "It begins with words and"),
        ("The <script> element", "If 1 < 2 and 3 < 4,"),
    ]
