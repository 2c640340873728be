"""The search page: form, results, facets and spelling suggestions."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree

import pytest
import time_machine

from entries.models import SiteSettings, Source

NOON = datetime(2024, 3, 9, 12, 0, tzinfo=UTC)
OPENSEARCH = "{http://a9.com/-/spec/opensearch/1.1/}"


@pytest.fixture
def ask(client, db):
    """The page for a query."""

    def ask(text, **further):
        response = client.get("/search/", {"q": text} | further)
        assert response.status_code == 200
        return response.content.decode()

    return ask


def facets(page):
    """The links of the facets by label, with their counts and queries."""
    narrow = page.partition("<details")[2].partition("</details>")[0]
    links = re.findall(r'<a href="([^"]*)">([^<]*)</a> <small>(\d+)</small>', narrow)
    return {unescape(label): (int(count), query_of(address)) for address, label, count in links}


def query_of(address):
    return parse_qs(urlsplit(unescape(address)).query)["q"][0]


@pytest.fixture
def garden(make_entry):
    source = Source.objects.create(
        url="https://feeds.example/1", title="Evening Post", site_url="https://post.example/"
    )
    other = Source.objects.create(url="https://feeds.example/2", title="Other", site_url="")
    make_entry(title="Garden 1", kind="link", tags=["Green", "two words"], source=source)
    make_entry(title="Garden 2", kind="link", tags=["Green"], source=other)
    make_entry(title="Garden 3", kind="note", published=NOON - timedelta(days=400), tags=["Red"])


def test_who_asks_nothing_is_told_how_to_ask(ask, make_entry):
    make_entry(tags=["Green"])

    for text in ("", "  ", "!?", '""'):
        page = ask(text)
        assert "<form" in page
        assert "-without" in page
        assert '<a href="/tags/green/">Green</a> <small>1</small>' in page


def test_what_is_found_is_for_no_search_engine(ask, make_entry):
    make_entry(title="Garden")

    for text in ("garden", "nothing"):
        assert '<meta name="robots" content="noindex' in ask(text)


def test_the_form_keeps_what_was_asked(ask):
    page = ask("“a <phrase>” & it's")

    assert 'value="&#34;a &lt;phrase&gt;&#34; it&#39;s"' in page


def test_results_have_marks_in_title_and_text_and_nothing_unescaped(ask, make_entry):
    make_entry(
        title="Of <b> and gärden & more",
        content="<p>" + "word " * 200 + "in my Garden &lt;script&gt; it’s</p>" + "<p>end</p>" * 99,
        kind="link",
        link_url="https://target.example/x",
        tags=["Green"],
    )

    page = ask("garden")

    assert "Of &lt;b&gt; and <mark>gärden</mark> &amp; more</a></h2>" in page
    excerpt = re.search(r'<p class="p-summary">(… .*?)</p>', page)[1]
    assert "in my <mark>Garden</mark> &lt;script&gt; it’s end" in excerpt
    assert len(excerpt) < 400
    assert excerpt.endswith(" …")
    assert "target.example" in page
    assert 'href="/tags/green/">Green</a>' in page


@pytest.mark.parametrize(
    ("written", "asked", "marked"),
    [
        ("Die Straße", "strasse", ["Straße"]),
        ("東京都の京都", "京都", ["京都"] * 2),
        ("Elan Élan E\u0301lan élans", "elan", ["Elan", "Élan", "Élan"]),
        ("quick “brown” fox brown", '"quick brown"', ["quick “brown"]),
        ("gardener garden", "gard*", ["gardener", "garden"]),
        ("gardener ungarden", "garden", []),
        ("don’t", "don't", ["don’t"]),
        ("a plus-minus b", "plus minus", ["plus", "minus"]),
    ],
)
def test_a_mark_is_around_what_was_asked_for(ask, make_entry, written, asked, marked):
    make_entry(title="", kind="note", content=f"<p>{written}</p><p>garden</p>", tags=["京都"])

    page = ask(asked)

    assert re.findall(r"<mark>([^<]*)</mark>", page)[: len(marked) or None] == marked or (
        not marked and "<mark>" in page
    )


def test_facets_count_and_narrow(ask, garden):
    page = ask("garden")

    assert facets(page) == {
        "links": (2, "garden kind:link"),
        "notes": (1, "garden kind:note"),
        "Green": (2, "garden tag:Green"),
        "Red": (1, "garden tag:Red"),
        "two words": (1, 'garden tag:"two words"'),
        "2024": (2, "garden from:2024 to:2024"),
        "2023": (1, "garden from:2023 to:2023"),
        "Evening Post": (1, "garden source:post.example"),
        "Other": (1, "garden source:feeds.example"),
    }


def test_each_facet_leaves_as_many_as_it_counts(ask, garden):
    for count, query in facets(ask("garden")).values():
        found = ask(query)
        assert found.count("<h2>") == count
        assert not any(query == narrower for _, narrower in facets(found).values())


def test_a_condition_is_shown_and_can_be_taken_off(ask, garden):
    page = ask('garden tag:"two words" from:2024 to:2024 -kind:note')

    off = re.findall(r'<a href="([^"]*)"><span class="hidden">Without the condition: ', page)
    assert [query_of(address) for address in off] == [
        "garden from:2024 to:2024 -kind:note",
        'garden tag:"two words" -kind:note',
        'garden tag:"two words" from:2024 to:2024',
    ]
    assert "tag two words" in page
    assert "without kind note" in page


def test_facets_and_conditions_keep_the_order(ask, garden):
    page = ask("garden kind:link", sort="date")

    addresses = re.findall(r'href="(/search/\?q=[^"]*)"', page)
    assert sum("sort=date" in address for address in addresses) == len(addresses) - 1


def test_what_is_found_by_date_is_the_newest_first(ask, make_entries):
    make_entries(
        {"title": f"Garden {number}", "published": NOON - timedelta(days=number)}
        for number in range(25)
    )

    first = ask("garden", sort="date")
    older = unescape(re.search(r'rel="next" href="([^"]*)"', first)[1])
    second = ask("garden", sort="date", before=older.partition("before=")[2])

    shown = [int(n) for n in re.findall(r"<mark>Garden</mark> (\d+)<", first + second)]
    assert shown == list(range(25))
    assert 'rel="prev"' in second


def test_a_place_that_is_none_is_not_found(client, garden):
    for place in ("x", "0.0", "1.1.1"):
        address = {"q": "garden", "sort": "date", "before": place}
        assert client.get("/search/", address).status_code == 404


@pytest.mark.parametrize("number", ["0", "-1", "x", "99999999999999999999", "٣", "2", ""])
def test_any_number_of_a_page_is_a_page(ask, garden, number):
    assert "Garden" in ask("garden", page=number)


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        ("gardne", "garden"),
        ("gadren", "garden"),
        ("garde", "garden"),
        ("gaarden", "garden"),
        ("garxen", "garden"),
        ("hydrangae", "hydrangea"),
        ("hidranjea", "hydrangea"),
        ("ёлкк", "елка"),
        ("gardne hydrangae", "garden hydrangea"),
        ("gardne kind:note", "garden kind:note"),
    ],
)
def test_a_misspelling_that_finds_nothing_is_offered_what_does(ask, make_entry, asked, meant):
    make_entry(title="Garden", kind="note", content="<p>The hydrangea, ёлка</p>")

    page = ask(asked)

    assert f">{meant}</a>?" in page
    assert query_of(re.search(r'Did you mean <a href="([^"]*)"', page)[1]) == meant


@pytest.mark.parametrize("asked", ["garden", "zzzzzz", "gardne kind:link", "xy", "x" * 60, "tag:x"])
def test_nothing_is_offered_that_finds_nothing(ask, make_entry, asked):
    make_entry(title="Garden", kind="note")

    assert "Did you mean" not in ask(asked)


def test_of_two_likely_words_the_commoner_is_offered(ask, make_entry):
    make_entry(title="carts")
    make_entry(title="cards")
    make_entry(title="cards again")

    assert ">cards</a>?" in ask("carxs")


def test_the_page_names_the_feeds_of_the_search(ask, garden):
    page = ask("garden")

    assert 'href="/search.atom?q=garden"' in page
    assert 'href="/search.json?q=garden"' in page


def test_browsers_are_told_how_to_ask(client, db):
    response = client.get("/opensearch.xml")

    root = ElementTree.fromstring(response.content)
    templates = {url.get("type"): url.get("template") for url in root.iter(f"{OPENSEARCH}Url")}
    assert response["Content-Type"] == "application/opensearchdescription+xml; charset=utf-8"
    assert templates["text/html"] == "http://testserver/search/?q={searchTerms}"
    assert root.findtext(f"{OPENSEARCH}ShortName") == "Test stead"


def test_a_title_of_the_site_with_odd_characters_is_xml_all_the_same(client, db):
    SiteSettings.objects.create(title="A\x0b <b> & a title that is much too long")

    root = ElementTree.fromstring(client.get("/opensearch.xml").content)

    assert root.findtext(f"{OPENSEARCH}ShortName") == "A <b> & a title"


def test_who_has_a_page_of_search_is_not_sent_it_again(client, garden):
    first = client.get("/search/?q=garden")

    again = client.get("/search/?q=garden", headers={"if-none-match": first["ETag"]})

    assert again.status_code == 304


def test_a_search_feed_shows_no_post_within_the_second_before_its_time(make_entry, client):
    moment = datetime(2024, 3, 9, 12, tzinfo=UTC)
    due = make_entry(title="Garden", published=moment + timedelta(milliseconds=200))
    early = make_entry(title="Garden", published=moment + timedelta(milliseconds=800))
    older = make_entry(title="Garden", published=moment - timedelta(days=1))

    def found(address):
        return [item["id"] for item in client.get(address).json()["items"]]

    with time_machine.travel(moment + timedelta(milliseconds=500), tick=False):
        assert found("/search.json?q=garden") == [due.atom_id, older.atom_id]
    with time_machine.travel(moment + timedelta(milliseconds=800), tick=False):
        assert found("/search.json?q=garden") == [early.atom_id, due.atom_id, older.atom_id]
