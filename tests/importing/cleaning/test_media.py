"""Images, frames, audio and video are shown safely; tracking pixels are removed."""

import pytest

from entries.importing.cleaning.sanitizer import sanitize_html
from entries.importing.cleaning.tracking import clean_links, without_tracking

BASE = "https://blog.example/2024/"
FRAME = (
    '<iframe src="{}" sandbox="allow-scripts allow-same-origin allow-popups" loading="lazy" '
    'referrerpolicy="strict-origin-when-cross-origin" allowfullscreen=""></iframe>'
)


def clean(html, base=BASE):
    cleaned = sanitize_html(html, base)
    assert sanitize_html(cleaned.html, base).html == cleaned.html
    return cleaned.html.removeprefix("<p>").removesuffix("</p>")


@pytest.mark.parametrize(
    ("stated", "kept"),
    [
        ("a.jpg", f"{BASE}a.jpg"),
        ("a.jpg 1x, /b.jpg 2x", f"{BASE}a.jpg 1x, https://blog.example/b.jpg 2x"),
        ("a.jpg 100w,b.jpg 200w", f"{BASE}a.jpg 100w, {BASE}b.jpg 200w"),
        ("a,b.jpg 1.5x", f"{BASE}a,b.jpg 1.5x"),
        (" , a.jpg, b.jpg 2x,", f"{BASE}a.jpg, {BASE}b.jpg 2x"),
        ("a.jpg 1x, javascript:x 2x, data:text/html,x 3x", f"{BASE}a.jpg 1x"),
        ("a.jpg huge, b.jpg 2x", f"{BASE}b.jpg 2x"),
        ("//other.example/a 2x", "https://other.example/a 2x"),
    ],
)
def test_each_candidate_of_a_srcset_is_checked_and_made_absolute(stated, kept):
    assert clean(f'<img srcset="{stated}" alt="x">') == f'<img srcset="{kept}" alt="x">'


def test_a_srcset_without_a_good_candidate_goes():
    assert clean('<img alt="x" srcset="javascript:x 1x, ,">') == '<img alt="x">'


def test_a_picture_keeps_its_sources():
    html = (
        '<picture><source srcset="a.webp 2x" media="(min-width: 40em)" type="image/webp">'
        '<img src="a.jpg" alt=""></picture>'
    )

    assert clean(html) == html.replace('"a.', f'"{BASE}a.')


@pytest.mark.parametrize(
    "lazy",
    [
        '<img data-src="a.jpg">',
        '<img src="data:image/gif;base64,R0lGOD" data-src="a.jpg">',
        '<img src="/img/blank.gif" data-lazy-src="a.jpg">',
        '<img src="" data-original="a.jpg">',
        '<img src="/placeholder-1.png?x" data-src="a.jpg"><noscript><img src="a.jpg"></noscript>',
        '<noscript><img src="a.jpg"></noscript>',
        '<noscript><iframe src="javascript:x"></iframe><img src="a.jpg"></noscript>',
    ],
)
def test_an_image_that_waits_for_a_script_shows_once(lazy):
    assert clean(lazy) == f'<img src="{BASE}a.jpg">'


def test_an_image_that_is_there_is_not_replaced():
    assert clean('<img src="a.jpg" data-src="b.jpg">') == f'<img src="{BASE}a.jpg">'


def test_a_srcset_that_waits_for_a_script_is_filled_in():
    html = '<img src="a.jpg" data-srcset="b.jpg 2x">'

    assert clean(html) == f'<img src="{BASE}a.jpg" srcset="{BASE}b.jpg 2x">'


def test_a_script_does_not_wait_in_an_image():
    assert "javascript" not in clean('<img alt="x" data-src="javascript:alert(1)">')


@pytest.mark.parametrize(
    "pixel",
    [
        '<img src="https://a.example/x" width="1" height="1">',
        '<img src="https://a.example/x" width="0">',
        '<img src="https://a.example/x" style="width:1px;height:1px;border:0">',
        '<img src="https://a.example/x" style="display: none">',
        '<img src="http://feeds.feedburner.com/~r/blog/~4/abc" alt="">',
        '<img src="https://pixel.wp.com/b.gif?host=x">',
        '<img src="http://stats.wordpress.com/b.gif?x=1&amp;y">',
        '<img src="https://ad.doubleclick.net/x">',
        '<noscript><img src="https://www.facebook.com/tr?id=1"></noscript>',
        '<iframe src="https://www.googletagmanager.com/ns.html" width="0" height="0"></iframe>',
    ],
)
def test_a_tracking_pixel_is_removed(pixel):
    assert clean(f"<p>Text.{pixel}</p>") == "Text."


def test_an_image_that_is_small_in_one_direction_only_stays():
    assert "rule.png" in clean('<img src="rule.png" width="400" height="1">')


def test_removed_tracking_pixels_are_counted():
    cleaned = sanitize_html('<p>x<img src="/a" width=1 height=1></p>', BASE)

    assert cleaned.removed == ["1 × an image that only counts readers"]


@pytest.mark.parametrize(
    ("address", "rest"),
    [
        ("https://a.example/?utm_source=x&utm_medium=rss", "https://a.example/"),
        ("https://a.example/?b=1&utm_source=x&c=%20#d", "https://a.example/?b=1&c=%20#d"),
        ("https://a.example/x?fbclid=1", "https://a.example/x"),
        ("https://a.example/x#utm_source=rss", "https://a.example/x"),
        ("https://a.example/?q=utm_source", "https://a.example/?q=utm_source"),
        ("https://a.example/?", "https://a.example/?"),
        ("https://a.example/?a&&b=", "https://a.example/?a&&b="),
    ],
)
def test_links_lose_their_tracking_parameters_and_nothing_else(address, rest):
    assert without_tracking(address) == rest


def test_links_in_a_text_are_cleared_and_counted():
    html = '<p><a title="x" href="https://a.example/?b=1&amp;utm_source=x">x</a> ?utm_source=x</p>'

    cleared, count = clean_links(html)

    assert cleared == '<p><a title="x" href="https://a.example/?b=1">x</a> ?utm_source=x</p>'
    assert count == 1


@pytest.mark.parametrize(
    "address",
    [
        "https://www.youtube.com/embed/abc?start=1",
        "https://www.youtube-nocookie.com/embed/abc",
        "https://player.vimeo.com/video/1",
        "https://w.soundcloud.com/player/?url=x",
        "https://open.spotify.com/embed/track/x",
        "https://bandcamp.com/EmbeddedPlayer/album=1/",
        "https://archive.org/embed/x",
        "https://codepen.io/someone/embed/x",
    ],
)
def test_a_player_from_a_host_on_the_list_is_sandboxed(address):
    assert clean(f'<iframe src="{address}" onload="x()" srcdoc="y"></iframe>') == FRAME.format(
        address
    )


def test_a_player_keeps_its_title_and_size_and_comes_over_tls():
    html = '<iframe src="//www.youtube.com/embed/a" width="560" title="A film">No frames.</iframe>'

    shown = clean(html, "http://blog.example/")

    assert shown.startswith(
        '<iframe src="https://www.youtube.com/embed/a" title="A film" width="560" sandbox='
    )
    assert "No frames" not in shown


@pytest.mark.parametrize(
    ("html", "link"),
    [
        (
            '<iframe src="https://maps.example/?q=1&amp;r" title="A map"></iframe>',
            '<a href="https://maps.example/?q=1&amp;r">A map</a>',
        ),
        (
            '<iframe src="/widget/2">',
            '<a href="https://blog.example/widget/2">blog.example/widget/2</a>',
        ),
        (
            '<iframe src="https://www.youtube.com.evil.example/embed/x"></iframe>',
            '<a href="https://www.youtube.com.evil.example/embed/x">'
            "www.youtube.com.evil.example/embed/x</a>",
        ),
        (
            '<iframe src="https://www.youtube.com/redirect?q=x"></iframe>',
            '<a href="https://www.youtube.com/redirect?q=x">www.youtube.com/redirect</a>',
        ),
    ],
)
def test_any_other_frame_becomes_a_link(html, link):
    assert clean(html) == link


@pytest.mark.parametrize("address", ["javascript:x", "data:text/html,x", "about:blank", ""])
def test_a_frame_without_an_address_leaves_nothing(address):
    assert clean(f'<iframe src="{address}" srcdoc="<p>x</p>"></iframe>') == ""


def test_text_behind_a_frame_that_is_never_closed_stays():
    assert clean('<iframe src="https://a.example/" title="A"/><p>Text.').endswith("<p>Text.")


def test_audio_and_video_can_be_started_and_do_not_start_themselves():
    html = '<video src="v.mp4" poster="p.jpg" autoplay></video><audio controls src="a.mp3"></audio>'

    assert clean(html) == (
        f'<video controls="" src="{BASE}v.mp4" poster="{BASE}p.jpg"></video>'
        f'<audio controls="" src="{BASE}a.mp3"></audio>'
    ).replace('controls=""', "controls")


@pytest.mark.parametrize("name", ["cite", "poster"])
def test_the_addresses_of_quotations_and_posters_are_made_absolute(name):
    element = {"cite": "blockquote", "poster": "video"}[name]

    assert f'{name}="https://blog.example/x"' in clean(f'<{element} {name}="/x">x</{element}>')


@pytest.mark.parametrize(
    "html",
    [
        '<table><caption>c</caption><thead><tr><th scope="col">h</th></tr></thead></table>',
        "<details open><summary>s</summary><p>t</p></details>",
        "<dl><dt>t</dt><dd>d</dd></dl>",
        "<ruby>漢<rp>(</rp><rt>kan</rt><rp>)</rp></ruby>",
        '<figure><img src="https://a.example/x" alt="An x"><figcaption>x</figcaption></figure>',
    ],
)
def test_what_texts_are_made_of_is_kept(html):
    assert clean(html) == html


def test_an_alternative_text_is_kept_and_none_is_invented():
    assert clean('<img src="/a" alt="A &quot;b&quot;">').endswith('alt="A &quot;b&quot;">')
    assert "alt" not in clean('<img src="/a">')
