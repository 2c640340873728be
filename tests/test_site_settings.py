"""What the site says of itself: on every page, on the page about it, in its colour."""

import base64
import hashlib
import re
from datetime import timedelta
from html import unescape

import html5lib
import pytest
from django.core.cache import caches
from django.utils import timezone

from entries.lib.colour import COMFORTABLE_CONTRAST, DARK_BACKGROUNDS, readability
from entries.models import Entry, SiteSettings
from entries.publishing.site import read_site

PAGES = ["/", "/notes/", "/tags/", "/archive/", "/2024/Mar/9/kept/", "/about/"]
NAME = "favicon-0123456789abcdef.svg"


@pytest.fixture(autouse=True)
def fresh_cache():
    for alias in caches:
        caches[alias].clear()


@pytest.fixture
def entry(make_entry):
    return make_entry(kind="note", slug="kept", tags=["Python"])


@pytest.fixture
def set_site(db):
    """Set these settings of the site, and no others."""

    def make(**values):
        SiteSettings.objects.all().delete()
        return SiteSettings.objects.create(pk=SiteSettings.PK, **values)

    return make


def parse(response):
    parser = html5lib.HTMLParser(
        html5lib.getTreeBuilder("etree"), strict=True, namespaceHTMLElements=False
    )
    return parser.parse(response.content.decode())


def navigation(document):
    nav = next(nav for nav in document.iter("nav") if nav.get("aria-label") == "Site")
    return [("".join(link.itertext()), link.get("href")) for link in nav.iter("a")]


def test_a_site_without_settings_has_the_title_that_the_environment_gives(entry, client):
    document = parse(client.get("/"))

    assert document.findtext("head/title") == "Test stead"
    assert document.find("head/link[@rel='icon']").get("href") == "/static/entries/favicon.svg"
    assert document.find("head/style") is None
    assert document.find("head/link[@rel='me']") is None
    assert "Subscribe to the feed" in "".join(document.find("body/footer").itertext())


def test_the_built_in_navigation_leads_to_the_kinds_that_the_public_may_see(
    make_entry, set_site, client
):
    make_entry(kind="link")
    make_entry(kind="note", status=Entry.Status.DRAFT)
    make_entry(kind="quotation", status=Entry.Status.REJECTED)
    make_entry(kind="article", published=timezone.now() + timedelta(hours=1))
    lists = [("Links", "/links/"), ("Tags", "/tags/"), ("Archive", "/archive/")]
    search = ("Search", "/search/")

    assert navigation(parse(client.get("/"))) == [*lists, search]
    set_site(about="<p>We collect.</p>")
    assert navigation(parse(client.get("/"))) == [*lists, ("About", "/about/"), search]


@pytest.mark.parametrize("address", PAGES)
def test_what_is_set_stands_on_every_page(entry, set_site, client, address):
    set_site(
        title="Hedge & row",
        tagline="What grows <beside> the road",
        navigation="Small <notes> → /notes/\nCode -> https://code.example/?a&b",
        footer='<p>Made by <a href="https://ada.example/">Ada</a>.</p>',
        me="https://social.example/@ada\nmailto:ada@example.org",
        favicon_name=NAME,
        about="<p>We collect.</p>",
    )

    document = parse(client.get(address))

    assert document.findtext("head/title").endswith("Hedge & row")
    header = document.find("body/header")
    assert "Hedge & row" in "".join(header.itertext())
    assert header.findtext("p[@class='tagline']") == "What grows <beside> the road"
    assert navigation(document) == [
        ("Small <notes>", "/notes/"),
        ("Code", "https://code.example/?a&b"),
    ]
    here = [link.get("href") for link in header.iter("a") if link.get("aria-current") == "page"]
    assert here == (["/notes/"] if address == "/notes/" else [])
    footer = document.find("body/footer")
    assert footer.find("p/a").get("href") == "https://ada.example/"
    assert "Subscribe" not in "".join(footer.itertext())
    assert [link.get("href") for link in document.findall("head/link[@rel='me']")] == [
        "https://social.example/@ada",
        "mailto:ada@example.org",
    ]
    assert document.find("head/link[@rel='icon']").attrib["href"] == f"/{NAME}"


def test_the_description_is_for_search_engines_and_newcomers(entry, set_site, client):
    set_site(description='All about "hedges" & rows')

    document = parse(client.get("/"))

    meta = document.find("head/meta[@name='description']")
    assert meta.get("content") == 'All about "hedges" & rows'


@pytest.mark.parametrize(
    "change",
    [
        {"title": "Another"},
        {"tagline": "Another"},
        {"navigation": "Notes → /notes/"},
        {"footer": "<p>Another</p>"},
        {"accent": "#0000ff"},
        {"favicon_name": NAME},
        {"me": "https://social.example/@ada"},
    ],
)
def test_a_changed_setting_changes_every_page_for_those_who_have_it(
    entry, set_site, client, change
):
    set_site(about="<p>We collect.</p>")
    before = {address: client.get(address) for address in PAGES}
    SiteSettings.objects.update(**change)

    for address, had in before.items():
        after = client.get(address, headers={"if-none-match": had["ETag"]})

        assert after.status_code == 200, address
        assert after.content != had.content


def test_reading_the_settings_looks_for_kinds_only_where_no_navigation_is_set(
    make_entry, set_site, django_assert_num_queries
):
    make_entry(kind="link")

    with django_assert_num_queries(2 + len(Entry.Kind)):
        read_site()
    set_site(title="x", navigation="Notes → /notes/", about="<p>x</p>")
    with django_assert_num_queries(2):
        assert read_site().title == "x"


def test_what_is_stored_but_is_no_link_or_colour_is_left_out_and_takes_no_page_down(
    set_site, client
):
    set_site(
        navigation="nonsense\nNotes → /notes/\nEvil → //evil.example/",
        me="javascript:x\n\n",
        accent="red;}",
        accent_dark="</styl",
    )

    response = client.get("/")

    assert response.status_code == 200
    assert navigation(parse(response)) == [("Notes", "/notes/")]
    assert (read_site().me, read_site().style) == ((), "")


@pytest.mark.parametrize(
    ("accent", "given", "dark"),
    [("#0000ff", "", None), ("#0000ff", "#ffffff", "#ffffff"), ("#000000", "", None)],
)
def test_the_accent_is_printed_for_light_and_dark_pages(set_site, client, accent, given, dark):
    set_site(accent=accent, accent_dark=given)

    style = parse(client.get("/")).findtext("head/style")

    light, printed = re.search(r"--accent:light-dark\((#\w{6}),(#\w{6})\)", style).groups()
    assert light == accent
    assert printed == dark or (
        dark is None and readability(printed, DARK_BACKGROUNDS) >= COMFORTABLE_CONTRAST
    )


def test_the_style_can_be_let_in_by_its_hash(set_site, client):
    set_site(accent="#0000ff")

    style = re.search(r"<style>(.*?)</style>", client.get("/").content.decode(), re.S)[1]

    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert read_site().style_source == f"'sha256-{digest}'"


def test_a_colour_for_dark_pages_alone_is_none(set_site):
    set_site(accent_dark="#ffffff")

    assert (read_site().style, read_site().accent_dark, read_site().style_source) == ("", "", "")


def test_the_page_about_the_site_is_there_when_there_is_something_to_say(entry, set_site, client):
    assert client.get("/about/").status_code == 404
    set_site(title="x", about="")
    assert client.get("/about/").status_code == 404
    assert "/about/" not in client.get("/").content.decode()
    set_site(about="<h1>Who</h1>\n<p>We <em>collect</em>.</p>\n<h2>Why</h2>")

    response = client.get("/about/")

    document = parse(response)
    assert document.findtext("head/title") == "About · Test stead"
    assert [heading.text for heading in document.iter("h1")] == ["About"]
    assert [heading.text for heading in document.iter("h2")] == ["Who"]
    assert [heading.text for heading in document.iter("h3")] == ["Why"]
    assert "<p>We <em>collect</em>.</p>" in response.content.decode()


def test_the_page_about_the_site_has_the_card_of_its_author(set_site, client):
    set_site(
        about="<p>We collect.</p>",
        author_name="Ada <Byron>",
        author_link="https://ada.example/",
        me="https://social.example/@ada/\nmailto:ada@example.org",
    )

    document = parse(client.get("/about/"))

    card = next(element for element in document.iter() if element.get("class") == "h-card")
    links = [(link.get("class"), link.get("href"), link.text) for link in card.iter("a")]
    assert links == [
        ("p-name u-url", "https://ada.example/", "Ada <Byron>"),
        ("u-url", "https://social.example/@ada/", "social.example/@ada"),
        ("u-email", "mailto:ada@example.org", "ada@example.org"),
    ]
    assert all("me" in link.get("rel").split() for link in card.iter("a"))


def test_an_author_without_a_page_is_at_home_here(set_site, client):
    set_site(about="<p>We collect.</p>", author_name="Ada")

    document = parse(client.get("/about/"))

    card = next(element for element in document.iter() if element.get("class") == "h-card")
    assert card.find("a").get("href") == "/"


def test_titles_are_escaped_wherever_they_stand(entry, set_site, client):
    hostile = '</title><script>"'
    set_site(title=hostile, tagline=hostile, author_name=hostile, about="<p>x</p>")

    for address in PAGES:
        page = client.get(address).content.decode()

        assert "<script>" not in page
        assert hostile in unescape(page)
