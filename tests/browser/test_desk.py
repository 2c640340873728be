"""The editor's desk in a browser: what its form sends, and the suggestions of tags."""

from datetime import UTC, datetime

import pytest
from playwright.sync_api import expect

from entries.models import Entry, TaggedEntry

pytestmark = pytest.mark.browser


@pytest.fixture
def desk(page, live_server, admin_client):
    """A page that is logged in at the desk."""
    cookie = admin_client.cookies["sessionid"]
    page.context.add_cookies([{"name": "sessionid", "value": cookie.value, "url": live_server.url}])
    return page


def form_of(live_server, entry):
    return f"{live_server.url}/admin/entries/entry/{entry.pk}/change/"


def test_saving_the_untouched_form_stores_nothing(desk, live_server, make_entry):
    entry = make_entry(
        title="Two\nlines  and spaces ",
        content="\n<pre>a\r\nb\rc\n</pre>\n\t<p>“d”\xa0&amp;amp; <b onclick='x'>e</b></p>\n\n",
        summary="x\r\ny ",
        published=datetime(2024, 3, 9, 12, 34, 56, 789012, tzinfo=UTC),
        link_url="https://example.org/ü?a=b&c=%20d ",
        slug="not.a.slug",
        tags=["B, c", 'q"q', "Z", "a"],
    )
    TaggedEntry.objects.filter(tag__name="Z").update(term="z")
    before = Entry.objects.values().get(), list(TaggedEntry.objects.order_by("pk").values())

    desk.goto(form_of(live_server, entry))
    desk.locator("input[name=_save]").first.click()

    expect(desk.locator(".messagelist")).to_contain_text("changed successfully")
    assert before == (
        Entry.objects.values().get(),
        list(TaggedEntry.objects.order_by("pk").values()),
    )


def test_tags_are_suggested_and_taken_by_keyboard(desk, live_server, make_entry):
    make_entry(tags=["accessibility", "acoustics, rooms"])
    entry = make_entry(tags=["web", "feeds"])
    desk.goto(form_of(live_server, entry))
    line = desk.get_by_role("combobox", name="Tags")

    line.press("End")
    line.press_sequentially(", aco")
    expect(desk.get_by_role("option")).to_have_text(["acoustics, rooms"])
    line.press("ArrowDown")
    expect(desk.get_by_role("option", selected=True)).to_have_text("acoustics, rooms")
    line.press("Enter")

    expect(line).to_have_value('web, feeds, "acoustics, rooms"')
    expect(desk.get_by_role("option")).to_have_count(0)
    assert desk.url == form_of(live_server, entry)


def test_a_click_takes_a_suggestion_and_escape_closes_them(desk, live_server, make_entry):
    entry = make_entry(tags=["python", "web"])
    desk.goto(form_of(live_server, entry))
    line = desk.get_by_role("combobox", name="Tags")

    line.fill("py")
    desk.get_by_role("option", name="python").click()
    expect(line).to_have_value("python")
    line.press_sequentially(", w")
    expect(desk.get_by_role("option")).to_have_text(["web"])
    line.press("Escape")

    expect(desk.get_by_role("option")).to_have_count(0)
    expect(line).to_have_value("python, w")


def test_the_list_can_be_used_on_a_telephone(desk, live_server, make_entry):
    make_entry(title="word " * 30, tags=["a-rather-long-tag", "another"])
    desk.set_viewport_size({"width": 360, "height": 740})

    desk.goto(f"{live_server.url}/admin/entries/entry/")

    assert desk.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert desk.locator("select[name=action]").bounding_box()["width"] > 80
