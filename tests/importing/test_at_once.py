"""Several processes that import at the same time, on one SQLite file."""

import json
import sqlite3
import subprocess
import sys
import time

import pytest

from tests.importing.reading.test_worker import many_tags

from .atom import entry, feed
from .test_sync_killed import ROOT, Site

PROCESSES = 4

pytestmark = pytest.mark.exhaustive


def start(site, *arguments):
    return subprocess.Popen(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=site.env,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_first_imports_of_one_address_at_once_store_it_once(httpserver, new_database):
    same, other = httpserver.url_for("/same"), httpserver.url_for("/other")
    for url, path, number in ((same, "/same", 1), (other, "/other", 3)):
        data = feed(entry(number), entry(number + 1), self_url=url)
        httpserver.expect_request(path).respond_with_data(data)
    site = Site(new_database())

    runs = [start(site, "import_feed", same, other, "--json") for _ in range(PROCESSES)]
    results = [(*run.communicate(), run.returncode) for run in runs]

    for out, err, status in results:
        assert "Traceback" not in err
        sources = json.loads(out)["sources"]
        assert len(sources) == 2
        busy = [source for source in sources if source["status"] == "failed"]
        assert all("another run is importing it" in source["error"] for source in busy)
        assert status == bool(busy)
    assert sum(json.loads(out)["created"] for out, _, _ in results) == 4
    with sqlite3.connect(site.database) as database:
        assert database.execute("SELECT count(*) FROM entries_source").fetchone() == (2,)
        assert database.execute("SELECT count(*) FROM entries_entry").fetchone() == (4,)


def test_others_can_write_while_posts_are_cleaned(new_database, tmp_path):
    site = Site(new_database())
    slow = tmp_path / "slow.atom"
    slow.write_bytes(feed(*(entry(number, many_tags()) for number in range(15))))
    written = refused = 0

    run = start(site, "import_feed", str(slow))
    # This editor does not wait for a locked database, and counts how often it was locked.
    with sqlite3.connect(site.database, timeout=0, isolation_level=None) as editor:
        while run.poll() is None:
            if editor.execute("SELECT count(*) FROM entries_importrun").fetchone() == (1,):
                try:
                    editor.execute("UPDATE entries_sitesettings SET tagline = 'Edited'")
                    written += 1
                except sqlite3.OperationalError:
                    refused += 1
            time.sleep(0.01)
    run.communicate()

    assert run.returncode == 0
    assert written > refused
    assert written > 10
