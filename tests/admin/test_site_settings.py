"""The admin page of the site's settings: what its form stores, and what it refuses."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from entries.admin.site_settings import MAX_FAVICON_BYTES, icon_suffix
from entries.models import SiteSettings
from entries.publishing.site import read_site

from .conftest import form_data

FORM = "/admin/entries/sitesettings/1/change/"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><path d="M0 0h1v1"/></svg>'
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
ICO = b"\x00\x00\x01\x00\x01\x00\x10\x10"


@pytest.fixture
def send(admin_client):
    """Open the form, change these fields, and send it as a browser would."""

    def change(**changes):
        data = form_data(admin_client.get(FORM)) | changes
        data = {name: value for name, value in data.items() if value is not None}
        data.setdefault("new_favicon", "")
        return admin_client.post(FORM, data, follow=True)

    return change


def errors(response):
    return " ".join(
        error for found in response.context["adminform"].form.errors.values() for error in found
    )


def test_what_is_sent_is_stored(send):
    page = send(
        title="Hedgerow",
        tagline="  What grows\tbeside the road ",
        description="One.\r\nTwo.",
        author_name="Ada",
        author_link="https://ada.example/",
        me="https://social.example/@ada\r\nmailto:ada@example.org\r\n",
        navigation="Notes → /notes/\r\nCode -> https://code.example/ada",
        accent="#00F",
        accent_dark="ffffff",
    )

    stored = SiteSettings.objects.get()
    assert stored.pk == SiteSettings.PK
    assert stored.tagline == "What grows beside the road"
    assert stored.description == "One.\nTwo."
    assert (stored.accent, stored.accent_dark) == ("#0000ff", "#ffffff")
    assert page.redirect_chain[-1][0] == FORM
    site = read_site()
    assert site.title == "Hedgerow"
    assert site.me == ("https://social.example/@ada", "mailto:ada@example.org")
    assert site.navigation == (("Notes", "/notes/"), ("Code", "https://code.example/ada"))


def test_an_untouched_form_changes_nothing(send):
    send(title="Hedgerow", about="One.\r\n\r\nTwo.", footer="By Ada", accent="#0000ff")
    before = SiteSettings.objects.values().get()

    send()

    assert SiteSettings.objects.values().get() == before


def test_the_admin_has_the_title_of_the_site(send, admin_client):
    assert "Test stead" in admin_client.get("/admin/").content.decode()
    send(title="Hedge & row")

    index = admin_client.get("/admin/").content.decode()

    assert "Hedge &amp; row" in index
    assert "Test stead" not in index


def test_plain_text_becomes_paragraphs_and_html_stays(send):
    send(about="We collect.\r\nA lot.\r\n\r\nMore & more.", footer="By <b>Ada</b>")

    stored = SiteSettings.objects.get()
    assert stored.about == "<p>We collect.<br>\nA lot.</p>\n<p>More &amp; more.</p>"
    assert stored.footer == "<p>By <b>Ada</b></p>"


@pytest.mark.parametrize("name", ["about", "footer"])
def test_what_is_unsafe_is_taken_out_and_said(send, name):
    page = send(**{name: '<p onclick="x()">Hi <script>x()</script><a href="/tags/">tags</a></p>'})

    assert getattr(SiteSettings.objects.get(), name) == ('<p>Hi <a href="/tags/">tags</a></p>')
    said = " ".join(str(message) for message in page.context["messages"])
    assert "Taken out of the text for safety" in said
    assert "script" in said


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("/tags/a/", "/tags/a/"),
        ("tags/", "/tags/"),
        ("http://testserver/tags/", "/tags/"),
        ("http://testserver//evil.example/", "http://testserver//evil.example/"),
        ("http://testserver.evil.example/", "http://testserver.evil.example/"),
        ("https://ada.example/", "https://ada.example/"),
    ],
)
def test_links_within_the_site_survive_its_move_to_another_address(send, written, stored):
    send(about=f'<p>http://testserver/ <a title="x" href="{written}">x</a></p>')

    assert SiteSettings.objects.get().about == (
        f'<p>http://testserver/ <a title="x" href="{stored}">x</a></p>'
    )


def test_a_link_within_the_page_about_the_site_finds_its_end(send, client):
    send(
        about='<h2 id="why">Why</h2>\n<p><a href="#why">why</a> <a href="/about/#why">here</a></p>'
    )

    page = client.get("/about/").content.decode()

    name = re.search(r'<h2 id="([\w-]*why)">', page)[1]
    assert page.count(f'href="#{name}"') == 2


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("Notes", "write its label, an arrow"),
        ("→ /notes/", "write its label, an arrow"),
        ("Notes →", "write its label, an arrow"),
        ("A → /b/ → /c/", "write its label, an arrow"),
        ("Notes → notes", "leads nowhere"),
        ("Notes → //evil.example/", "leads nowhere"),
        (r"Notes → /\evil.example/", "leads nowhere"),
        ("Notes → /a b/", "leads nowhere"),
        ("Notes → javascript:alert(1)", "leads nowhere"),
        ("Notes → JavaScript:alert(1)", "leads nowhere"),
        ("Notes → data:text/html,x", "leads nowhere"),
        ("Notes → https://", "leads nowhere"),
        ("Notes → https://[", "leads nowhere"),
        ("Notes → mailto:nobody", "leads nowhere"),
    ],
)
def test_a_line_that_is_no_link_is_named(send, line, sentence):
    page = send(navigation=f"Tags → /tags/\r\n{line}")

    assert f"“{line}”" in errors(page)
    assert sentence in errors(page)
    assert not SiteSettings.objects.exists()


@pytest.mark.parametrize(
    "line", ["ada", "@ada@social.example", "javascript:x", "//x.example", "a b"]
)
def test_a_profile_that_is_no_address_is_named(send, line):
    page = send(me=f"https://social.example/@ada\r\n{line}")

    assert f"“{line}” is no address" in errors(page)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"accent": "red"}, "“red” is no colour"),
        ({"accent": "#12345"}, "“#12345” is no colour"),
        ({"accent": "#fff;}"}, "is no colour"),
        ({"accent": "#ffcc00"}, "#ffcc00 is hard to read on the light paper: its contrast is 1."),
        (
            {"accent": "#0000ff", "accent_dark": "#0000ff"},
            "#0000ff is hard to read on the dark paper: its contrast is 1.",
        ),
        ({"accent_dark": "#ffffff"}, "Choose a colour for light pages too."),
    ],
)
def test_a_colour_that_cant_be_read_is_refused_with_one_that_can(send, fields, sentence):
    page = send(**fields)

    assert sentence in errors(page)
    assert not SiteSettings.objects.exists()


def test_the_colour_that_is_offered_is_taken(send):
    said = errors(send(accent="#ffcc00"))
    offered = said.partition("4.5:1. ")[2][:7]

    send(accent=offered)

    assert SiteSettings.objects.get().accent == offered


@pytest.mark.parametrize(
    ("content", "suffix"),
    [
        (SVG, "svg"),
        (b"\xef\xbb\xbf" + SVG, "svg"),
        (b'<?xml version="1.0"?>\n<!-- drawn > by hand -->\n' + SVG, "svg"),
        (b'<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "x.dtd">' + SVG, "svg"),
        (PNG, "png"),
        (ICO, "ico"),
        (b"<svg></svg>", ""),
        (b"<html><svg xmlns='http://www.w3.org/2000/svg'></html>", ""),
        (b'<!DOCTYPE svg [<!ENTITY a "b">]>' + SVG, ""),
        (b"GIF89a", ""),
        (b"\x89PNG", ""),
        (b"<!--" * 10_000, ""),
        (b"x", ""),
    ],
)
def test_an_icon_is_known_by_how_it_begins(content, suffix):
    assert icon_suffix(content) == suffix


def test_an_icon_is_stored_shown_and_given_up_again(send, admin_client, client):
    send(new_favicon=SimpleUploadedFile("evil.html", SVG, "text/html"))

    path = read_site().favicon_path
    assert path.endswith(".svg")
    assert client.get(path).content == SVG
    assert f'<img src="{path}"' in admin_client.get(FORM).content.decode()
    send(title="x")
    assert read_site().favicon_path == path
    send(new_favicon=SimpleUploadedFile("icon.png", PNG, "image/png"))
    assert read_site().favicon_type == "image/png"
    assert read_site().favicon_path != path
    send(default_favicon="on")
    assert read_site().favicon_path == "/static/entries/favicon.svg"
    assert not SiteSettings.objects.get().favicon


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"GIF89a", "The file is no icon"),
        (b"", "empty"),
        (
            SVG + b" " * MAX_FAVICON_BYTES,
            "The file is too large: 64.1\xa0KB. An icon may have at most 64.0\xa0KB.",
        ),
    ],
)
def test_a_file_that_is_no_small_icon_is_refused(send, content, sentence):
    page = send(new_favicon=SimpleUploadedFile("icon.svg", content))

    assert sentence in errors(page)
    assert not SiteSettings.objects.exists()


def test_text_in_the_place_of_a_file_is_no_file(send):
    send(new_favicon="icon.svg", title="x")

    assert SiteSettings.objects.get().favicon_name == ""


@pytest.mark.parametrize("name", ["title", "navigation", "me", "accent", "about", "author_link"])
@pytest.mark.parametrize("text", ["\x00", "\ud800".encode("utf-8", "surrogatepass"), "\x1f→\x85"])
def test_no_text_brings_the_form_down(send, name, text):
    assert send(**{name: text}).status_code == 200


def test_the_index_of_the_admin_leads_to_the_form(admin_client):
    index = admin_client.get("/admin/").content.decode()

    assert "Site settings" in index
    assert 'href="/admin/entries/sitesettings/"' in index
    assert admin_client.get("/admin/entries/sitesettings/")["Location"] == FORM


def test_there_is_one_row_and_no_way_to_another(admin_client):
    assert admin_client.get("/admin/entries/sitesettings/add/").status_code == 403
    assert admin_client.get("/admin/entries/sitesettings/1/delete/").status_code == 403
    response = admin_client.get("/admin/entries/sitesettings/2/change/", follow=True)
    assert response.redirect_chain[-1][0] == "/admin/"
    assert not SiteSettings.objects.exists()


def test_the_history_of_the_settings_says_who_changed_what(send, admin_client):
    send(title="Hedgerow")

    page = admin_client.get(reverse("admin:entries_sitesettings_history", args=[1]))

    assert "Changed Title" in page.content.decode()


def test_the_form_is_for_those_who_may_change_it(staff_client):
    reader = staff_client("view_sitesettings")
    page = reader.get(FORM)
    assert page.status_code == 200
    assert 'name="title"' not in page.content.decode()
    assert reader.post(FORM, {"title": "x"}).status_code == 403
    stranger = staff_client("change_entry")
    assert stranger.get(FORM).status_code == 403
    assert stranger.post(FORM, {"title": "x"}).status_code == 403
    assert not SiteSettings.objects.exists()
    editor = staff_client("change_sitesettings")
    assert editor.get(FORM).status_code == 200
