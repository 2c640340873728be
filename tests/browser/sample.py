"""A site made from the sample feed, served as in production."""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

# The address in the sample of one entry of each kind.
ENTRIES = {
    "article": "/2025/Sep/21/the-gate/",
    "link": "/2026/Nov/14/rfc-5005/",
    "quotation": "/2026/Nov/14/ropewalk/",
    "note": "/2026/Nov/15/frost/",
}


# What the site says of itself.
STATED = {
    "tagline": "Notes on keeping a small site for a long time, and a hedge for longer",
    "description": "Links, quotations, notes and articles by Tamsin Arkle, kept since 2016.",
    "author_name": "Tamsin Arkle",
    "author_link": "https://hedgerow.example/about/",
    "me": "https://social.example/@tamsin",
    "about": "<p>I keep a hedge, and this.</p><h2>Colophon</h2><p>Made by hand.</p>",
}

STATE = f"from entries.models import SiteSettings; SiteSettings(pk=1, **{STATED!r}).save()"


@contextmanager
def sample_site(make_feed: Callable[[str], str] | None = None) -> Iterator[str]:
    """The address of a new site with the sample in it. It is gone afterwards.

    `make_feed` makes a further feed to be imported, from the site's address.
    """
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        site = f"http://127.0.0.1:{port}"
        environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "DATABASE_URL": f"sqlite:///{folder}/sample.sqlite3",
            "CACHE_URL": "locmemcache://",
            "DEBUG": "false",
            "SITE_URL": site,
            "SITE_TITLE": "Hedgerow",
            "SECRET_KEY": "of a site that lives for a minute",
            "ALLOWED_HOSTS": "127.0.0.1",
            "TIME_ZONE": "UTC",
        }
        manage(environment, "prepare")
        manage(environment, "shell", "-c", STATE)
        if make_feed:
            Path(folder, "further.atom").write_text(make_feed(site))
            manage(environment, "import_feed", f"{folder}/further.atom")
        server = serve(environment, port)
        try:
            wait_for(site, server)
            yield site
        finally:
            server.terminate()
            server.wait()


def manage(environment: dict[str, str], *command: str):
    subprocess.run(
        [sys.executable, "manage.py", *command],
        env=environment,
        check=True,
        stdout=subprocess.DEVNULL,
    )


def serve(environment: dict[str, str], port: int) -> subprocess.Popen:
    return subprocess.Popen(
        [
            *(sys.executable, "-m", "gunicorn", "config.wsgi", "--bind", f"127.0.0.1:{port}"),
            *("--threads", "4", "--log-level", "warning", "--no-control-socket"),
        ],
        env=environment,
    )


def wait_for(site: str, server: subprocess.Popen):
    for _ in range(300):
        try:
            urlopen(f"{site}/healthz").close()
        except URLError:
            if server.poll() is not None:
                break
            time.sleep(0.1)
        else:
            return
    raise SystemExit("The site did not come up.")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
