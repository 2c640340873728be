"""Photographs of each page type of a site made from the sample, for `docs/pictures/`.

Run as `make screenshots`. The first is the README's; all of them are for looking at.
"""

import os
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from playwright.sync_api import Browser, sync_playwright

PICTURES = Path("docs/pictures")
KEPT = {"home", "home-dark"}  # shown in the README; the others only pass through a folder
PAGES = {
    "home": "/",
    "article": "/2025/Sep/21/the-gate/",
    "link": "/2026/Nov/14/rfc-5005/",
    "quotation": "/2026/Nov/14/ropewalk/",
    "note": "/2026/Nov/15/frost/",
    "kind": "/quotations/",
    "tag": "/tags/permalinks/",
    "tags": "/tags/",
    "archive": "/archive/",
    "year": "/2021/",
    "month": "/2026/Nov/",
    "missing": "/nothing-here/",
}
SIZES = {
    "": {"viewport": {"width": 1280, "height": 900}},
    "-dark": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark"},
    "-phone": {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2},
    "-wide": {"viewport": {"width": 2200, "height": 1200}},
}


def main():
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        server = serve_sample(Path(folder), port)
        try:
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(
                    executable_path="/usr/bin/chromium",
                    args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
                )
                photograph(browser, f"http://127.0.0.1:{port}", Path(tempfile.gettempdir()))
                browser.close()
        finally:
            server.terminate()
            server.wait()


def serve_sample(folder: Path, port: int) -> subprocess.Popen:
    site = {
        "DATABASE_URL": f"sqlite:///{folder / 'sample.sqlite3'}",
        "SITE_URL": f"http://127.0.0.1:{port}",
        "SECRET_KEY": "for photographs only",
        "SITE_TITLE": "Hedgerow",
    }
    environment = os.environ | site
    subprocess.run(
        [sys.executable, "manage.py", "prepare"],
        env=environment,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    server = subprocess.Popen(
        [
            *(sys.executable, "-m", "gunicorn", "config.wsgi", "--bind", f"127.0.0.1:{port}"),
            *("--threads", "4", "--log-level", "warning", "--no-control-socket"),
        ],
        env=environment,
    )
    for _ in range(100):
        try:
            urlopen(f"http://127.0.0.1:{port}/healthz").close()
        except URLError:
            time.sleep(0.1)
        else:
            return server
    server.terminate()
    raise SystemExit("The site did not come up.")


def photograph(browser: Browser, site: str, folder: Path):
    """Every page in every size into `folder`, those that are kept into PICTURES."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    for size, options in SIZES.items():
        context = browser.new_context(**options)
        page = context.new_page()
        for name, path in PAGES.items():
            page.goto(site + path)
            file = f"{name}{size}.png"
            page.screenshot(path=(PICTURES if f"{name}{size}" in KEPT else folder) / file)
            print((PICTURES if f"{name}{size}" in KEPT else folder) / file)
        context.close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


if __name__ == "__main__":
    main()
