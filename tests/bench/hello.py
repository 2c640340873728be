"""The least that a WSGI application can do: answer with bytes that it has.

Answers each path with the text that stands beside it in the JSON file named by BENCH_PAGES,
and whoever says that he has a version with 304.
"""

import json
import os
from pathlib import Path

BODIES = {
    path: body.encode()
    for path, body in json.loads(Path(os.environ["BENCH_PAGES"]).read_text("utf-8")).items()
}


def application(environ, start_response):
    if "HTTP_IF_NONE_MATCH" in environ:
        start_response("304 Not Modified", [])
        return []
    body = BODIES[environ["PATH_INFO"]]
    start_response("200 OK", [("Content-Type", "text/html"), ("Content-Length", str(len(body)))])
    return [body]
