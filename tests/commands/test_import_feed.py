"""`import_feed` at the command line: its output, stderr and exit status."""

import gzip
import io
import json
import os
import subprocess
import sys

import pytest
from django.conf import settings as site
from django.core.management import CommandError, call_command
from werkzeug import Response

from entries.models import Entry, ImportRun, Source
from tests.importing.atom import FEED, entry, feed

HTML = b"<!DOCTYPE html><html><head><title>x</title></head><body><p>x</body></html>"
NAMING = HTML.replace(
    b"<title>", b'<link rel="alternate" type="application/atom+xml" href="/a?b=1&amp;c"><title>'
)
ACCENTS = feed(entry(1, title="Größe – “ja”")).decode()


@pytest.fixture
def run(db, capfd):
    """Run the command; returns its exit code, stdout and stderr."""

    def run(*arguments, **options):
        code = 0
        try:
            call_command("import_feed", *map(str, arguments), **options)
        except SystemExit as exit_:
            code = exit_.code
        out, err = capfd.readouterr()
        return code, out, err

    return run


@pytest.fixture
def feed_file(tmp_path):
    def feed_file(data: bytes, name: str = "feed.atom"):
        path = tmp_path / name
        path.write_bytes(data)
        return path

    return feed_file


@pytest.fixture
def served(httpserver):
    """Returns the URL of a server that serves these bytes."""

    def served(data=b"", status=200, path="/feed", **headers):
        response = Response(data, status, headers)
        httpserver.expect_request(path).respond_with_response(response)
        return httpserver.url_for(path)

    return served


def test_a_file_is_imported(run, feed_file):
    code, out, err = run(feed_file(feed(entry(1), entry(2))))

    assert (code, err) == (0, "")
    assert out == "A blog of examples: 2 created\n"


def test_no_such_file(run, tmp_path):
    code, out, err = run(tmp_path / "none.atom")

    assert (code, out) == (1, "")
    assert err == f"{tmp_path}/none.atom: there is no such file\n"


def test_a_directory(run, tmp_path):
    code, _, err = run(tmp_path)

    assert code == 1
    assert err == f"{tmp_path}: it is a directory; name a feed file in it\n"


BAD_BYTES = {
    "empty": (b"", "it is empty"),
    "blank": (b"\n\t \n", "it is empty"),
    "text": (b"Just some text.", "it is no Atom, RSS or JSON feed"),
    "binary": (bytes(range(256)) * 10, "it is no Atom, RSS or JSON feed"),
    "another xml": (
        b"<?xml version='1.0'?><opml><body/></opml>",
        "it is no Atom, RSS or JSON feed",
    ),
    "html": (HTML, "it is an HTML page, not a feed"),
    "naming": (NAMING, "it is an HTML page, not a feed; the page names this feed: "),
}


@pytest.mark.parametrize("name", BAD_BYTES)
def test_bytes_that_are_no_feed(run, feed_file, name):
    data, reason = BAD_BYTES[name]

    path = feed_file(data)
    for options in ([f"--url={FEED}"], []):
        code, out, err = run(path, *options)

        assert (code, out) == (1, "")
        assert err.startswith(f"{path}: {reason}")
        assert err.count("\n") == 1
    assert not Source.objects.exists()
    assert not ImportRun.objects.exists()


def test_a_page_names_the_address_of_its_feed(run, feed_file, served):
    _, _, err = run(feed_file(NAMING), f"--url={FEED}")
    assert "this feed: https://blog.example/a?b=1&c" in err

    _, _, err = run(served(NAMING, content_type="text/html"))
    assert "/a?b=1&c" in err


def test_a_truncated_feed_gives_what_stood_before_the_break(run, feed_file):
    whole = feed(*map(entry, range(5)))

    code, out, err = run(feed_file(whole[: whole.index(b"Post 3")]))

    assert (code, out) == (0, "A blog of examples: 3 created\n")
    assert "breaks off after entry 3" in err


@pytest.mark.parametrize(
    ("data", "warns"),
    [
        (ACCENTS.encode(), False),
        (b"\xef\xbb\xbf" + ACCENTS.encode(), False),
        (b"\n\n" + ACCENTS.encode(), False),
        (ACCENTS.replace("utf-8", "utf-16").encode("utf-16"), False),
        (ACCENTS.replace("utf-8", "windows-1252").encode("cp1252"), False),
        (ACCENTS.replace(' encoding="utf-8"', "").encode(), False),
        (ACCENTS.encode("cp1252"), True),
        (ACCENTS.replace(' encoding="utf-8"', "").encode("cp1252"), True),
        (ACCENTS.replace("utf-8", "utf-16").encode(), True),
        (ACCENTS.replace("utf-8", "us-ascii").encode(), None),
        (ACCENTS.replace("utf-8", "iso-8859-1").encode("cp1252"), None),
        (ACCENTS.replace("utf-8", "klingon").encode(), None),
    ],
)
def test_an_encoding_is_read_whatever_the_declaration_says(run, feed_file, data, warns):
    code, _, err = run(feed_file(data))

    assert code == 0
    assert Entry.objects.get().title == "Größe – “ja”"
    if warns is not None:
        assert bool(err) == warns


@pytest.mark.parametrize("type_", ["text/xml", "application/xml", "text/plain", "text/html", ""])
def test_a_media_type_without_a_charset_says_nothing_of_the_encoding(run, served, type_):
    code, _, err = run(served(ACCENTS.encode(), content_type=type_))

    assert (code, err) == (0, "")
    assert Entry.objects.get().title == "Größe – “ja”"


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (404, "there is no feed at this address (not found): HTTP status 404"),
        (410, "the feed is gone for good: HTTP status 410"),
        (403, "it may not be read (forbidden): HTTP status 403"),
        (500, "HTTP status 500"),
    ],
)
def test_a_server_that_has_no_feed(run, served, status, reason):
    code, out, err = run(url := served(b"no", status))

    assert (code, out) == (1, "")
    assert err.startswith(f"{url}: ")
    assert reason in err


def test_a_refused_connection(run):
    code, _, err = run("http://127.0.0.1:9/feed")

    assert code == 1
    assert "can't be reached" in err


def test_more_bytes_than_the_limit(run, served, settings):
    settings.FETCH_MAX_BYTES = 10_000
    bomb = gzip.compress(b" " * 10_000_000)

    for url in (
        served(b" " * 10_001, path="/plain"),
        served(bomb, path="/bomb", **{"Content-Encoding": "gzip"}),
    ):
        code, _, err = run(url)

        assert code == 1
        assert "larger than the limit of 10,000 bytes (FETCH_MAX_BYTES)" in err


@pytest.mark.parametrize("target", ["/feed", "ftp://127.0.0.1/feed", "file:///etc/passwd"])
def test_a_redirect_that_leads_nowhere(run, served, target):
    code, out, err = run(served(status=302, location=target))

    assert (code, out) == (1, "")
    assert "redirect" in err


def test_a_private_address_is_refused(run, served, settings):
    settings.FETCH_ALLOW_PRIVATE = []

    code, _, err = run(served(feed(entry(1))))

    assert code == 1
    assert "FETCH_ALLOW" in err


def test_one_bad_source_does_not_stop_the_next(run, feed_file, tmp_path):
    code, out, err = run(tmp_path / "none", feed_file(feed(entry(1))))

    assert (code, out) == (1, "A blog of examples: 1 created\n")
    assert err.count("\n") == 1


def test_stdin_is_read(run, monkeypatch):
    def pipe(data):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))

    pipe(feed(entry(1)))
    assert run("-")[0] == 0
    assert Source.objects.get().url == FEED
    nameless = feed(entry(2), self_url="")
    pipe(nameless)
    code, _, err = run("-")
    assert code == 1
    assert "--url" in err
    pipe(nameless)
    assert run("-", "--url=https://other.example/feed")[0] == 0
    assert set(Source.objects.values_list("url", flat=True)) == {
        FEED,
        "https://other.example/feed",
    }


@pytest.mark.parametrize(
    "arguments",
    [
        ("a", "--limit=0"),
        ("a", "b", "--url=https://blog.example/"),
        ("https://blog.example/", "--url=https://blog.example/"),
        ("a", "--url=not-an-address"),
        ("a", "--url=https://joe:sesame@blog.example/"),
        (),
        ("a", "--limit=many"),
    ],
)
def test_wrong_use(db, arguments):
    with pytest.raises(CommandError) as raised:
        call_command("import_feed", *arguments)

    assert raised.value.returncode == 2 or not arguments or "many" in arguments[1]


COUNTS = {"created", "updated", "unchanged", "conflicts", "skipped", "failed"}


def test_the_report_in_json(run, feed_file, tmp_path):
    path = feed_file(feed(entry(1), "<entry/>"))

    code, out, err = run(path, tmp_path / "none", "--json")

    report = json.loads(out)
    assert code == 1
    assert err == f"{tmp_path}/none: there is no such file\n"
    assert set(report) == {"dry_run", "sources"} | COUNTS
    assert (report["created"], report["skipped"], report["failed"]) == (1, 1, 1)
    good, bad = report["sources"]
    assert set(good) >= {"source", "title", "status", "error", "entries"} | COUNTS
    assert (good["source"], good["status"], good["error"]) == (str(path), "imported", None)
    assert (bad["status"], bad["error"]) == ("failed", err.strip())
    assert bad["entries"] == []
    assert [set(item) for item in good["entries"]] == [{"id", "title", "action", "reasons"}] * 2
    assert good["entries"][0] == {
        "id": "https://blog.example/2024/Mar/2/post-1/",
        "title": "Post 1",
        "action": "created",
        "reasons": ["new", "dated by: published"],
    }


def test_a_dry_run_says_all(run, feed_file):
    path = feed_file(feed(entry(1)))

    code, out, _ = run(path, "--dry-run")

    assert code == 0
    assert "would be 1 created" in out
    assert "created: Post 1 – new; dated by: published" in out
    assert not Source.objects.exists()
    assert json.loads(run(path, "--dry-run", "--json")[1])["dry_run"] is True


def test_a_feed_that_is_not_modified(run, served):
    url = served(feed(entry(1)), etag='"1"')
    run(url)
    served_again = Source.objects.get()
    assert served_again.etag == '"1"'

    code, out, _ = run(url, "--draft", "--limit=1")

    assert code == 0
    assert "1 unchanged" in out


@pytest.fixture
def shell(new_database):
    """Run manage.py in a process of its own, with a database of its own."""
    env = os.environ | {"DATABASE_URL": f"sqlite:///{new_database()}"}
    env |= {"DJANGO_SETTINGS_MODULE": "config.settings", "SECRET_KEY": "x" * 60}

    def shell(*arguments, stdin=b""):
        return subprocess.run(
            [sys.executable, "manage.py", *map(str, arguments)],
            cwd=site.BASE_DIR,
            env=env,
            input=stdin,
            capture_output=True,
            check=False,
        )

    return shell


def test_a_process_exits_by_0_1_and_2_with_clean_streams(shell, feed_file, tmp_path):
    document = feed(entry(1, title="Größe"))

    good = shell("import_feed", "-", "--json", stdin=document)
    failed = shell("import_feed", tmp_path / "none", "--json")
    wrong = [shell("import_feed"), shell("import_feed", "a", "--limit=0")]

    assert (good.returncode, good.stderr) == (0, b"")
    assert json.loads(good.stdout)["sources"][0]["entries"][0]["title"] == "Größe"
    assert failed.returncode == 1
    assert json.loads(failed.stdout)["failed"] == 1
    assert failed.stderr.decode() == f"{tmp_path}/none: there is no such file\n"
    assert [process.returncode for process in wrong] == [2, 2]
    assert all(process.stderr and not process.stdout for process in wrong)


def test_an_address_without_a_scheme_is_one_where_no_file_has_that_name(run, served):
    address = served(feed(entry(1))).removeprefix("http://")

    code, _, err = run(address)

    assert (code, err) == (0, "")
    assert Source.objects.get().url == f"http://{address}"


def test_an_address_without_a_scheme_that_is_a_source_is_asked_as_it_is_known(run, served):
    url = served(status=500)
    Source.objects.create(url=url)

    code, _, err = run(url.removeprefix("http://"))

    assert code == 1
    assert Source.objects.get().failures == 1
    assert err.count("500") == 1


def test_what_is_neither_file_nor_address_says_what_it_was_taken_for(run):
    code, _, err = run("127.0.0.1:9/feed")

    assert code == 1
    assert "https://127.0.0.1:9/feed" in err
    assert "There is no file 127.0.0.1:9/feed, so it was taken for a URL." in err


@pytest.mark.parametrize("name", ["no-such.atom", "feeds/no-such.xml", "./example.org", "example"])
def test_the_path_of_a_file_that_is_not_there_is_no_address(run, name):
    code, _, err = run(name)

    assert code == 1
    assert "http" not in err


def test_a_file_with_the_name_of_a_host_is_read(run, feed_file, monkeypatch):
    path = feed_file(feed(entry(1)), "example.org")
    monkeypatch.chdir(path.parent)

    code, out, _ = run("example.org")

    assert code == 0
    assert "1 created" in out
