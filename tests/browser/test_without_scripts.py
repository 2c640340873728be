"""The pages without JavaScript."""

import pytest
from playwright.sync_api import expect

from .pages import TYPES

pytestmark = pytest.mark.browser


@pytest.fixture
def plain(browser):
    """A page in which no script runs."""
    context = browser.new_context(java_script_enabled=False)
    yield context.new_page()
    context.close()


def test_the_pages_read_the_same(site, page, plain):
    for address in TYPES:
        page.goto(site + address)
        plain.goto(site + address)
        assert page.locator("body").inner_text() == plain.locator("body").inner_text()


def test_older_and_newer_lead_through_a_list_and_back(site, plain):
    plain.goto(f"{site}/tags/plenty/")

    plain.get_by_role("link", name="Older").click()
    expect(plain.locator("article.entry")).to_have_count(12)
    plain.get_by_role("link", name="Newer").click()

    expect(plain).to_have_url(f"{site}/tags/plenty/")
    expect(plain.locator("article.entry")).to_have_count(20)


def test_details_unfold(site, plain):
    plain.goto(f"{site}/2024/Mar/9/rich/")

    plain.get_by_text("More", exact=True).click()

    expect(plain.get_by_text("Unfolded.")).to_be_visible()


def test_a_search_is_made_narrowed_and_followed(site, plain):
    plain.goto(f"{site}/search/")

    plain.get_by_role("searchbox").fill("wrods")
    plain.get_by_role("button", name="Search").click()
    plain.get_by_role("link", name="words").click()
    plain.get_by_text("Narrow").click()
    plain.locator("details a[href*='kind%3Aarticle']").click()
    plain.wait_for_url("**kind%3Aarticle*")

    assert plain.locator(".results li").count() > 1
    assert all("article" in each for each in plain.locator(".results .tags").all_inner_texts())


def test_tags_are_found(site, plain):
    plain.goto(f"{site}/tags/")

    plain.get_by_role("searchbox").fill("plen")
    plain.keyboard.press("Enter")
    plain.get_by_role("link", name="plenty").click()

    expect(plain).to_have_url(f"{site}/tags/plenty/")
