"""The feeds of the site's sources. Each time that one is asked for, it says something else."""

import itertools

from pytest_httpserver import HTTPServer
from werkzeug import Response

from tests.importing.atom import entry, feed

SOURCES = 3
ENTRIES_EACH = 12
# Of every fifth entry.
SEEDS = [f"seed-{number}" for number in range(5)]


def atom_id(source: int, number: int) -> str:
    return f"https://blog-{source}.example/{number}"


def serve_feeds(server: HTTPServer) -> list[str]:
    """Let the server have a feed for each source. Returns their addresses."""
    return [serve_feed(server, source) for source in range(SOURCES)]


def serve_feed(server: HTTPServer, source: int) -> str:
    path = f"/{source}.atom"
    versions = itertools.count()

    def answer(request):
        data = document(source, next(versions), server.url_for(path))
        return Response(data, content_type="application/atom+xml")

    server.expect_request(path).respond_with_handler(answer)
    return server.url_for(path)


def document(source: int, version: int, url: str) -> bytes:
    """The feed with new texts, new titles for every third entry, and a new category for each."""
    entries = [
        entry(
            number,
            f"<p>Text {number}, version {version}.</p>",
            id=atom_id(source, number),
            link=atom_id(source, number),
            title=f"Post {number}, version {version if number % 3 == 0 else 0}",
            categories=f"all|{SEEDS[number % 5]}|version-{version}|old-{number % 2}",
        )
        for number in range(ENTRIES_EACH)
    ]
    # One more with each version.
    new = entry(0, id=atom_id(source, 1000 + version), title=f"New {version}", link=None)
    return feed(*entries, new, self_url=url)
