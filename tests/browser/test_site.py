"""The public pages in a browser: for every reader, on every screen."""

import pytest
from axe_playwright_python.sync_playwright import Axe

pytestmark = pytest.mark.browser

PAGES = [
    "/",
    "/articles/",
    "/links/",
    "/quotations/",
    "/notes/",
    "/tags/",
    "/tags/python/",
    "/tags/python+rich/",
    "/archive/",
    "/2024/",
    "/2024/Mar/",
    "/2024/Mar/9/",
    "/2024/Mar/9/article/",
    "/2024/Mar/9/rich/",
    "/2024/Mar/9/link/",
    "/2024/Mar/9/quotation/",
    "/2024/Mar/9/note/",
    "/not/found/",
]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(site, page, scheme):
    page.emulate_media(color_scheme=scheme)
    found = {}

    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 800})
        for address in PAGES:
            page.goto(site + address)
            violations = Axe().run(page).response["violations"]
            found |= {
                (width, address, each["id"]): [node["html"] for node in each["nodes"]]
                for each in violations
                if each["impact"] != "minor"
            }

    assert found == {}


@pytest.mark.parametrize("width", [320, 390, 768, 1280, 3840])
def test_no_page_scrolls_sideways(site, page, width):
    page.set_viewport_size({"width": width, "height": 800})
    wide = []

    for address in PAGES:
        page.goto(site + address)
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            wide.append(address)

    assert wide == []


def test_lines_have_a_good_length(site, page):
    """60 to 75 characters on a screen that has the room."""
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto(f"{site}/2024/Mar/9/article/")

    lines = page.evaluate(
        """() => {
            const text = document.querySelector(".e-content p").firstChild, range = new Range();
            const lines = {};
            for (let at = 0; at < text.length; at++) {
                range.setStart(text, at); range.setEnd(text, at + 1);
                const top = Math.round(range.getBoundingClientRect().top);
                lines[top] = (lines[top] || 0) + 1;
            }
            return Object.values(lines).slice(0, -1);
        }"""
    )

    assert all(55 <= line <= 80 for line in lines)


def test_the_skip_link_works_by_keyboard(site, page):
    page.goto(site)

    page.keyboard.press("Tab")
    skip = page.locator(":focus")
    assert skip.inner_text() == "Skip to the text"
    assert skip.bounding_box()["height"] > 10
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")

    assert page.evaluate("document.activeElement.closest('main') !== null")


def test_what_has_the_focus_is_outlined(site, page):
    page.goto(site)
    unmarked = []

    for _ in range(30):
        page.keyboard.press("Tab")
        style = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        if style == "none":
            unmarked.append(page.evaluate("document.activeElement.outerHTML"))

    assert unmarked == []


def test_the_browser_has_nothing_to_complain_of(site, page):
    complaints = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("response", lambda response: response.ok or complaints.append(response.url))

    for address in PAGES[:-1]:
        page.goto(site + address)

    assert complaints == []


def test_the_pages_read_the_same_without_javascript(site, page, browser):
    plain = browser.new_context(java_script_enabled=False).new_page()

    for address in PAGES:
        page.goto(site + address)
        plain.goto(site + address)
        assert page.locator("body").inner_text() == plain.locator("body").inner_text()
        assert page.locator("script").count() == 0


def test_older_and_newer_lead_through_a_list_and_back(site, page):
    page.goto(site)

    page.get_by_role("link", name="Older").click()
    assert page.locator("article").count() == 7
    page.get_by_role("link", name="Newer").click()

    assert page.url == f"{site}/"
    assert page.locator("article").count() == 20


def test_print_leaves_the_site_away(site, page):
    page.goto(f"{site}/2024/Mar/9/link/")

    page.emulate_media(media="print")

    assert not page.get_by_role("navigation", name="Site").is_visible()
    assert page.get_by_role("heading", name="The link").is_visible()
