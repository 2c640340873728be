"""What a reader's first visit costs in bytes, with all that the page asks for."""

from pathlib import Path

import pytest
from django.conf import settings

from .pages import TYPES

pytestmark = pytest.mark.browser

FIRST_PAGE = 40_000
STYLE = 14_000
SCRIPT = 5_000
SCRIPTS = """() => [...document.scripts]
    .filter(each => each.type !== "application/ld+json").map(each => each.src || each.text)"""


def weigh(context, address) -> int:
    """The bytes that a page and what it asks of its own site take, with their headers."""
    page = context.new_page()
    session = context.new_cdp_session(page)
    received = []
    session.on("Network.loadingFinished", lambda event: received.append(event["encodedDataLength"]))
    session.send("Network.enable")
    session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    page.goto(address)
    # A browser without a window doesn't fetch this.
    icon = page.request.get(page.evaluate("document.querySelector('link[rel=icon]').href"))
    page.close()
    return sum(received) + len(icon.body()) + len(str(icon.headers))


def test_a_first_page_is_small(site, context):
    weights = {address: weigh(context, site + address) for address in TYPES}

    assert all(weight > 4_000 for weight in weights.values()), weights
    assert all(weight < FIRST_PAGE for weight in weights.values()), weights


def test_style_sheets_and_scripts_are_small(site, page):
    for address in TYPES:
        page.goto(site + address)
        sheets = page.evaluate("[...document.styleSheets].map(each => each.href)")
        bodies = [page.request.get(sheet).body() for sheet in sheets if sheet]
        inline = page.evaluate(
            "[...document.querySelectorAll('style')].map(each => each.textContent)"
        )
        scripts = [
            page.request.get(script).text() if script.startswith(site) else script
            for script in page.evaluate(SCRIPTS)
        ]
        assert 0 < sum(map(len, [*bodies, *inline])) < STYLE, address
        assert sum(map(len, scripts)) < SCRIPT, address


def test_the_style_sheet_of_the_repository_is_small():
    assert Path(settings.BASE_DIR, "entries/static/entries/site.css").stat().st_size < STYLE
