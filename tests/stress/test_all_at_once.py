"""Many editors, bulk actions and imports of changed feeds on one site: nothing is lost.

    python -m pytest -m stress tests/stress

On SQLite, or where TEST_DATABASE_URL is (it makes a database of its own there). STRESS_EDITS=1000
makes it ten times as long. What is done is a fixed number of things in a fixed order, shared by
a fixed number of editors; when each of them gets its turn is not. The imports go along with the
edits, a round for each 25.
"""

import os
import queue
import threading
import time
from collections.abc import Iterator

import pytest

from .desk import Editor, Record
from .importers import Importers
from .jobs import Job, make_jobs
from .site import Site, new_database
from .upstream import serve_feeds

EDITS = int(os.environ.get("STRESS_EDITS", "100"))
EDITORS = 6
IMPORTERS = 2


@pytest.fixture
def site(tmp_path) -> Iterator[Site]:
    with new_database(tmp_path) as database:
        yield Site(database, tmp_path / "log.txt")


def do_all(jobs: Iterator[Job], editors: list[Editor]) -> None:
    """Let each editor do the next thing that none has begun, until nothing is left."""
    waiting: queue.SimpleQueue[Job] = queue.SimpleQueue()
    for job in jobs:
        waiting.put(job)

    def work(editor: Editor) -> None:
        while True:
            try:
                job = waiting.get_nowait()
            except queue.Empty:
                return
            try:
                job.do(editor)
            # The others go on; the test fails by it.
            except Exception as error:
                editor.record.trouble(f"an editor met {error!r}")

    threads = [threading.Thread(target=work, args=[editor]) for editor in editors]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.mark.stress
def test_nothing_is_lost_when_all_write_at_once(site, httpserver):
    there = site.run("prepare", told=serve_feeds(httpserver))
    record = Record()
    with site.served():
        importers = Importers(site, IMPORTERS)
        editors = [Editor(site.url, there["session"], record, importers) for _ in range(EDITORS)]
        begin = time.monotonic()
        do_all(make_jobs(EDITS, there["entries"], there["sources"], there["tags"]), editors)
        importers.finish()
        seconds = time.monotonic() - begin
    reports = importers.reports
    troubles = record.troubles + site.run("check", told=record.as_json())

    print(
        f"{EDITS} edits and {len(record.done)} changes in all, {record.refused} forms refused, "
        f"{len(reports)} imports, {seconds:.0f} seconds"
    )
    # Of two that import one source at once, one is told so.
    busy = [error for _, error in reports if error and "another run is importing it" in error]
    assert [status for status, _ in reports].count("imported") + len(busy) == len(reports), reports
    assert not troubles, "\n".join([*troubles, site.log.read_text()[-5000:]])
    assert "Traceback" not in site.log.read_text(), site.log.read_text()[-5000:]
    assert len(record.done) > EDITS
