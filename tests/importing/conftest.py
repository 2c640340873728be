import ssl

import pytest
import trustme
from django.apps import apps
from pytest_httpserver import HTTPServer

from entries.importing.fetching.fetched import Fetched
from entries.importing.importer import Options, import_document
from entries.models import Entry

from .atom import FEED, entry, feed


@pytest.fixture
def read(db):
    """Import a document, as bytes fetched from an address, and return the report."""

    def read(data, url=FEED, **options):
        return import_document(Fetched(url, data, url=url), Options(**options))

    return read


@pytest.fixture
def read_entry(read):
    """Import a feed of one entry, and return that entry."""

    def read_entry(html=None, **stated):
        read(feed(entry(1, html, **stated)))
        return Entry.objects.get()

    return read_entry


@pytest.fixture
def dump(db):
    """Returns every row of every table except those of import runs and the site version."""

    def dump(*but):
        return {
            model.__name__: list(model.objects.order_by("pk").values_list())
            for model in apps.get_app_config("entries").get_models()
            if model.__name__ not in ("ImportRun", "SiteVersion", *but)
        }

    return dump


@pytest.fixture
def feed_server(httpserver):
    """A real server with one feed, whose bytes can be replaced. It supports ETag."""
    return FeedServer(httpserver)


class FeedServer:
    def __init__(self, httpserver):
        self.data, self.etag, self.status = feed(), None, 200
        self.requests = []
        self.url = httpserver.url_for("/feed.atom")
        httpserver.expect_request("/feed.atom").respond_with_handler(self.answer)

    def answer(self, request):
        from werkzeug import Response

        self.requests.append(request)
        if self.etag and request.headers.get("If-None-Match") == self.etag:
            return Response(status=304)
        response = Response(self.data, self.status, content_type="application/atom+xml")
        if self.etag:
            response.headers["ETag"] = self.etag
        return response


@pytest.fixture
def tls_server(monkeypatch, tmp_path, settings):
    """Starts a TLS server with a certificate for a name, signed by a trusted authority."""
    settings.FETCH_ALLOW_PRIVATE = ["localhost", "127.0.0.1"]
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "authority.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    servers = []

    def start(name):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(name).configure_cert(context)
        server = HTTPServer(host="localhost", ssl_context=context)
        server.expect_request("/feed").respond_with_data(feed())
        server.start()
        servers.append(server)
        return server

    yield start
    for server in servers:
        server.stop()
