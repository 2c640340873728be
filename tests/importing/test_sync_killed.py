"""A killed run leaves every batch whole or absent, and the next run goes on."""

import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import settings
from werkzeug import Response

from .atom import entry, feed

ROOT = Path(__file__).parents[2]
# A dozen in continuous integration, hundreds at night.
KILLS = max(3, settings.default.max_examples // 3)
FEEDS = 4
ENTRIES = 25

# Without times and primary keys, which differ between runs.
CONTENT = {
    "entries": "SELECT atom_id, kind, status, title, slug, day, published, updated, content"
    " FROM entries_entry ORDER BY atom_id",
    "sightings": "SELECT guid, matched_by, dated_by, received_hash, base, received, leads, url,"
    " atom_id FROM entries_sighting s JOIN entries_source o ON o.id = s.source_id"
    " JOIN entries_entry e ON e.id = s.entry_id ORDER BY guid",
    "keys": "SELECT value, guid FROM entries_identitykey k"
    " JOIN entries_sighting s ON s.id = k.sighting_id ORDER BY value, guid",
    "tags": "SELECT atom_id, name FROM entries_taggedentry g"
    " JOIN entries_entry e ON e.id = g.entry_id"
    " JOIN entries_tag t ON t.id = g.tag_id ORDER BY atom_id, g.id",
    "counts": "SELECT name, live_count FROM entries_tag ORDER BY name",
    "changes": "SELECT field, theirs FROM entries_upstreamchange ORDER BY id",
    "sources": "SELECT url, title, status, failures, last_error, leased_by FROM entries_source"
    " ORDER BY url",
    "left open": "SELECT status FROM entries_importrun WHERE status = 'running'",
}


class Site:
    """A site with a database of its own, in which real processes run."""

    def __init__(self, database):
        self.database = database
        self.env = os.environ | {
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "SECRET_KEY": "only for this test, and long enough for the checks of Django",
            "DATABASE_URL": f"sqlite:///{database}",
            "FETCH_ALLOW_PRIVATE": "localhost",
        }

    def run(self, *arguments):
        done = subprocess.run(
            [sys.executable, *arguments], cwd=ROOT, env=self.env, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def content(self):
        with sqlite3.connect(self.database) as database:
            return {name: database.execute(query).fetchall() for name, query in CONTENT.items()}


@pytest.fixture
def feeds(httpserver):
    """Feeds whose posts change with every few requests, until `settled`."""

    class Feeds:
        asked = 0
        settled = False
        urls = [httpserver.url_for(f"/{number}") for number in range(FEEDS)]

        def answer(self, request):
            self.asked += 1
            state = "settled" if self.settled else f"at {self.asked // 20}"
            first = int(request.path[1:]) * ENTRIES
            return Response(
                feed(
                    *(
                        entry(number, f"<p>{number} {state}</p>", categories=f"all|{number % 7}")
                        for number in range(first, first + ENTRIES)
                    )
                )
            )

    feeds = Feeds()
    for number in range(FEEDS):
        httpserver.expect_request(f"/{number}").respond_with_handler(feeds.answer)
    return feeds


@pytest.mark.exhaustive
def test_runs_killed_at_any_write_end_in_the_same_database(feeds, new_database, tmp_path):
    outlines = "".join(f'<outline type="rss" text="x" xmlUrl="{url}"/>' for url in feeds.urls)
    (tmp_path / "list.opml").write_text(f'<opml version="2.0"><body>{outlines}</body></opml>')
    site = Site(new_database())
    site.run("manage.py", "import_opml", str(tmp_path / "list.opml"))
    undisturbed = Site(shutil.copy(site.database, tmp_path / "undisturbed.sqlite3"))

    killed = int(site.run("-m", "tests.importing.killed", str(KILLS), "7"))
    feeds.settled = True
    with sqlite3.connect(site.database) as database:
        database.execute("UPDATE entries_source SET next_check_at = NULL, etag = ''")
    site.run("manage.py", "sync_feeds")
    undisturbed.run("manage.py", "sync_feeds")

    assert killed == KILLS
    assert site.content() == undisturbed.content()
    assert len(site.content()["entries"]) == FEEDS * ENTRIES
