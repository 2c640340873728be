"""The pages for those who read them by other means, or with other eyes."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from .pages import PAGES

pytestmark = pytest.mark.browser

# Beside what axe looks for by itself: targets of 24 px, as WCAG 2.2 wants them.
OPTIONS = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}
READERS = [("light", 1280), ("dark", 390)]


def test_axe_finds_nothing(site, page):
    found = {}

    for address in PAGES:
        page.goto(site + address)
        page.evaluate(Axe().axe_script)
        for scheme, width in READERS:
            page.emulate_media(color_scheme=scheme)
            page.set_viewport_size({"width": width, "height": 800})
            for violation in page.evaluate("options => axe.run(options)", OPTIONS)["violations"]:
                if violation["impact"] != "minor":
                    nodes = [node["html"][:200] for node in violation["nodes"]]
                    found[address, scheme, violation["id"], violation["impact"]] = nodes

    assert found == {}


def test_dark_is_dark_and_light_is_light(site, page):
    page.goto(site)
    brightness = {}

    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        brightness[scheme] = page.evaluate(
            """() => {
                const {backgroundColor, color} = getComputedStyle(document.body);
                return [backgroundColor, color].map(
                    each => Math.max(...each.match(/\\d+/g).slice(0, 3).map(Number)));
            }"""
        )

    paper, ink = brightness["light"]
    assert paper > 240
    assert ink < 60
    paper, ink = brightness["dark"]
    assert paper < 40
    assert ink > 190


def test_nothing_moves_for_who_wants_it_still(site, page):
    page.emulate_media(reduced_motion="reduce")
    moving = {}

    for address in PAGES:
        page.goto(site + address)
        moving[address] = page.evaluate(
            """() => [...document.querySelectorAll("*")].filter(each => {
                const style = getComputedStyle(each);
                return style.scrollBehavior === "smooth" || style.animationName !== "none"
                    || parseFloat(style.transitionDuration) > 0;
            }).map(each => each.outerHTML.slice(0, 100))"""
        )

    assert not any(moving.values()), moving


def test_colours_of_the_readers_own_leave_the_text_visible(site, page):
    page.emulate_media(forced_colors="active")

    page.goto(f"{site}/2024/Mar/9/rich/")

    assert page.get_by_role("heading", name="Rich").is_visible()
    assert page.evaluate("matchMedia('(forced-colors: active)').matches")
