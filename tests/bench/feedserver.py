"""Many small feeds on many loopback addresses, some of them broken, slow or hostile."""

import json
import threading
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from .feed import SITE, make_entries

HOSTS = [f"127.0.0.{number}" for number in range(1, 51)]
ENTRIES = 20
BROKEN_EACH = 50  # one in fifty is broken: 2 %
SLOWNESS = 6  # seconds
KINDS_OF_BROKEN = ["missing", "no feed", "slow", "inward", "endless"]

BODY = "".join(make_entries(ENTRIES))
asked: Counter[str] = Counter()


class Feeds(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        if self.path == "/asked":
            self.answer(200, json.dumps(asked).encode())
            asked.clear()
            return
        number = int(self.path.strip("/").removesuffix(".atom"))
        etag = f'"{number}"'
        conditional = self.headers.get("If-None-Match") == etag
        asked["conditional" if conditional else "whole"] += 1
        if broken := how_broken(number):
            self.answer_broken(broken)
        elif conditional:
            self.answer(304, b"", ETag=etag)
        else:
            self.answer(200, document(number), ETag=etag)

    def answer_broken(self, broken: str) -> None:
        if broken == "missing":
            self.answer(404, b"")
        elif broken == "no feed":
            self.answer(200, b"<!doctype html><html><p>Nothing here.</p></html>")
        elif broken == "slow":
            time.sleep(SLOWNESS)
            self.answer(200, b"late")
        elif broken == "inward":
            self.answer(302, b"", Location="http://169.254.169.254/latest/")
        else:
            self.answer(200, b"<feed>" + b" " * 40_000_000)

    def answer(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status != 304:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        try:
            self.wfile.write(body)
        except OSError:
            self.close_connection = True

    def log_message(self, *arguments):
        """Nothing: what is asked is counted."""


def how_broken(number: int) -> str:
    """What is wrong with the feed of this number; empty for the sound ones."""
    if number % BROKEN_EACH != BROKEN_EACH - 1:
        return ""
    return KINDS_OF_BROKEN[number // BROKEN_EACH % len(KINDS_OF_BROKEN)]


def document(number: int) -> bytes:
    site = f"https://{number}.example/"
    return (
        '<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom">'
        f"<title>Feed {number}</title><id>{site}</id><updated>2026-01-01T00:00:00Z</updated>"
        f'<link href="{site}"/>{BODY.replace(SITE, site.rstrip("/"))}</feed>'
    ).encode()


def main() -> None:
    first = ThreadingHTTPServer((HOSTS[0], 0), Feeds)
    port = first.server_address[1]
    servers = [first, *(ThreadingHTTPServer((host, port), Feeds) for host in HOSTS[1:])]
    for server in servers:
        threading.Thread(target=server.serve_forever, daemon=True).start()
    print(port, flush=True)
    threading.Event().wait()


if __name__ == "__main__":
    main()
