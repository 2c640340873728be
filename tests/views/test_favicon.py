"""The site's icon: built in or uploaded, and never able to run scripts."""

import re

import pytest

from entries.models import SiteSettings

NAME = "favicon-0123456789abcdef.svg"
DRAWING = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.fixture
def set_favicon(db):
    def make(content=DRAWING, name=NAME):
        return SiteSettings.objects.create(pk=SiteSettings.PK, favicon=content, favicon_name=name)

    return make


def test_the_icon_is_served_for_ever_and_as_nothing_but_a_picture(set_favicon, client):
    set_favicon()

    response = client.get(f"/{NAME}")

    assert response.content == DRAWING
    assert response["Content-Type"] == "image/svg+xml"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "immutable" in response["Cache-Control"]
    policy = response["Content-Security-Policy"]
    assert "sandbox" in policy
    assert "default-src 'none'" in policy
    assert "script" not in policy


@pytest.mark.parametrize(("suffix", "type"), [("png", "image/png"), ("ico", "image/x-icon")])
def test_an_icon_says_its_type(set_favicon, client, suffix, type):
    name = NAME.replace("svg", suffix)
    set_favicon(b"\x89PNG", name)

    assert client.get(f"/{name}")["Content-Type"] == type
    icon = re.search('<link rel="icon"[^>]*>', client.get("/").content.decode()).group()
    assert f'type="{type}" href="/{name}"' in icon


def test_the_address_of_an_earlier_icon_leads_to_todays(set_favicon, client):
    old = "/favicon-fedcba9876543210.png"
    assert client.get(old)["Location"] == "/static/entries/favicon.svg"
    set_favicon()

    assert client.get(old)["Location"] == f"/{NAME}"
    assert client.get("/favicon.ico")["Location"] == f"/{NAME}"


@pytest.mark.parametrize(
    "address",
    [
        "/favicon-.svg",
        "/favicon-0123456789abcdef.html",
        "/favicon-0123456789ABCDEF.svg",
        "/x" + NAME,
    ],
)
def test_what_is_no_name_of_an_icon_is_not_found(set_favicon, client, address):
    set_favicon()

    assert client.get(address).status_code == 404
