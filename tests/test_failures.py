"""Messages when the database, the disk or the cache fails: a sentence, no traceback."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from django.urls import reverse

from tests.admin.conftest import form_data

ROOT = Path(__file__).parent.parent
SAMPLE = ROOT / "entries" / "sample" / "sample.atom"
NOT_UP_TO_DATE = "The database is not up to date with the program."
READ_ONLY = "The database is read-only: nothing can be saved."
NOWHERE = "postgres://joe:sesame@127.0.0.1:1/nowhere"


def environment(**variables):
    return {
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "SECRET_KEY": "for these tests only, and long enough for the checks of Django",
    } | variables


def manage(*arguments, stdout=subprocess.PIPE, **variables):
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=environment(**variables),
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
        timeout=120,
    )


@pytest.fixture
def site(new_database):
    """The URL of a migrated SQLite database."""
    return f"sqlite:///{new_database()}"


@pytest.mark.parametrize(
    ("command", "url", "said"),
    [
        (["sync_feeds"], "sqlite:///{folder}/new.sqlite3", NOT_UP_TO_DATE),
        (["import_feed", str(SAMPLE)], "{site}?init_command=PRAGMA%20query_only%3D1", READ_ONLY),
        (
            ["migrate", "-v0"],
            "sqlite:///{folder}/small.sqlite3?init_command=PRAGMA%20max_page_count%3D30",
            "The disk of the database is full.",
        ),
        (["sync_feeds"], "sqlite:///{folder}", "The database can't be opened."),
        (["sync_feeds"], f"sqlite:///{SAMPLE}", "The database can't be read."),
        (["sync_feeds"], NOWHERE, "The database does not answer."),
    ],
    ids=["not migrated", "read-only", "full", "a folder", "no database", "no server"],
)
def test_a_command_without_its_database_ends_with_a_sentence(site, tmp_path, command, url, said):
    result = manage(*command, DATABASE_URL=url.format(site=site, folder=tmp_path))

    assert result.returncode == 1
    assert said in result.stderr
    assert "DATABASE_URL" in result.stderr or "manage.py prepare" in result.stderr
    assert "Traceback" not in result.stderr
    assert "sesame" not in result.stderr


def test_who_wants_the_traceback_gets_it(tmp_path):
    url = f"sqlite:///{tmp_path}/new.sqlite3"

    result = manage("export_feed", "--traceback", DATABASE_URL=url)

    assert "no such table" in result.stderr.splitlines()[-1]


def test_an_error_of_the_program_keeps_its_traceback(tmp_path):
    result = manage("shell", "-c", "1 / 0", DATABASE_URL="sqlite://:memory:")

    assert "ZeroDivisionError" in result.stderr


@pytest.mark.parametrize(
    "command", [["import_feed", str(SAMPLE), "-v2"], ["export_opml"], ["help"]]
)
def test_a_reader_that_has_seen_enough_ends_a_command_quietly(site, command):
    reading, writing = os.pipe()
    os.close(reading)

    result = manage(*command, stdout=writing, DATABASE_URL=site)

    os.close(writing)
    assert (result.returncode, result.stderr) == (141, "")


def test_output_that_finds_no_room_is_said_to(site):
    with open("/dev/full", "w") as full:
        result = manage("export_opml", stdout=full, DATABASE_URL=site)

    assert (result.returncode, result.stderr) == (1, "The disk is full.\n")


ASK = """
import django
django.setup()
from django.test import Client
ask = Client(headers={"host": "127.0.0.1"}, raise_request_exception=False).get
for path in ["/", "/feed/of/old/", "/admin/", "/healthz", "/readyz"]:
    answer = ask(path)
    print(path, answer.status_code, answer.headers.get("Retry-After"), answer.content.decode())
"""


@pytest.mark.parametrize("debug", ["true", "false"])
def test_pages_without_a_database_answer_503(debug):
    asked = subprocess.run(
        [sys.executable, "-c", ASK],
        cwd=ROOT,
        env=environment(DATABASE_URL=NOWHERE, DEBUG=debug),
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert asked.returncode == 0, asked.stderr
    said = asked.stdout
    assert "/ 503 60 The database does not answer." in said
    assert "/healthz 503 None The database does not answer." in said
    assert "/readyz 503 None database: does not answer" in said
    if debug == "false":
        assert "/feed/of/old/ 503 60 The database does not answer." in said


@pytest.fixture
def not_migrated(db):
    """Rename a table and forget the last migration, as if it were still to come."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE entries_sitesettings RENAME TO entries_settings_of_the_site")
    applied = MigrationRecorder.Migration.objects.filter(app="entries").order_by("-name")
    applied.first().delete()


def test_pages_of_a_database_that_is_not_migrated_answer_503(not_migrated, client, caplog):
    response = client.get("/")

    assert response.status_code == 503
    assert response.content.decode() == NOT_UP_TO_DATE + "\n"
    assert response["Cache-Control"].startswith("max-age=0")
    assert "manage.py prepare" in caplog.text
    assert "Traceback" not in caplog.text


def test_a_database_that_is_not_migrated_is_not_ready(not_migrated, client):
    assert client.get("/healthz").status_code == 200
    response = client.get("/readyz")

    assert response.status_code == 503
    assert "database: not up to date" in response.content.decode()


def test_a_missing_table_that_no_migration_would_bring_is_an_error_of_the_program(db):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE entries_sitesettings RENAME TO entries_settings_of_the_site")

    # After an error PostgreSQL runs nothing more in this transaction, so the cause is unknown.
    expected = 500 if connection.vendor == "sqlite" else 503
    assert Client(raise_request_exception=False).get("/").status_code == expected


@pytest.fixture
def read_only(db):
    """Make the database read-only until the test ends."""
    is_sqlite = connection.vendor == "sqlite"

    def switch():
        with connection.cursor() as cursor:
            if is_sqlite:
                cursor.execute("PRAGMA query_only=1")
            else:
                # Deferred constraints lock rows when they are checked, so they come first.
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET transaction_read_only=on")

    yield switch
    if is_sqlite:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA query_only=0")


def test_an_editor_who_saves_is_told_that_the_database_is_read_only(
    make_entry, admin_client, read_only
):
    entry = make_entry(title="Before")
    address = reverse("admin:entries_entry_change", args=[entry.pk])
    form = form_data(admin_client.get(address))
    read_only()

    response = admin_client.post(address, form | {"title": "After"})

    assert (response.status_code, response.content.decode()) == (503, READ_ONLY + "\n")


def test_a_read_only_database_is_read(make_entry, client, read_only):
    make_entry(title="Still here")
    read_only()

    assert "Still here" in client.get("/").content.decode()


def test_the_site_is_ready_when_its_database_is(db, client):
    response = client.get("/readyz", headers={"host": "10.0.0.7"})

    assert response.status_code == 200
    assert response.content.decode() == "database: ok\ncache: ok\n"


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def test_gunicorn_does_not_start_with_a_wrong_setting():
    served = ["--workers", "1", "--bind", f"127.0.0.1:{free_port()}", "--no-control-socket"]

    result = subprocess.run(
        [sys.executable, "-m", "gunicorn", "config.wsgi", *served],
        cwd=ROOT,
        env=environment(SITE_URL="http://["),
        capture_output=True,
        text=True,
        timeout=120,
    )

    assert result.returncode == 3
    assert "SITE_URL is 'http://['" in result.stderr
    assert "Traceback" not in result.stderr
