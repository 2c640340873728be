"""The HTML of real feeds, from the document to the stored entry."""

import pytest

from entries.importing.cleaning.sanitizer import TOO_MUCH
from entries.lib.mojibake import MAY_BE_GARBLED, WAS_REPAIRED
from entries.models import Entry
from tests.importing.files import feed_file


@pytest.fixture
def contents(read):
    """Import a feed of tests/feeds/: its report, and its entries' texts in the feed's order."""

    def contents(name):
        report = read(feed_file(name), url="https://blog.example/feed.xml")
        return report, [post.content for post in Entry.objects.order_by("title")]

    return contents


def test_footnotes_of_two_posts_do_not_meet(contents):
    _, texts = contents("html-footnotes.rss")

    ids = [text.partition('id="')[2].partition('"')[0] for text in texts]
    assert len(set(ids)) == 2
    for text, name in zip(texts, ids, strict=True):
        assert f'href="#{name}"' in text
        assert "blog.example" not in text


def test_lazy_images_show(contents):
    _, (first, second, third) = contents("html-lazy-images.rss")

    assert first == '<p><img alt="A" src="https://blog.example/a.jpg"></p>'
    assert 'src="https://blog.example/b.jpg"' in second
    assert 'srcset="https://blog.example/b-2.jpg 2x"' in second
    assert 'srcset="https://blog.example/c.jpg 400w, https://blog.example/c-2.jpg 800w"' in third


def test_tracking_pixels_are_removed_and_reported(contents):
    report, (first, second) = contents("html-counters.rss")

    assert first == '<p>Text, <a href="https://a.example/?id=1">a link</a>.</p>'
    assert second == "<p>Text.</p>"
    reasons = " ".join(report.entries[0].reasons)
    assert "1 × an image that only counts readers" in reasons
    assert "1 × tracking parameters of a link" in reasons


def test_frames_are_players_or_links(contents):
    _, (film, talk, way, moving) = contents("html-frames.rss")

    assert '<iframe src="https://www.youtube.com/embed/abc" title="A film"' in film
    assert 'sandbox="' in film
    assert '<iframe src="https://player.vimeo.com/video/1"' in talk
    assert way == '<p>A map:</p>\n<p><a href="https://maps.example/here">The way</a></p>'
    assert "controls" in moving
    assert "autoplay" not in moving
    assert 'poster="https://blog.example/p.jpg"' in moving


def test_mojibake_is_repaired_flagged_or_left(contents):
    report, (whole, part, about) = contents("html-mojibake.rss")

    assert whole == "<p>It’s a “café”.</p>"
    assert WAS_REPAIRED in report.entries[0].reasons
    assert "â€™" in part
    assert MAY_BE_GARBLED in report.entries[1].reasons
    assert about == "<p>An é becomes Ã©.</p>"
    assert not {WAS_REPAIRED, MAY_BE_GARBLED} & set(report.entries[2].reasons)


def test_broken_html_is_mended_and_what_is_too_deep_is_text(contents):
    report, (first, second, third) = contents("html-broken.rss")

    assert first == "<p>One</p>\n<p>Two <b>bold <i>both</i></b><i> one</i></p>"
    assert second == "<ul><li>a</li><li>b</li></ul>"
    assert third == "<p>Deep.</p>"
    assert TOO_MUCH in " ".join(report.entries[2].reasons)


def test_relative_addresses_begin_at_the_innermost_base(contents):
    _, (feed, entry, content) = contents("html-base.atom")

    assert 'href="https://blog.example/feeds/x"' in feed
    assert 'href="https://blog.example/2024/x"' in entry
    assert 'href="https://blog.example/2024/mar/x"' in content
    assert 'srcset="https://blog.example/2024/mar/y 2x"' in content
    assert 'src="https://blog.example/y"' in content


def test_formulas_stay_in_texts_and_are_said_in_titles(contents):
    _, (escaped, in_place, prefixed, hostile) = contents("html-formulas.atom")

    assert "A request of <math><mi>zeta</mi></math> bytes." in escaped
    assert (
        '<math display="block" alttext="c^{squared}"><semantics><msup><mi>c</mi><mn>2</mn></msup>'
        "</semantics></math>" in escaped
    )
    fraction = '<math><mfrac><mn>1</mn><mi>x</mi></mfrac><mspace width="1em"></mspace></math>'
    assert in_place == f"<p>Let {fraction} be.</p>"
    assert prefixed == "<p>Let <math><mi>x</mi></math> be.</p>"
    assert "alert" not in hostile
    assert Entry.objects.filter(title="D: about x2").exists()


def test_formulas_are_described_found_and_sent(contents, client):
    contents("html-formulas.atom")
    entry = Entry.objects.get(title="A: escaped")

    page = client.get(entry.get_absolute_url()).content.decode()

    assert '<meta name="description" content="A request of zeta bytes. And c^{squared}.' in page
    assert "<math><mi>zeta</mi></math>" in page
    for word in ("zeta", "squared"):
        assert entry.title in client.get("/search/", {"q": word}).content.decode()
    assert "&lt;math&gt;&lt;mi&gt;zeta" in client.get("/atom/everything/").content.decode()


def test_highlighted_code_keeps_its_classes_and_no_type_takes_text_away(contents):
    _, (rouge, others, types) = contents("html-code.rss")

    assert '<span class="k">def</span> <span class="nf">f</span>' in rouge
    assert rouge.endswith("<p>Text.</p>")
    assert '<span class="token keyword">if</span>' in others
    assert '<span class="hljs-title function_">f</span>' in others
    assert types == "<p>A vector is not a List, they <b>say</b>.</p>\n<p>A control: €.</p>"


def test_drawings_leave_their_words_or_a_link(contents):
    report, (chart, sign, wordless) = contents("html-drawings.rss")

    assert chart == "<p>It grew:</p>\n<p>Visitors 2023 2024</p>"
    assert sign == '<p><a href="https://blog.example/rss">Feed</a> and .</p>'
    link = '<a href="https://blog.example/c">Drawing on the original page</a>'
    assert wordless == f"<p>See:</p>\n<p>{link}</p>"
    assert "1 × <iframe> without a title" in " ".join(report.entries[2].reasons)
