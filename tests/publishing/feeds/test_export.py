"""`export_feed`: the feeds of the site, as files."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.conf import settings as site_settings
from django.core.management import CommandError, call_command
from django.db.models import QuerySet
from django.urls import NoReverseMatch
from lxml import etree

from entries.models import Entry, Source
from entries.publishing.feeds.feed import PAGE_SIZE
from tests.atom import ATOM, findings, hrefs, statements

NOON = datetime(2024, 3, 9, 12, 0, tzinfo=UTC)


@pytest.fixture
def site(make_entries):
    """More entries than a page of a feed holds, of each kind in turn."""
    kinds = Entry.Kind.values
    return make_entries(
        {
            "kind": kinds[number % 4],
            "title": f"Number {number} – “ä”",
            "tags": ["All of them", "C++"] if number % 4 else ["All of them"],
            "published": NOON + timedelta(minutes=number),
        }
        for number in range(PAGE_SIZE + 6)
    )


def exported(*options) -> bytes:
    stdout = StringIO()
    call_command("export_feed", *options, stdout=stdout)
    return stdout.getvalue().encode()


@pytest.mark.parametrize(
    ("options", "address"),
    [
        ([], "/atom/everything/"),
        (["--kind", "note"], "/atom/notes/"),
        (["--kind", "article"], "/atom/articles/"),
        (["--tag", "all-of-them"], "/tags/all-of-them.atom"),
        (["--tag", "ALL of them"], "/tags/all-of-them.atom"),
        (["--tag", "c++"], "/tags/c-plus-plus.atom"),
        (["--tag", "c++", "--kind", "link"], '/search.atom?q=tag:"C%2B%2B"+kind:link'),
        (["--format", "json"], "/json/everything/"),
        (["--format", "json", "--kind", "quotation"], "/json/quotations/"),
        (["--format", "json", "--tag", "c++"], "/tags/c-plus-plus.json"),
    ],
)
def test_an_exported_feed_is_the_one_that_the_site_serves(site, client, options, address, tmp_path):
    file = tmp_path / "feed.atom"

    document = exported(*options)
    call_command("export_feed", *options, "--output", str(file))

    assert document == client.get(address).content
    assert file.read_bytes() == document


@pytest.mark.parametrize("source", ["{pk}", "https://a.example/feed", "http://a.example/feed"])
@pytest.mark.parametrize("format", ["atom", "json"])
def test_the_feed_of_a_source_is_exported_by_its_number_or_address(
    make_entry, client, source, format
):
    known = Source.objects.create(url="https://a.example/feed", title="A")
    make_entry(source=known)
    make_entry()

    document = exported("--source", source.format(pk=known.pk), "--format", format)

    assert document == client.get(f"/sources/{known.pk}.{format}").content
    assert document.count(b"Entry ") == 1


def test_an_empty_site_has_a_feed_to_export(db, client):
    document = exported()

    assert document == client.get("/atom/everything/").content
    assert exported("--all") == document


@pytest.mark.parametrize(
    ("options", "wanted"),
    [
        ([], lambda entry: True),
        (["--kind", "link"], lambda entry: entry.kind == "link"),
        (["--tag", "c++"], lambda entry: entry.kind != "article"),
        (["--tag", "c++", "--kind", "link"], lambda entry: entry.kind == "link"),
    ],
)
def test_all_is_every_live_entry_in_one_document(site, make_entry, options, wanted):
    make_entry(kind="link", tags=["c++"], status=Entry.Status.DRAFT)
    make_entry(kind="link", tags=["c++"], published=datetime(2124, 1, 1, tzinfo=UTC))

    document = exported("--all", *options)

    root = etree.fromstring(document)
    assert findings(document, hrefs(root, "self")[0]) == []
    assert list(statements(document)) == [e.atom_id for e in reversed(site) if wanted(e)]
    assert hrefs(root, "next") == hrefs(root, "first") == []


def test_all_says_when_the_last_of_them_changed(site):
    site[0].updated = NOON + timedelta(days=9)
    site[0].save()

    root = etree.fromstring(exported("--all"))

    assert root.findtext(f"{ATOM}updated") == "2024-03-18T12:00:00+00:00"


def test_all_costs_queries_by_the_page_and_not_by_the_entry(site, django_assert_num_queries):
    with django_assert_num_queries(11 + 3 * 1):
        exported("--all")


def test_an_unknown_tag_is_wrong_use(db):
    with pytest.raises(CommandError, match="There is no tag 'nope'") as raised:
        exported("--tag", "nope")

    assert raised.value.returncode == 2


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--source", "https://nowhere.example/"], "There is no source"),
        (["--source", "99999999999999999999999"], "There is no source"),
        (["--source", "1", "--tag", "all-of-them"], "--source cannot be combined"),
        (["--source", "1", "--kind", "note"], "--source cannot be combined"),
        (["--format", "rss"], "invalid choice"),
    ],
)
def test_what_there_is_not_is_wrong_use(site, options, message):
    with pytest.raises(CommandError, match=message) as raised:
        exported(*options)

    assert raised.value.returncode in (1, 2)


def test_two_conditions_make_another_feed_than_one(site):
    ids = {
        etree.fromstring(exported(*options)).findtext(f"{ATOM}id")
        for options in (
            [],
            ["--tag", "c++"],
            ["--kind", "link"],
            ["--tag", "c++", "--kind", "link"],
            ["--tag", "c++", "--kind", "note"],
        )
    }

    assert len(ids) == 5


def test_a_json_feed_of_all_is_one_document(site):
    feed = json.loads(exported("--all", "--format", "json"))

    assert [item["id"] for item in feed["items"]] == [entry.atom_id for entry in reversed(site)]
    assert "next_url" not in feed


@pytest.mark.parametrize("kind", ["notes", ""])
def test_an_unknown_kind_is_wrong_use(db, kind):
    with pytest.raises(CommandError, match="invalid choice"):
        exported("--kind", kind)


def test_a_file_is_replaced_whole_and_nothing_is_left_beside_it(site, tmp_path):
    file = tmp_path / "feed.atom"
    file.write_text("the old one")

    call_command("export_feed", "--output", str(file))

    assert file.read_bytes() == exported()
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize("command", ["export_feed", "export_opml"])
@pytest.mark.parametrize("mode", [0o600, 0o640, 0o664])
def test_a_file_that_is_replaced_keeps_its_mode_and_owner(site, tmp_path, command, mode):
    file = tmp_path / "feed.atom"
    file.touch()
    file.chmod(mode)
    if os.geteuid() == 0:
        os.chown(file, 1234, 4321)
    before = file.stat()

    call_command(command, "--output", str(file))

    after = file.stat()
    assert (after.st_mode, after.st_uid, after.st_gid) == (
        before.st_mode,
        before.st_uid,
        before.st_gid,
    )
    assert after.st_ino != before.st_ino


@pytest.mark.parametrize(("umask", "mode"), [(0o077, 0o600), (0o022, 0o644), (0o007, 0o660)])
def test_a_new_file_has_the_mode_that_the_umask_leaves(site, tmp_path, umask, mode):
    file = tmp_path / "feed.atom"
    before = os.umask(umask)

    try:
        call_command("export_feed", "--output", str(file))
    finally:
        os.umask(before)

    assert file.stat().st_mode & 0o777 == mode


def test_a_link_stays_a_link_to_the_new_file(site, tmp_path):
    target, link = tmp_path / "target.atom", tmp_path / "feed.atom"
    target.write_text("the old one")
    link.symlink_to(target)

    call_command("export_feed", "--output", str(link))

    assert link.is_symlink()
    assert target.read_bytes() == exported()


def test_a_device_is_written_to_and_not_replaced(site):
    call_command("export_feed", "--output", os.devnull)

    assert not os.path.isfile(os.devnull)


def test_a_file_that_cannot_be_written_is_named(site, tmp_path):
    (tmp_path / "file").touch()

    for path in (tmp_path, tmp_path / "missing" / "feed.atom", tmp_path / "file" / "feed.atom"):
        with pytest.raises(CommandError, match="cannot be written") as raised:
            call_command("export_feed", "--output", str(path))

        assert str(path) in str(raised.value)
        assert raised.value.returncode == 1


def test_a_feed_that_fails_halfway_leaves_the_old_file(site, tmp_path):
    file = tmp_path / "feed.atom"
    file.write_text("the old one")
    # No address can be made of this slug, and so no feed of the site.
    QuerySet(Entry).filter(pk=site[3].pk).update(slug="a/b")

    with pytest.raises(NoReverseMatch):
        call_command("export_feed", "--all", "--output", str(file))

    assert file.read_text() == "the old one"
    assert list(tmp_path.iterdir()) == [file]


def test_standard_output_is_the_document_in_utf_8_whatever_the_terminal_speaks(new_database):
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DATABASE_URL": f"sqlite:///{new_database()}",
        "SITE_TITLE": "Ünïcode „site“",
        "PYTHONIOENCODING": "latin-1",
    }

    def manage(*arguments):
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=site_settings.BASE_DIR,
            env=environment,
            capture_output=True,
            check=False,
        )

    result = manage("export_feed")
    wrong = manage("export_feed", "--tag", "nope")

    assert result.returncode == 0
    assert etree.fromstring(result.stdout).findtext(f"{ATOM}title") == "Ünïcode „site“"
    assert findings(result.stdout, "http://testserver/atom/everything/") == []
    assert (wrong.returncode, wrong.stdout) == (2, b"")
    assert b"There is no tag 'nope'" in wrong.stderr
