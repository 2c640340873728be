"""Every page of the desk in a browser: what axe finds there, and what its policy lets in."""

import zlib

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User
from playwright.sync_api import expect

from entries.models import (
    Entry,
    ImportLine,
    ImportRun,
    OldAddress,
    Sighting,
    SiteSettings,
    Source,
    UpstreamChange,
)

from .test_accessibility import OPTIONS, READERS

pytestmark = pytest.mark.browser

OPENED = """() => {
    document.querySelectorAll("details").forEach(each => each.open = true);
    document.querySelectorAll("*").forEach(each => each.style.transition = "none");
}"""


@pytest.fixture
def stored(make_entry):
    """One of each thing that the desk has pages of."""
    source = Source.objects.create(url="https://example.org/feed.atom", title="An example")
    link = make_entry(
        kind="link", title="A link", link_url="https://x.example/", tags=["a", "b"], source=source
    )
    make_entry(title="", status="draft", content="<p>Without a title.</p>")
    Entry.objects.bulk_create(
        Entry(title=f"Old {n}", slug=f"old-{n}", day="2020-01-01", status="rejected")
        for n in range(60)
    )
    link.enclosures.create(href="https://x.example/a.mp3", type="audio/mpeg", length=5)
    stated = {
        "source": source,
        "matched_by": "new",
        "dated_by": "published",
        "base": {},
        "received": zlib.compress(b"{}"),
    }
    Sighting.objects.create(entry=link, leads=True, guid="https://x.example/1", **stated)
    post = Sighting.objects.create(filtered_by="block title: ad", guid="ad", **stated)
    run = ImportRun.objects.create(source=source, status="imported", created=1, warnings=["odd"])
    line = ImportLine.objects.create(run=run, entry=link, action="created", reasons=["new"])
    change = UpstreamChange.objects.create(
        entry=link, field="title", base="Before", theirs="Upstream’s"
    )
    address = OldAddress.objects.create(path="/old", entry=link)
    SiteSettings(pk=SiteSettings.PK, title="The hedge").save()
    return {
        "entry": link,
        "tag": link.tags.first(),
        "source": source,
        "importrun": run,
        "importline": line,
        "upstreamchange": change,
        "filteredpost": post,
        "oldaddress": address,
        "sitesettings": SiteSettings.objects.get(),
    }


@pytest.fixture
def desk(page, live_server, admin_client):
    """A page that is logged in at the desk."""
    cookie = admin_client.cookies["sessionid"]
    page.context.add_cookies([{"name": "sessionid", "value": cookie.value, "url": live_server.url}])
    return page


@pytest.fixture
def complaints(desk):
    """What the browser's console complains of."""
    said = []
    desk.on("console", lambda line: said.append(line.text) if line.type == "error" else None)
    desk.on("pageerror", lambda error: said.append(str(error)))
    return said


def addresses(stored):
    pages = ["/admin/", "/admin/entries/", "/admin/auth/", "/admin/password_change/"]
    for model, row in stored.items():
        pages += [f"/admin/entries/{model}/", f"/admin/entries/{model}/{row.pk}/change/"]
        pages.append(f"/admin/entries/{model}/{row.pk}/history/")
    for model in ("entry", "tag", "oldaddress"):
        pages += [
            f"/admin/entries/{model}/add/",
            f"/admin/entries/{model}/{stored[model].pk}/delete/",
        ]
    user = User.objects.get()
    return [
        *pages,
        *(
            f"/admin/auth/user/{rest}"
            for rest in ("", "add/", f"{user.pk}/change/", f"{user.pk}/password/")
        ),
        *("/admin/auth/group/", "/admin/auth/group/add/", "/admin/nowhere/"),
        "/admin/entries/entry/?q=old&status__exact=rejected&p=2",
        "/admin/entries/entry/?q=nothing",
        "/admin/entries/entry/?published__year=2024&tag=a",
    ]


def violations(page):
    """What axe finds on a page, light and dark, wide and narrow, worse than minor."""
    found = {}
    page.evaluate(Axe().axe_script)
    page.evaluate(OPENED)
    for scheme, width in READERS:
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        page.set_viewport_size({"width": width, "height": 800})
        for violation in page.evaluate("options => axe.run(options)", OPTIONS)["violations"]:
            if violation["impact"] != "minor":
                nodes = [node["html"][:200] for node in violation["nodes"]][:3]
                found[scheme, violation["id"], violation["impact"]] = nodes
    return found


def test_axe_finds_nothing_on_any_page_of_the_desk(desk, live_server, stored):
    found = {}

    for address in addresses(stored):
        desk.goto(live_server.url + address)
        if problems := violations(desk):
            found[address] = problems

    assert found == {}


def test_axe_finds_nothing_before_logging_in_and_after_an_error(page, live_server, stored):
    page.goto(f"{live_server.url}/admin/login/")
    found = [violations(page)]

    page.get_by_label("Username").fill("nobody")
    page.get_by_label("Password").fill("nothing")
    page.get_by_role("button", name="Log in").click()
    expect(page.locator(".errornote")).to_be_visible()
    found.append(violations(page))

    assert found == [{}, {}]


def test_no_page_of_the_desk_needs_what_its_policy_forbids(desk, live_server, stored, complaints):
    for address in addresses(stored):
        desk.goto(live_server.url + address)

    missing = [line for line in complaints if "404" in line]
    assert complaints == missing
    assert len(missing) == 1


def test_what_django_does_by_script_works_under_the_policy(desk, live_server, stored, complaints):
    desk.goto(f"{live_server.url}/admin/entries/entry/{stored['entry'].pk}/change/")

    desk.locator(".field-published .datetimeshortcuts a", has_text="Today").click()
    desk.locator(".field-published .date-icon").click()
    expect(desk.locator(".calendarbox:visible")).to_have_count(1)
    desk.keyboard.press("Escape")
    desk.locator(".field-published .clock-icon").click()
    expect(desk.locator(".clockbox:visible")).to_have_count(1)
    desk.locator(".clockbox:visible").get_by_role("link", name="Noon").click()
    expect(desk.get_by_label("Time:").first).to_have_value("12:00:00")
    before = desk.evaluate("document.documentElement.dataset.theme")
    desk.locator("button.theme-toggle").click()
    assert desk.evaluate("document.documentElement.dataset.theme") != before
    line = desk.get_by_role("combobox", name="Tags")
    line.fill("a")
    expect(desk.locator("[role=listbox] [role=option]")).to_have_text(["a"])
    desk.locator("fieldset#enclosures-heading, #enclosures-group summary").first.click()
    desk.locator("#enclosures-group .add-row a").click()
    expect(desk.locator("#id_enclosures-1-href")).to_be_visible()

    assert complaints == []
