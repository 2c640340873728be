"""The pages on every screen, and on paper."""

import pytest

from .pages import MISSING, PAGES
from .pdf import text_of

pytestmark = pytest.mark.browser

WIDTHS = [320, 390, 768, 1280, 3840]
# The number of letters in each line but the last of the first paragraph.
LINES = """() => {
    const text = document.querySelector(".e-content p").firstChild, range = new Range();
    const lines = {};
    for (let at = 0; at < text.length; at++) {
        range.setStart(text, at); range.setEnd(text, at + 1);
        const top = Math.round(range.getBoundingClientRect().top);
        lines[top] = (lines[top] || 0) + 1;
    }
    return Object.values(lines).slice(0, -1);
}"""
# Letters that the window cuts off, where nothing can be scrolled to show them.
CUT = """() => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), cut = [];
    const range = new Range();
    for (let text = walker.nextNode(); text; text = walker.nextNode()) {
        const scroller = text.parentElement.closest("pre, table, math, .skip, .hidden");
        if (!text.data.trim() || scroller) continue;
        range.selectNodeContents(text);
        for (const box of range.getClientRects())
            if (box.width && (box.left < -1 || box.right > innerWidth + 1)) {
                cut.push(text.data.slice(0, 80));
                break;
            }
    }
    return cut;
}"""


def test_no_page_scrolls_sideways_or_cuts_its_text_off(site, page):
    wide = []

    for address in PAGES:
        page.goto(site + address)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                wide.append((address, width))
            wide += [(address, width, text) for text in page.evaluate(CUT)]

    assert wide == []


@pytest.mark.parametrize("width", [1280, 3840])
def test_lines_have_a_good_length(site, page, width):
    """60 to 75 characters on a screen that has the room."""
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"{site}/2024/Mar/9/article/")

    lines = page.evaluate(LINES)

    assert all(55 <= line <= 80 for line in lines), lines


@pytest.mark.parametrize("width", WIDTHS)
def test_the_column_stands_in_the_middle_and_its_text_is_large_enough(site, page, width):
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"{site}/2024/Mar/9/article/")

    column = page.locator(".e-content").bounding_box()
    size = page.locator(".e-content p").first.evaluate(
        "element => parseFloat(getComputedStyle(element).fontSize)"
    )

    assert abs(column["x"] + column["width"] / 2 - width / 2) < 1
    assert size >= (24 if width == 3840 else 16)


def test_the_first_screen_says_what_this_is_and_shows_three_entries(site, page):
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(site)

    assert page.locator("article.entry").nth(2).bounding_box()["y"] < 900
    assert page.get_by_text("keeping a small site").first.is_visible()


@pytest.mark.parametrize("address", ["/", "/2024/Mar/9/rich/", "/2024/Mar/9/quotation/"])
def test_a_print_has_the_text_and_not_the_navigation(site, page, address):
    page.emulate_media(color_scheme="dark")
    page.goto(site + address)
    heading = page.locator("main h1, main h2").first.inner_text()

    printed = text_of(page.pdf())

    assert "".join(heading.split()) in printed
    assert "Hedgerow" in printed
    for left_out in ("Skiptothetext", "Articles", "Quotations", "Runson", "Older", "plenty"):
        assert left_out not in printed


def test_a_print_shows_where_links_lead_and_is_black_on_white(site, page):
    page.emulate_media(color_scheme="dark")
    page.goto(f"{site}/2024/Mar/9/link/")

    assert "https://www.example.org/page" in text_of(page.pdf())
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


def test_what_scrolls_on_a_screen_is_whole_on_paper(site, page):
    page.goto(f"{site}/2024/Mar/9/rich/")
    code = page.locator("pre").first.inner_text()

    assert "".join(code.split()) in text_of(page.pdf())
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 640, "height": 900})
    for element in page.locator("pre, table").all():
        assert element.evaluate("each => each.scrollWidth <= each.clientWidth")


def test_the_browser_has_nothing_to_complain_of(site, page):
    complaints = []
    page.on("console", lambda message: complaints.append((page.url, message.text)))
    page.on("pageerror", lambda error: complaints.append((page.url, str(error))))
    page.on(
        "response", lambda answer: answer.status < 400 or complaints.append((page.url, answer.url))
    )

    for address in PAGES:
        if address != MISSING:
            page.goto(site + address)

    # What an entry embeds from elsewhere is not there: these tests have no network.
    complaints = [each for each in complaints if "ERR_NAME_NOT_RESOLVED" not in each[1]]
    assert complaints == []
