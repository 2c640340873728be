"""The least that a WSGI application can do: answer with bytes that it has.

Answers each path with the bytes that stand beside it in the JSON file named by BENCH_PAGES (by
path and Accept-Encoding, in Base64), and whoever says that he has a version with 304.
"""

import base64
import json
import os
from pathlib import Path

BODIES = {
    page: base64.b64decode(body)
    for page, body in json.loads(Path(os.environ["BENCH_PAGES"]).read_text("utf-8")).items()
}


def application(environ, start_response):
    if "HTTP_IF_NONE_MATCH" in environ:
        start_response("304 Not Modified", [])
        return []
    body = BODIES[f"{environ['PATH_INFO']} {environ.get('HTTP_ACCEPT_ENCODING', '')}"]
    start_response("200 OK", [("Content-Type", "text/html"), ("Content-Length", str(len(body)))])
    return [body]
