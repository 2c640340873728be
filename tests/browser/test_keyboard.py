"""The pages by keyboard alone."""

import re

import pytest
from playwright.sync_api import expect

from .pages import TYPES

pytestmark = pytest.mark.browser

FOCUSED = """() => {
    const {activeElement: element} = document, box = element.getBoundingClientRect();
    const style = getComputedStyle(element);
    return {
        html: element.outerHTML.slice(0, 120),
        outlined: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
        shown: box.width > 1 && box.height > 1 && box.bottom > 0 && box.top < innerHeight
            && box.right > 0 && box.left < innerWidth,
        isPage: element === document.body,
    };
}"""


def press(page, key, until, presses=150):
    """Press a key until the element with the focus matches a selector."""
    for _ in range(presses):
        page.keyboard.press(key)
        if page.evaluate("what => document.activeElement.matches(what)", until):
            return
    pytest.fail(f"{key} did not lead to {until}")


def test_the_skip_link_comes_first_and_leads_to_the_text(site, page):
    for address in TYPES:
        if address == "/search/":
            continue  # The focus is in its field from the start.
        page.goto(site + address)

        page.keyboard.press("Tab")
        skip = page.locator(":focus")
        assert skip.inner_text() == "Skip to the text"
        assert skip.bounding_box()["height"] > 10
        page.keyboard.press("Enter")
        expect(page).to_have_url(re.compile("#main$"))
        page.keyboard.press("Tab")

        in_text = "document.activeElement.closest('main') || !document.querySelector('main a')"
        assert page.evaluate(in_text), address


def test_what_has_the_focus_is_shown_and_outlined(site, page):
    page.emulate_media(reduced_motion="reduce")
    unmarked = []

    for address in TYPES:
        page.goto(site + address)
        for _ in range(30):
            page.keyboard.press("Tab")
            focused = page.evaluate(FOCUSED)
            if focused["isPage"]:
                break
            if not (focused["outlined"] and focused["shown"]):
                unmarked.append((address, focused["html"]))

    assert unmarked == []


def test_the_focus_goes_from_the_name_through_the_navigation_into_the_text(site, page):
    page.goto(site)
    order = []

    for _ in range(14):
        page.keyboard.press("Tab")
        place = page.evaluate(
            "document.activeElement.closest('.skip, .site-title, nav, search, main, footer')"
            "?.className || document.activeElement.closest('[id], nav, search').localName"
        )
        if place not in order[-1:]:
            order.append(place)

    assert order[0] == "skip"
    assert order[-1] == "main"
    assert len(order) == len(set(order))


def test_the_pages_of_a_list_are_turned_by_keyboard(site, page):
    page.goto(f"{site}/tags/plenty/")

    press(page, "Tab", until="a[rel=next]")
    page.keyboard.press("Enter")
    page.wait_for_url("**/tags/plenty/?*")
    expect(page.locator("article.entry")).to_have_count(12)
    press(page, "Tab", until="a[rel=prev]")
    page.keyboard.press("Enter")
    page.wait_for_url("**/tags/plenty/")

    expect(page.locator("article.entry")).to_have_count(20)


def test_what_is_wider_than_the_page_is_scrolled_by_keyboard(site, page):
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(f"{site}/2024/Mar/9/rich/")

    for element in ("table", "pre", "math"):
        press(page, "Tab", until=element)
        page.keyboard.press("ArrowRight")
        expect(page.locator(":focus")).not_to_have_js_property("scrollLeft", 0)


def test_details_unfold_by_keyboard(site, page):
    page.goto(f"{site}/2024/Mar/9/rich/")

    press(page, "Tab", until="summary")
    page.keyboard.press("Enter")

    expect(page.get_by_text("Unfolded.")).to_be_visible()


def test_a_search_is_made_and_narrowed_by_keyboard(site, page):
    page.goto(f"{site}/search/")
    page.locator("input[type=search]:focus").wait_for()

    page.keyboard.type("words")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search/?q=words")
    press(page, "Tab", until="summary")
    page.keyboard.press("Space")
    press(page, "Tab", until="details a[href*='kind%3A']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search/?q=words+kind*")
    press(page, "Tab", until="[aria-label=Conditions] a")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search/?q=words")
    press(page, "Tab", until=".results a")
    page.keyboard.press("Enter")
    page.wait_for_url("**/20*/**")

    assert "words" in page.locator("main").inner_text()
