"""Whatever is done at the desk or by an import, pages from memory are those of the database.

Two servers on one database: one keeps finished pages, as `make run` starts it; the other makes
each page anew.
"""

import copy
import time
from itertools import islice

import pytest
import urllib3

from config.finished_pages import MAX_DELAY_SECONDS, MAX_DELAY_SECONDS_ELSEWHERE
from tests.browser.sample import free_port

from .desk import Editor, Record
from .importers import Importers
from .jobs import make_jobs
from .test_all_at_once import site as site
from .upstream import serve_feeds

PATHS = [
    *("/", "/articles/", "/tags/", "/tags/all/", "/tags/stays/", "/archive/", "/sources/"),
    *("/atom/everything/", "/json/everything/", "/tags/all.atom", "/sitemap.xml"),
]
JOBS = 24
# Connections are spread over the two workers: either may answer.
TIMES = 4


def beside(site):
    """A server on the same database that keeps no page."""
    other = copy.copy(site)
    port = free_port()
    other.bind, other.url = f"127.0.0.1:{port}", f"http://127.0.0.1:{port}"
    other.environment = site.environment | {"CACHE_PAGES_BYTES": "0"}
    return other


def read(url):
    with urllib3.PoolManager(headers={"Host": "127.0.0.1"}) as pool:
        response = pool.request("GET", url, redirect=False)
        return response.status, response.headers.get("ETag"), response.data


@pytest.mark.stress
def test_pages_from_memory_are_those_of_the_database(site, httpserver):
    there = site.run("prepare", told=serve_feeds(httpserver))
    anew = beside(site)
    delay = MAX_DELAY_SECONDS["sqlite"]
    if "postgres" in site.environment["DATABASE_URL"]:
        delay = MAX_DELAY_SECONDS_ELSEWHERE
    record = Record()
    editor = Editor(site.url, there["session"], record, Importers(site, 0))
    with site.served(), anew.served():
        jobs = make_jobs(100, there["entries"], there["sources"], there["tags"])
        for number, job in enumerate(islice(jobs, JOBS)):
            for path in PATHS * TIMES:
                read(site.url + path)
            job.do(editor)
            if number % 8 == 7:
                site.run("imports")
            time.sleep(delay)

            for path in PATHS:
                made = read(anew.url + path)
                for _ in range(TIMES):
                    assert read(site.url + path) == made, (job, path)

    assert not record.troubles
    assert "Traceback" not in site.log.read_text()
