"""The structure of the site: archive, tags, sources, and the links on an entry's page."""

import itertools
import re
from datetime import UTC, datetime, timedelta

import html5lib
import pytest
from django.core.cache import cache, caches
from django.db import connection
from django.test.utils import CaptureQueriesContext

from entries.models import Enclosure, Entry, Source, Tag
from entries.publishing import source_credits
from entries.publishing.tags import tag_index

NOON = datetime(2024, 3, 9, 12, 0, tzinfo=UTC)
HOSTILE = "</title><script>alert(1)</script>\"'><img src=x onerror=alert(1)>&lt;&amp; {{ x }}"


@pytest.fixture(autouse=True)
def fresh_cache():
    for alias in caches:
        caches[alias].clear()


@pytest.fixture
def gathered(make_entry):
    """A source with three articles about Python, one of them about threads as well."""
    source = Source.objects.create(
        url="https://elsewhere.example/feed",
        title="Elsewhere",
        subtitle="On other things",
        site_url="https://elsewhere.example/",
        author_name="Ada",
        rights="CC BY",
    )
    for number, tags in enumerate((["Python"], ["Python", "threads"], ["Python"])):
        make_entry(
            source=source,
            title=f"Number {number}",
            slug=f"number-{number}",
            published=NOON + timedelta(days=30 * number),
            tags=tags,
        )
    return source


def read(client, address, **query):
    response = client.get(address, query)
    assert response.status_code == 200
    return response.content.decode()


def links(page, within="main"):
    document = html5lib.parse(page, namespaceHTMLElements=False)
    return [link.get("href") for link in document.find(f".//{within}").iter("a")]


def test_a_year_is_a_calendar_that_leads_to_its_months_and_days(client, make_entry):
    for days in (0, 0, 1, 40):
        make_entry(published=NOON + timedelta(days=days))

    page = read(client, "/2024/")

    assert '<a href="/2024/Mar/9/" aria-label="9 March: 2 entries">9</a>' in page
    assert '<a href="/2024/Mar/10/" aria-label="10 March: 1 entry">10</a>' in page
    assert '<caption><a href="/2024/Mar/">March</a> <small>3</small></caption>' in page
    assert "<caption>May</caption>" in page
    assert page.count("<table") == 12
    assert page.count('<th scope="col" abbr="Monday">Mo</th>') == 12
    assert links(page) == [
        "/2024/Mar/",
        "/2024/Mar/9/",
        "/2024/Mar/10/",
        "/2024/Apr/",
        "/2024/Apr/18/",
    ]


def test_a_month_has_its_calendar_on_every_page(client, make_entries):
    make_entries({"published": NOON + timedelta(minutes=number)} for number in range(45))

    first = read(client, "/2024/Mar/")
    older = first.rpartition('href="?before=')[2].partition('"')[0]

    for page in (first, read(client, "/2024/Mar/", before=older)):
        assert '<a href="/2024/Mar/9/" aria-label="9 March: 45 entries">9</a>' in page


def test_the_archive_leads_to_years_and_months_with_their_numbers(client, make_entry):
    for year in (2021, 2024, 2024):
        make_entry(published=NOON.replace(year=year))

    page = read(client, "/archive/")

    assert links(page) == ["/2024/", "/2024/Mar/", "/2021/", "/2021/Mar/"]
    assert 'aria-label="Mar 2: March 2024"' in page
    assert page.count("<rect") == 2


def test_a_tag_has_a_picture_of_its_use_and_leads_to_tags_that_come_with_it(client, gathered):
    page = read(client, "/tags/python/")

    svg = re.search("<svg.*?</svg>", page)[0]
    assert svg.count("<rect") == 3
    assert "<title>March 2024: 1</title>" in svg
    assert '<title id="use-title">The use of Python over time</title>' in svg
    assert "From March 2024 to May 2024." in page
    assert '<a href="/tags/python+threads/" rel="nofollow">threads</a> <small>1</small>' in page


def test_a_tag_can_be_taken_off_from_several(client, gathered):
    page = read(client, "/tags/python+threads/")

    assert '<a href="/tags/threads/">without Python</a>' in page
    assert '<a href="/tags/python/">without threads</a>' in page
    assert 'href="/tags/python+threads.atom"' in page.partition("<main")[2]
    assert 'href="/tags/python+threads.json"' in page.partition("<main")[2]
    assert "<svg" not in page


def test_five_tags_are_not_narrowed_further(client, make_entry):
    make_entry(tags=list("abcdef"))

    assert '"/tags/a+b+c+d+e/"' in read(client, "/tags/a+b+c+d/")
    assert "/tags/a+b+c+d+e+f/" not in read(client, "/tags/a+b+c+d+e/")


def test_what_a_tag_keeps_company_with_stands_on_its_first_page_only(client, make_entries):
    dates = ({"published": NOON - timedelta(days=number)} for number in range(45))
    make_entries(dates, tags=["Python", "gil"])
    first = read(client, "/tags/python/")
    older = first.rpartition('href="?before=')[2].partition('"')[0]

    second = read(client, "/tags/python/", before=older)

    assert "<svg" in first
    assert "<svg" not in second
    assert "Also tagged" not in second


def test_the_index_of_tags_has_three_orders(client, gathered):
    by_use = read(client, "/tags/")
    by_name = read(client, "/tags/", by="name")
    newly_used = read(client, "/tags/", by="new")

    assert 'href="/tags/" aria-current="page">By use' in by_use
    assert "<h2>T</h2>" in by_name
    assert "<h2>8 May 2024</h2>" in newly_used
    for page in (by_use, by_name, newly_used):
        assert {"/tags/python/", "/tags/threads/"} < set(links(page))


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("PYTH", '<a href="/tags/python/">Python</a> <small>3</small>'),
        ("pyhton", 'Did you mean <a href="/tags/python/">Python</a>?'),
        ("zzz", "No tag has “zzz” in its name."),
    ],
)
def test_a_tag_is_found_by_a_part_of_its_name(client, gathered, words, expected):
    page = read(client, "/tags/", q=words)

    assert expected in page
    assert f'name="q" value="{words.casefold()}"' in page


@pytest.mark.parametrize(
    "query", [{"q": "py"}, {"by": "name"}, {"by": "use"}, {"by": "new"}, {"from": "p"}]
)
def test_only_the_plain_index_of_tags_is_for_search_engines(client, gathered, query):
    assert '<meta name="robots" content="noindex">' in read(client, "/tags/", **query)
    assert '<meta name="robots"' not in read(client, "/tags/", utm_source="x")


def test_very_many_tags_come_in_pages_with_letters_to_go_on_from(client, make_entry, monkeypatch):
    monkeypatch.setattr(tag_index, "MAX_TAGS_BY_NAME", 3)
    make_entry(tags=["alpha", "beta", "gamma", "delta & co"])

    page = read(client, "/tags/", by="name")
    (more,) = re.findall(r'<a rel="next" href="(.*?)">', page)

    assert ">gamma<" not in page
    assert '<a href="?by=name&amp;from=g">G</a>' in page
    assert ">gamma<" in read(client, "/tags/" + more.replace("&amp;", "&"))


@pytest.mark.parametrize("name", ["q", "by", "from", "before", "page"])
@pytest.mark.parametrize(
    "value",
    ["", " ", "\x00", "%", "_", "'", HOSTILE, "x" * 5000, "\ud800".encode("utf-8", "surrogatepass"),
     "0", "-1", "１", "1e9", "99999", "9" * 30, "name", "日本", b"\xff\xfe"],
)  # fmt: skip
def test_no_question_to_a_page_is_a_failure(client, gathered, name, value):
    for address in ("/tags/", "/sources/", f"/sources/{gathered.pk}/", "/archive/", "/2024/"):
        response = client.get(address, {name: value})
        assert response.status_code in (200, 404)
        assert b"<script>alert" not in response.content


def test_an_unknown_order_of_tags_is_not_there(client, gathered):
    assert client.get("/tags/", {"by": "colour"}).status_code == 404


def test_sources_are_credited(client, gathered):
    page = read(client, "/sources/")

    assert f'<a href="/sources/{gathered.pk}/">Elsewhere</a> <small>3</small>' in page
    assert "<p>On other things</p>" in page
    assert "Ada" in page
    assert "CC BY" in page
    assert '<a href="https://elsewhere.example/">elsewhere.example</a>' in page
    assert 'href="https://elsewhere.example/feed"' in page
    assert '<a href="/2024/May/8/number-2/">Number 2</a>, 8 May 2024' in page


def test_a_source_lists_its_entries_and_no_others(client, gathered, make_entry):
    make_entry(slug="of-our-own")
    make_entry(slug="draft", source=gathered, status=Entry.Status.DRAFT)

    page = read(client, f"/sources/{gathered.pk}/")

    assert page.count("<article") == 3
    assert "of-our-own" not in page
    assert "draft" not in page
    assert "3 entries" in page


def test_a_source_goes_on_in_pages(client, gathered, make_entries):
    dates = ({"published": NOON - timedelta(minutes=number // 10)} for number in range(45))
    make_entries(dates, source=gathered)

    address, shown = f"/sources/{gathered.pk}/", []
    while address:
        page = client.get(address).content.decode()
        shown.append(re.findall(r'class="u-url u-uid" href="([^"]+)"', page))
        found = re.search(r'rel="next" href="([^"]+)"', page)
        address = found and f"/sources/{gathered.pk}/{found[1]}"

    assert [len(page) for page in shown] == [20, 20, 8]
    assert len(set(itertools.chain(*shown))) == 48


@pytest.mark.parametrize(
    "address", ["/sources/0/", "/sources/99999/", f"/sources/{'9' * 40}/", "/sources/x/"]
)
def test_an_unknown_source_is_not_there(client, gathered, address):
    assert client.get(address).status_code == 404


def test_a_source_without_public_entries_is_not_there(client, gathered):
    Entry.objects.all().set_status(Entry.Status.DRAFT)

    assert client.get(f"/sources/{gathered.pk}/").status_code == 404
    assert "Elsewhere" not in read(client, "/sources/")


def test_the_file_that_a_source_was_read_from_is_told_to_nobody(client, make_entry):
    source = Source.objects.create(url="file:/home/ada/secret.atom")
    make_entry(source=source)

    for address in ("/sources/", f"/sources/{source.pk}/", Entry.objects.get().get_absolute_url()):
        assert "secret" not in read(client, address)


def test_many_sources_come_in_pages(client, gathered, make_entry, monkeypatch):
    monkeypatch.setattr(source_credits, "PAGE_SIZE", 1)
    other = Source.objects.create(url="https://other.example/feed", title="Other")
    make_entry(source=other)

    first, second = read(client, "/sources/"), read(client, "/sources/", page="2")

    assert '<a rel="next" href="?page=2">' in first
    assert '<a rel="prev" href="/sources/">' in second
    assert "Other" not in first.partition("<main")[2]
    assert '<meta name="robots" content="noindex">' in second
    assert client.get("/sources/", {"page": "3"}).status_code == 404


def test_an_article_says_how_long_it_takes_to_read(client, make_entry):
    article = make_entry(content="<p>word </p>" * 1610)
    note = make_entry(kind="note", content="<p>word </p>" * 1610)

    assert "7 min read" in read(client, article.get_absolute_url())
    assert "min read" not in read(client, note.get_absolute_url())


def test_an_entry_says_when_it_was_revised(client, make_entry):
    revised = make_entry(published=NOON, updated=NOON + timedelta(days=60))
    same_day = make_entry(published=NOON, updated=NOON + timedelta(hours=1))

    page = read(client, revised.get_absolute_url())

    assert (
        'Revised on <time class="dt-updated" datetime="2024-05-08T12:00:00+00:00">8 May 2024</time>'
        in page
    )
    assert "Revised" not in read(client, same_day.get_absolute_url())


def test_an_entry_leads_on_to_related_ones_and_to_its_neighbours_in_a_tag(client, gathered):
    page = read(client, "/2024/Apr/8/number-1/")

    related, _, rest = page.partition("<h2>Related</h2>")[2].partition("</section>")
    in_python = rest.partition('aria-label="Next to this entry in Python"')[2]
    assert "/2024/Mar/9/number-0/" in related
    assert '<a href="/2024/Mar/9/number-0/"><span>Older in Python</span> Number 0</a>' in in_python
    assert '<a href="/2024/May/8/number-2/"><span>Newer in Python</span> Number 2</a>' in in_python


def test_an_entry_has_a_permalink_and_a_short_one_that_leads_to_it(client, gathered):
    page = read(client, "/2024/Apr/8/number-1/")

    short = re.search(r'<a rel="shortlink" href="(.*?)">', page)[1]

    assert 'rel="bookmark" href="/2024/Apr/8/number-1/"' in page
    assert client.get(short).headers["Location"] == "/2024/Apr/8/number-1/"


def test_an_entry_credits_where_it_was_first(client, gathered, make_entry):
    entry = make_entry(
        source=gathered, author_name="Ada", canonical_url="https://elsewhere.example/post"
    )

    page = read(client, entry.get_absolute_url())

    assert 'First published in <a href="https://elsewhere.example/">Elsewhere</a>.' in page
    assert re.search('original is at <a [^>]*href="https://elsewhere.example/post">', page)


# The most queries that each page may need, on a site of any size.
PAGES = {
    "/": 10,
    "/articles/": 9,
    "/archive/": 8,
    "/2024/": 9,
    "/2024/Mar/": 12,
    "/2024/Mar/9/": 11,
    "/tags/": 7,
    "/tags/?by=name": 8,
    "/tags/?by=new": 8,
    "/tags/?q=python": 7,
    "/tags/?q=pxthon": 9,
    "/tags/python/": 14,
    "/tags/python+gil/": 13,
    "/sources/": 9,
    "/sources/{source}/": 12,
    "/2024/Mar/9/first/": 13,
}


@pytest.mark.parametrize(("address", "queries"), PAGES.items())
def test_a_page_costs_few_queries_and_no_more_on_a_large_site(
    client, make_entries, django_assert_num_queries, address, queries
):
    source = Source.objects.create(url="https://source.example/feed", title="Source")

    def add(numbers):
        others = Source.objects.bulk_create(
            Source(url=f"https://source{number}.example/feed") for number in numbers
        )
        make_entries(
            ({"source": other} for other in others), published=NOON, tags=["Python", "gil"]
        )
        entries = make_entries(
            (
                {
                    "published": NOON - timedelta(minutes=number),
                    "tags": ["Python", "gil", f"tag {number}", f"python {number}"],
                }
                for number in numbers
            ),
            source=source,
            slug="first",
        )
        Enclosure.objects.bulk_create(
            Enclosure(entry=entry, href="https://example.org/a.mp3") for entry in entries
        )

    add(range(3))
    address = address.format(source=source.pk)
    cache.clear()
    with CaptureQueriesContext(connection) as few:
        assert client.get(address).status_code == 200
    add(range(3, 40))
    cache.clear()

    with django_assert_num_queries(len(few)):
        client.get(address)
    assert len(few) <= queries


def test_pages_of_hostile_sources_and_tags_are_valid(client, make_entry):
    Tag.objects.create(name=HOSTILE[:200], slug="hostile", description=HOSTILE)
    bad = "javascript:alert(1)"
    for number in range(2):
        source = Source.objects.create(
            url=f"javascript:{number}", title=HOSTILE, subtitle=HOSTILE, site_url=bad,
            author_name=HOSTILE, author_uri=bad, rights=HOSTILE,
        )  # fmt: skip
        make_entry(
            source=source, title=HOSTILE, slug=f"entry-{number}", canonical_url=bad,
            published=NOON + timedelta(days=40 * number), updated=NOON + timedelta(days=99),
            tags=[HOSTILE[:200], HOSTILE[:100], "plain"],
        )  # fmt: skip

    addresses = [
        *("/sources/", f"/sources/{source.pk}/", "/tags/hostile/", "/tags/hostile+plain/"),
        *("/tags/", "/tags/?by=name", "/tags/?by=new", f"/tags/?q={HOSTILE[:9]}", "/tags/?q=plian"),
        *("/archive/", "/2024/", "/2024/Mar/", "/2024/Mar/9/entry-0/"),
    ]
    for address in addresses:
        page = read(client, address)
        html5lib.HTMLParser(strict=True).parse(page)
        document = html5lib.parse(page, namespaceHTMLElements=False)
        assert not document.findall(".//body//script"), address
        assert not document.findall(".//img"), address
        assert len(document.findall(".//h1")) == 1, address
        levels = [int(level) for level in re.findall(r"<h([1-6])[\s>]", page)]
        assert all(b - a <= 1 for a, b in itertools.pairwise(levels)), address
        assert not [link for link in links(page, "body") if link.startswith("javascript")], address
        ids = re.findall(r'\sid="([^"]+)"', page)
        assert len(ids) == len(set(ids)), address
