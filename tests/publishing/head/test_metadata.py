"""The head of a page: description, OpenGraph, schema.org and the canonical URL."""

import json
import re
from datetime import UTC, datetime, timedelta

import html5lib
import pytest
from django.template.loader import get_template
from django.utils.html import escape
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from entries.models import Entry, SiteSettings, Source
from entries.publishing.head.metadata import describe_entry, describe_page
from entries.publishing.head.schema_org import script_json
from entries.publishing.html.excerpts import excerpt, excerpt_html
from entries.publishing.site import Site
from tests.atom import ATOM, hrefs
from tests.hostile import ENTRY_ROWS, make_hostile_entries

NOON = datetime(2024, 3, 9, 12, 0, tzinfo=UTC)
ELSEWHERE = "https://elsewhere.example/post?a=1&b=2"
HERE = "http://testserver/2024/Mar/9/post/"
SITE = Site(**dict.fromkeys(Site.__slots__, "") | {"title": 'A "site" & <more>'})


def head_of(page):
    """The head of a page: its canonical links, its metas by name, and its JSON-LD."""
    document = html5lib.parse(page, namespaceHTMLElements=False)
    head = document.find("head")
    canonical = [link.get("href") for link in head.iter("link") if link.get("rel") == "canonical"]
    metas = {}
    for meta in head.iter("meta"):
        metas.setdefault(meta.get("property") or meta.get("name"), []).append(meta.get("content"))
    scripts = document.findall(".//script")
    assert [script.get("type") for script in scripts] in ([], ["application/ld+json"])
    return canonical, metas, json.loads(scripts[0].text) if scripts else {}


def test_every_document_names_the_same_page_as_the_original(make_entry, client):
    """The page, the sitemap, the feed, OpenGraph and schema.org agree, for any policy."""
    policies = ["", *Source.Canonical.values]
    for policy in policies:
        for original in (ELSEWHERE, "", "urn:uuid:1", "http://[bad"):
            entry = make_entry(slug="post", canonical_url=original, source=source_with(policy))

            said = what_is_said_of(entry, client)

            gathered = policy in (Source.Canonical.SOURCE, Source.Canonical.NOINDEX)
            is_elsewhere = gathered and original == ELSEWHERE
            canonical = ELSEWHERE if is_elsewhere else HERE
            assert said == {
                "page": [canonical],
                "OpenGraph": [canonical],
                "schema.org": canonical,
                "Atom": canonical,
                "JSON Feed": canonical,
                "based on": ELSEWHERE if is_elsewhere else None,
                "noindex": policy == Source.Canonical.NOINDEX,
                "sitemap": canonical == HERE and policy != Source.Canonical.NOINDEX,
            }, (policy, original)
            entry.delete()


def source_with(policy):
    if not policy:
        return None
    url = f"https://{policy}.example/{Source.objects.count()}"
    return Source.objects.create(url=url, canonical=policy)


def what_is_said_of(entry, client):
    canonical, metas, data = head_of(client.get(entry.get_absolute_url()).content)
    (atom,) = etree.fromstring(client.get("/atom/everything/").content).iter(f"{ATOM}entry")
    # An entry from another site names its feed, and its page there.
    original = hrefs(atom, "via") if atom.find(f"{ATOM}source") is not None else []
    (item,) = client.get("/json/everything/").json()["items"]
    whose = {"url": item["url"]} | item.get("_original", {})
    return {
        "page": canonical,
        "OpenGraph": metas["og:url"],
        "schema.org": data["mainEntityOfPage"],
        "Atom": (original or hrefs(atom, "alternate"))[0],
        "JSON Feed": (whose if "feed_url" in whose else item)["url"],
        "based on": data.get("isBasedOn"),
        "noindex": metas.get("robots") == ["noindex"],
        "sitemap": f"<loc>{HERE}</loc>" in client.get("/sitemap-2024-Mar.xml").content.decode(),
    }


def test_an_author_who_has_moved_in_had_the_page_before(make_entry, client):
    source = Source.objects.create(url="https://a.example/", canonical=Source.Canonical.SELF)
    entry = make_entry(canonical_url=ELSEWHERE, source=source)

    data = head_of(client.get(entry.get_absolute_url()).content)[2]

    assert data["sameAs"] == ELSEWHERE
    assert "isBasedOn" not in data


def test_an_entry_says_what_it_is(make_entry, client):
    entry = make_entry(
        title="Fish & <chips>",
        summary='Eaten & "loved".',
        author_name="Ada",
        author_uri="https://ada.example/",
        language="de",
        tags=["Food", "The sea"],
        updated=NOON + timedelta(days=2),
    )
    entry.enclosures.create(href="https://img.example/a.jpg", type="image/jpeg", role="media")

    _, metas, data = head_of(client.get(entry.get_absolute_url()).content)

    assert metas["description"] == metas["og:description"] == ['Eaten & "loved".']
    assert metas["author"] == ["Ada"]
    assert metas["og:type"] == ["article"]
    assert metas["og:title"] == ["Fish & <chips>"]
    assert metas["og:site_name"] == ["Test stead"]
    assert metas["og:image"] == ["https://img.example/a.jpg"]
    assert metas["article:published_time"] == ["2024-03-09T12:00:00+00:00"]
    assert metas["article:modified_time"] == ["2024-03-11T12:00:00+00:00"]
    assert metas["article:author"] == ["https://ada.example/"]
    assert metas["article:tag"] == ["Food", "The sea"]
    assert metas["twitter:card"] == ["summary"]
    assert data["@context"] == "https://schema.org"
    assert data["@type"] == "BlogPosting"
    assert data["headline"] == "Fish & <chips>"
    assert data["author"] == [{"@type": "Person", "name": "Ada", "url": "https://ada.example/"}]
    assert data["publisher"]["name"] == "Test stead"
    assert data["datePublished"] == "2024-03-09T12:00:00+00:00"
    assert data["dateModified"] == "2024-03-11T12:00:00+00:00"
    assert data["keywords"] == ["Food", "The sea"]
    assert data["inLanguage"] == "de"
    assert data["image"] == "https://img.example/a.jpg"


def test_a_link_entry_cites_what_it_points_at(make_entry, client):
    entry = make_entry(kind="link", title="A page", link_url="https://linked.example/")

    data = head_of(client.get(entry.get_absolute_url()).content)[2]

    cited = {"@type": "WebPage", "url": "https://linked.example/", "name": "A page"}
    assert data["citation"] == cited
    assert "hasPart" not in data


def test_a_quotation_says_who_said_it_and_where(make_entry, client):
    entry = make_entry(
        kind="quotation",
        title="",
        content="<p>Simple &amp; easy.</p>",
        quoted_source="Rich",
        quoted_url="https://talk.example/",
    )

    data = head_of(client.get(entry.get_absolute_url()).content)[2]

    speaker = {"@type": "Person", "name": "Rich"}
    assert data["hasPart"] == {
        "@type": "Quotation",
        "text": "Simple & easy.",
        "creator": speaker,
        "spokenByCharacter": speaker,
        "isBasedOn": "https://talk.example/",
    }


def test_an_entry_without_an_author_has_its_feed_or_its_site_for_one(make_entry, client):
    source = Source.objects.create(url="https://s.example/f", title="The Source")
    authors = [
        head_of(client.get(entry.get_absolute_url()).content)[2]["author"][0]["name"]
        for entry in (make_entry(source=source), make_entry())
    ]

    assert authors == ["The Source", "Test stead"]


def test_a_picture_in_the_text_stands_for_the_entry(make_entry, client):
    entry = make_entry(
        content='<p><img src="/relative.png"> <img alt="A &quot;cat&quot;" '
        'src="https://img.example/?a=1&amp;b=2"></p>'
    )

    _, metas, _ = head_of(client.get(entry.get_absolute_url()).content)

    assert metas["og:image"] == ["https://img.example/?a=1&b=2"]
    assert metas["og:image:alt"] == ['A "cat"']


def test_the_front_page_says_how_the_site_is_searched(db, client):
    canonical, metas, data = head_of(client.get("/").content)

    website, blog = data["@graph"]
    assert canonical == metas["og:url"] == ["http://testserver/"]
    assert metas["og:type"] == ["website"]
    assert metas["og:title"] == ["Test stead"]
    assert website["@type"] == "WebSite"
    target = website["potentialAction"]["target"]["urlTemplate"]
    assert target == "http://testserver/search/?q={words}"
    assert blog["@type"] == "Blog"


def test_a_list_says_its_name_without_the_sites(make_entry, client):
    make_entry(kind="link", tags=["R & D"])

    for address, name in [
        ("/links/", "Links"),
        ("/tags/r-d/", "R & D"),
        ("/2024/Mar/", "March 2024"),
    ]:
        canonical, metas, data = head_of(client.get(address).content)
        assert metas["og:title"] == [name]
        assert data["@type"] == "CollectionPage"
        assert data["name"] == name
        assert canonical == [data["url"]] == [f"http://testserver{address}"]


ONCE = ("description", "og:type", "og:title", "og:description", "og:url", "og:site_name")


def test_every_page_says_what_it_is_and_says_it_once(make_sourced, client):
    source = make_sourced(Source.Canonical.SELF, url="https://s.example/").source
    SiteSettings.objects.create(pk=SiteSettings.PK, about="<p>This site.</p>")
    make_sourced(Source.Canonical.SELF, url="https://t.example/").set_tags(["a", "b"])
    entry = Entry.objects.first()

    described, types = {}, {}
    for address in (
        *("/", "/articles/", "/links/", "/quotations/", "/notes/", "/archive/", "/about/"),
        *("/2024/", "/2024/Mar/", "/2024/Mar/9/", "/tags/", "/tags/a/", "/tags/a+b/"),
        *("/sources/", f"/sources/{source.pk}/", "/search/", entry.get_absolute_url()),
    ):
        canonical, metas, data = head_of(client.get(address).content)
        assert canonical == metas["og:url"] == [f"http://testserver{address}"]
        assert [name for name in ONCE if len(metas[name]) != 1 or not metas[name][0]] == []
        assert data["@context"] == "https://schema.org"
        described[address] = metas["description"][0]
        types[address] = data.get("@type")

    assert len(set(described.values())) == len(described)
    assert types["/tags/a/"] == types["/archive/"] == "CollectionPage"
    assert types["/about/"] == "AboutPage"
    assert types["/search/"] == "SearchResultsPage"


def test_the_author_of_the_site_is_the_author_of_what_is_written_here(make_entry, client):
    SiteSettings.objects.create(
        pk=SiteSettings.PK,
        author_name="Ada",
        author_link="https://ada.example/",
        me="https://social.example/@ada\nmailto:ada@example.org",
    )
    entry = make_entry()

    posting = head_of(client.get(entry.get_absolute_url()).content)[2]
    blog = head_of(client.get("/").content)[2]["@graph"][1]

    ada = {"@type": "Person", "name": "Ada", "url": "https://ada.example/"}
    ada["sameAs"] = ["https://social.example/@ada"]
    assert posting["author"] == [ada]
    assert blog["author"] == ada


def test_a_further_page_of_a_list_is_its_own(make_entries, client):
    dates = ({"published": NOON + timedelta(minutes=number)} for number in range(41))
    make_entries(dates, tags=["b", "a"])

    for address in ("/", "/articles/", "/tags/a/", "/tags/a+b/", "/2024/Mar/"):
        older = client.get(address).content.decode().rpartition("?before=")[2].partition('"')[0]
        canonical, metas, _ = head_of(client.get(f"{address}?before={older}&x=1").content)
        assert canonical == [f"http://testserver{address}?before={older}"]
        assert metas["robots"] == ["noindex"]
        assert metas["og:url"] == canonical


def test_a_search_is_a_page_of_its_own_that_is_not_to_be_found(make_entry, client):
    make_entry(title="Fish & chips")

    canonical, metas, _ = head_of(client.get("/search/?x=1&q=fish++tag:x&page=1").content)

    assert canonical == ["http://testserver/search/?q=fish+tag%3Ax"]
    assert metas["robots"] == ["noindex"]


def test_what_else_an_address_asks_for_is_no_other_page(make_entry, client):
    make_entry(tags=["b", "a"])

    for asked, canonical in [
        ("/?utm_source=x", "/"),
        ("/articles/?x=%22%3E", "/articles/"),
        ("/tags/b+a/?x", "/tags/a+b/"),
        ("/2024/Mar/?x", "/2024/Mar/"),
        ("/sources/?x", "/sources/"),
        ("/tags/?x", "/tags/"),
    ]:
        found, metas, _ = head_of(client.get(asked).content)
        assert found == [f"http://testserver{canonical}"]
        assert "robots" not in metas


def test_the_tags_in_another_order_are_the_same_page(make_entry, client):
    make_entry(tags=["b", "a"])

    for asked in ("?by=name", "?by=new", "?q=a"):
        assert head_of(client.get(f"/tags/{asked}").content)[0] == ["http://testserver/tags/"]


def test_what_is_not_there_and_what_is_not_public_stands_for_nothing(
    make_entry, client, admin_client
):
    draft = make_entry(status=Entry.Status.DRAFT)

    for response in (client.get("/not/there/"), admin_client.get(draft.get_absolute_url())):
        canonical, metas, data = head_of(response.content)
        assert metas["robots"] == ["noindex"]
        assert "og:url" not in metas
        assert (canonical, data) == ([], {})


def test_nothing_hostile_leaves_its_attribute_or_its_script(make_entry, client):
    for entry in make_hostile_entries(make_entry):
        address = entry.get_absolute_url()
        canonical, metas, data = head_of(client.get(address).content)
        assert data["@type"] == "BlogPosting", address
        assert data["url"] == f"http://testserver{address}"
        assert canonical == metas["og:url"] == [data["mainEntityOfPage"]]
        assert len(metas["description"]) == 1
        for name in ("og:url", "og:image", "article:author"):
            assert all(value.startswith("http") for value in metas.get(name, []))


@given(row=ENTRY_ROWS)
def test_any_text_makes_a_head_that_parses_back(row):
    about = describe_entry(row, SITE)
    template = get_template("entries/parts/metadata.html").template
    head = f"<title>x</title>{template.module.metadata(about, SITE)}"
    page = f"<!doctype html><html lang=en><head>{head}</head>"

    canonical, metas, data = head_of(page)

    html5lib.HTMLParser(strict=True).parse(page)
    assert canonical == [about.canonical]
    assert metas["description"] == [about.description]
    assert data == json.loads(json.dumps(data))
    assert 0 < len(about.description) <= 200
    assert 0 < len(data["headline"]) <= 110


@given(st.text(), st.text())
def test_any_title_of_a_list_is_said_as_it_is(title, description):
    about = describe_page(SITE, "/x/", escape(title), escape(description))

    assert about.title == (excerpt(title, 120) or SITE.title)
    assert json.loads(about.data)["url"] == "http://testserver/x/"


@given(st.dictionaries(st.text(), st.text()))
def test_no_text_ends_the_script_that_it_stands_in(thing):
    text = script_json(thing)

    assert json.loads(text) == thing
    assert not set(text) & set("<>&\u2028\u2029")


@given(st.text(), st.integers(2, 50))
def test_an_excerpt_is_no_longer_than_it_may_be(text, limit):
    cut = excerpt(text, limit)

    assert len(cut) <= limit
    assert cut == " ".join(cut.split())


@pytest.mark.parametrize(
    ("text", "limit", "cut"),
    [
        ("one two", 7, "one two"),
        ("one two three", 8, "one two…"),
        ("one two three", 9, "one two…"),
        ("one, two", 6, "one…"),
        (" a\n\tb\x00 ", 6, "a b"),
        ("日本語の文章", 4, "日本語…"),
        ("x" * 100, 5, "xxxx…"),
        ("e\u0301" * 9, 6, "e\u0301e\u0301…"),
        ("👩🏽‍🚀👩🏽‍🚀", 7, "👩🏽‍🚀…"),
        ("&amp; <b>", 20, "&amp; <b>"),
    ],
)
def test_an_excerpt_is_cut_between_words_and_never_within_a_character(text, limit, cut):
    assert excerpt(text, limit) == cut


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>Fish &amp; <b>chi</b>ps</p><p>&amp;lt;</p>", "Fish & chips &lt;"),
        ("<ul><li>one</li><li>two</li></ul>", "one two"),
        ("<p>one<br>two</p>", "one two"),
        ("", ""),
        (f"<p>{'a ' * 4000}</p>", f"{'a ' * 99}a…"),
    ],
)
def test_an_excerpt_of_html_is_what_a_reader_sees(html, text):
    assert excerpt_html(html) == text


@pytest.mark.parametrize("cut_off", ["<a href='x", "&amp", "&#38", "&"])
def test_a_tag_or_a_reference_that_is_cut_off_is_left_out(cut_off):
    start = "<b></b>" * 900
    html = start[: 200 * 30 - len(cut_off) - 2] + "x " + cut_off + "yyy; z"

    assert excerpt_html(html) in ("x", "")


def test_data_says_words_as_they_are_whatever_a_script_might_call_by_them(make_entry, client):
    text = "An alert(1), a prompt, eval(String.fromCharCode(88)), document.cookie, __xss=1"
    entry = make_entry(title=text, summary=text)

    page = client.get(entry.get_absolute_url()).content.decode()

    data = re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.S)[1]
    assert f'"headline":"{text}"' in data
