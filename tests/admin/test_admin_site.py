"""The admin site: logging in, its Content-Security-Policy and its title."""

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from entries.models import SiteSettings


@pytest.mark.parametrize("asked", ["", "?next=https://evil.example/", "?next=//evil.example"])
def test_who_logs_in_comes_to_the_index(client, db, asked):
    User.objects.create_superuser("ada", password="difference engine")

    response = client.post(
        f"/admin/login/{asked}", {"username": "ada", "password": "difference engine"}, follow=True
    )

    assert response.redirect_chain == [("/admin/", 302)]
    assert response.status_code == 200


def test_who_asked_for_a_page_is_there_after_logging_in(client, db):
    User.objects.create_superuser("ada", password="difference engine")

    asked = client.get("/admin/entries/tag/")
    response = client.post(
        asked.headers["Location"], {"username": "ada", "password": "difference engine"}
    )

    assert response.headers["Location"] == "/admin/entries/tag/"


@pytest.mark.parametrize(
    "path",
    [
        *("/admin/", "/admin/login/", "/admin/entries/entry/", "/admin/jsi18n/"),
        "/admin/entries/entry/?title__regex=x",
    ],
)
def test_every_page_of_the_admin_says_what_a_browser_may_load(admin_client, path):
    policy = admin_client.get(path).headers["Content-Security-Policy"]

    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "style-src 'self';" in policy
    assert "unsafe" not in policy


def test_the_title_of_the_site_costs_one_query(admin_client):
    SiteSettings(pk=SiteSettings.PK, title="The hedge").save()

    with CaptureQueriesContext(connection) as captured:
        html = admin_client.get("/admin/password_change/").content.decode()

    asked = [query["sql"] for query in captured if "sitesettings" in query["sql"]]
    assert html.count("The hedge") > 1
    assert len(asked) == 1
