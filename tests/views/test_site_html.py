"""Every page is valid HTML, for any content of entries."""

import itertools
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import html5lib
import pytest
from django.conf import settings
from django.urls import reverse

from entries.importing.fetching.fetched import Fetched, read_path
from entries.importing.importer import import_document
from entries.models import Entry, SiteSettings, Source, Tag
from tests.browser.everything import feed

SAMPLE = Path(settings.BASE_DIR, "entries/sample/sample.atom")
FEEDS = Path(settings.BASE_DIR, "tests/feeds")
NOON = datetime(2024, 3, 9, 12, 0, tzinfo=UTC)
HOSTILE = "</title><script>alert(1)</script>\"'><img src=x onerror=alert(1)>&lt;&amp;\u202e {{ x }}"
BAD_ADDRESSES = [
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    " javascript:alert(1)",
    "java\tscript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:x",
    "http://[bad",
    "//example.org/",
    "http:",
    "/relative",
    'x" onclick="alert(1)',
]


@pytest.fixture
def hostile_site(make_entry):
    source = Source.objects.create(
        url="https://example.org/feed", title=HOSTILE, site_url="javascript:alert(1)"
    )
    Tag.objects.create(name=HOSTILE[:200], slug="hostile", description=HOSTILE)
    for number, kind in enumerate(Entry.Kind.values):
        for title in (HOSTILE, "", "   ", "long " * 2000):
            bad = BAD_ADDRESSES[number]
            entry = make_entry(
                source=source,
                kind=kind,
                title=title,
                slug=f"{kind}-{len(title)}",
                summary=HOSTILE,
                language='de"><b',
                published=NOON + timedelta(days=number, minutes=len(title)),
                author_name=HOSTILE,
                author_uri=bad,
                canonical_url=bad,
                link_url=bad,
                via_url=bad,
                via_title=HOSTILE,
                quoted_source=HOSTILE if title else "",
                quoted_url=bad,
                quoted_context=HOSTILE,
                tags=[HOSTILE[:200], "plain"],
            )
            entry.enclosures.create(href=bad, type=HOSTILE)


@pytest.fixture
def imported_site(db):
    """The sample and the contents of other feeds, sanitised by the import."""
    SiteSettings.objects.create(pk=1, about="<p>About.</p>", tagline=HOSTILE, author_name=HOSTILE)
    import_document(read_path(str(SAMPLE)))
    for path in [*sorted(FEEDS.glob("html-*")), FEEDS / "hostile.atom"]:
        import_document(read_path(str(path)))
    everything = feed("http://testserver").encode()
    address = "https://everything.example/feed"
    import_document(Fetched(address, everything, url=address))


def pages(client):
    fixed = [
        *("/", "/articles/", "/links/", "/quotations/", "/notes/"),
        *("/tags/", "/tags/plain/", "/tags/hostile+plain/", "/tags/hostile/", "/tags/plenty/"),
        *("/tags/?by=name", "/tags/?by=new", "/tags/?q=%3Cb%3E%22", "/tags/?q=p"),
        *("/archive/", "/2024/", "/2024/Mar/", "/2024/Mar/9/", "/not/found/", "/2024/Mar/rihc/"),
        *("/sources/", "/about/", "/search/", "/search/?q=%3Cscript%3E%22%27&sort=date"),
        *("/search/?q=words", "/search/?q=long", "/search/?q=wrods+tag:plenty", "/search/?q=alert"),
    ]
    sources = [f"/sources/{pk}/" for pk in Source.objects.values_list("pk", flat=True)]
    entries = [entry.get_absolute_url() for entry in Entry.objects.all()]
    addresses = [*fixed, *sources, *entries]
    return {address: client.get(address).content.decode() for address in addresses}


def assert_is_valid(page):
    html5lib.HTMLParser(strict=True).parse(page)
    document = html5lib.parse(page, namespaceHTMLElements=False)
    ids = [element.get("id") for element in document.iter() if element.get("id")]
    assert len(ids) == len(set(ids))


def test_every_page_is_valid_html(hostile_site, client):
    for page in pages(client).values():
        assert_is_valid(page)


def test_every_page_of_an_import_is_valid_html(imported_site, client):
    for page in pages(client).values():
        assert_is_valid(page)


def test_nothing_of_an_import_runs_or_restyles_the_page(imported_site, client):
    for address, page in pages(client).items():
        document = html5lib.parse(page, namespaceHTMLElements=False)
        scripts = {script.get("type") for script in document.iter("script")}
        assert scripts <= {"application/ld+json"}, address
        for name in ("style", "base", "object", "embed"):
            assert not document.findall(f".//{name}"), address
        for form in document.iter("form"):
            assert form.get("action") in (reverse("entries:search"), reverse("entries:tags"))
        for element in document.iter():
            assert not {"style", "onclick", "onload", "onerror"} & set(element.attrib), address
            for name in ("href", "src", "cite", "action", "poster"):
                assert not element.get(name, "").lower().lstrip().startswith(("javascript", "vb"))


def test_nothing_hostile_becomes_markup_or_an_address(hostile_site, client):
    for address, page in pages(client).items():
        document = html5lib.parse(page, namespaceHTMLElements=False)
        scripts = [script.get("type") for script in document.iter("script")]
        assert scripts in ([], ["application/ld+json"]), address
        assert not document.findall(".//img"), address
        for element in document.iter():
            assert not [name for name in element.attrib if str(name).startswith("on")], address
            for name in ("href", "src", "cite"):
                value = element.get(name, "/")
                assert re.match(r"(/(?!/)|#|\?|https?://|mailto:)", value), (address, value)


def test_every_page_has_one_first_heading_and_leaves_out_none_between(hostile_site, client):
    for address, page in pages(client).items():
        levels = [int(level) for level in re.findall(r"<h([1-6])[\s>]", page)]
        assert levels.count(1) == 1, address
        assert levels[0] == 1, address
        assert all(b - a <= 1 for a, b in itertools.pairwise(levels)), address


def test_every_link_has_words(hostile_site, client):
    for address, page in pages(client).items():
        document = html5lib.parse(page, namespaceHTMLElements=False)
        for link in document.iter("a"):
            assert "".join(link.itertext()).strip(), address


def test_a_long_title_is_shortened_in_a_list_and_whole_on_its_page(make_entry, client):
    entry = make_entry(title="word " * 2000)

    assert len(client.get("/").content) < 8000
    assert ("word " * 1999) in client.get(entry.get_absolute_url()).content.decode()


@pytest.mark.parametrize("bad", BAD_ADDRESSES)
def test_an_address_that_is_none_of_the_web_is_printed_as_text(make_entry, client, bad):
    entry = make_entry(kind="link", title="Title", link_url=bad, via_url=bad, author_name="A")

    page = client.get(entry.get_absolute_url()).content.decode()

    assert '<h1 class="title p-name">Title</h1>' in page.replace("\n", "")
    assert re.search(r'<p class="via">Via (?!<a)', page)


def test_an_author_may_be_written_to(make_entry, client):
    entry = make_entry(author_name="Ada", author_uri="mailto:ada@example.org")

    page = client.get(entry.get_absolute_url()).content.decode()

    assert '<a class="p-author h-card" href="mailto:ada@example.org">Ada</a>' in page


def test_another_language_is_named(make_entry, client):
    make_entry(language="de")
    make_entry(language="en-US")

    page = client.get("/").content.decode()

    assert page.count('lang="de"') == 1
    assert 'lang="en-US"' not in page


def test_the_style_sheet_is_small():
    css = Path(settings.BASE_DIR, "entries/static/entries/site.css")

    assert css.stat().st_size < 14_000
