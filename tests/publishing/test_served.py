"""Bytes and headers from a real server, as clients get them."""

import gzip
import os
import shutil
import subprocess
import sys
from http.client import HTTPConnection

import pytest
from django.conf import settings

PAGES = ["/", "/atom/everything/", "/json/everything/", "/tags/", "/search/?q=gate", "/sitemap.xml"]
# A 304 must have these headers if the 200 has them (RFC 9110, 15.4.5).
SAME = ["ETag", "Cache-Control", "Vary", "Content-Location", "Expires", "Last-Modified"]


@pytest.fixture(scope="module")
def port(empty_database, tmp_path_factory):
    """A gunicorn of two processes that serves the sample; gives its port."""
    database = shutil.copy(empty_database, tmp_path_factory.mktemp("served") / "site.sqlite3")
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "TEST_DATABASE_URL": f"sqlite:///{database}",
    }

    subprocess.run(
        [sys.executable, "manage.py", "import_feed", "entries/sample/sample.atom"],
        cwd=settings.BASE_DIR,
        env=environment,
        check=True,
        capture_output=True,
    )
    server = subprocess.Popen(
        [
            *(sys.executable, "-m", "gunicorn", "config.wsgi", "--bind", "127.0.0.1:0"),
            *("--workers", "2", "--threads", "2", "--no-control-socket"),
        ],
        cwd=settings.BASE_DIR,
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield next(
            int(line.rpartition(":")[2].split()[0])
            for line in server.stderr
            if "Listening at" in line
        )
    finally:
        server.terminate()
        server.communicate()


def ask(port, address, method="GET", **headers):
    """The response, its body read, as the server sent it."""
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, address, headers=names)
    response = connection.getresponse()
    body = response.read()
    connection.close()
    return response, body


@pytest.mark.parametrize("coding", ["identity", "gzip"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("address", PAGES)
def test_a_304_says_what_the_200_says_and_no_length(port, address, method, coding):
    first, body = ask(port, address, Accept_Encoding=coding)
    assert first.status == 200
    assert first.getheader("Content-Encoding", "identity") == coding
    assert gzip.decompress(body) if coding == "gzip" else body

    again, nothing = ask(
        port, address, method, Accept_Encoding=coding, If_None_Match=first.getheader("ETag")
    )

    assert (again.status, nothing) == (304, b"")
    assert again.getheader("Date")
    assert first.getheader("Vary") == "Accept-Encoding"
    for name in SAME:
        # Each process has its own dates of change.
        if name != "Last-Modified":
            assert again.getheader(name) == first.getheader(name), name
    for name in ("Content-Length", "Content-Type", "Content-Encoding", "Transfer-Encoding"):
        assert again.getheader(name) is None, name


def test_who_knows_only_the_date_is_not_sent_the_page_again(port):
    address = "/atom/articles/"
    first, _ = ask(port, address)

    # The other process has not seen it yet, and may send it once more.
    answers = {
        ask(port, address, If_Modified_Since=first.getheader("Last-Modified"))[0].status
        for _ in range(20)
    }

    assert 304 in answers


def test_a_connection_goes_on_after_a_304(port):
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", "/")
    first = connection.getresponse()
    first.read()

    statuses = []
    for _ in range(2):
        connection.request("GET", "/", headers={"If-None-Match": first.getheader("ETag")})
        response = connection.getresponse()
        statuses.append((response.status, response.read()))
    connection.close()

    assert statuses == [(304, b"")] * 2
