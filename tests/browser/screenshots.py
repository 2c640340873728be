"""Photographs of each page type of a site made from the sample, for `docs/pictures/`.

Run as `make screenshots`. Those of KEPT go into the repository; all of them are for looking at,
and lie in a folder of their own under the system's for temporary files.
"""

import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from .sample import ENTRIES, sample_site

PICTURES = Path("docs/pictures")
FOLDER = Path(tempfile.gettempdir(), "feedstead-screenshots")
KEPT = {"home", "home-dark", "tag", "tag-dark", "found", "found-dark"}  # shown in the README
PAGES = {
    "home": "/",
    **ENTRIES,
    "kind": "/quotations/",
    "tag": "/tags/permalinks/",
    "tags": "/tags/",
    "tags-by-name": "/tags/?by=name",
    "archive": "/archive/",
    "year": "/2021/",
    "month": "/2026/Nov/",
    "day": "/2026/Nov/14/",
    "sources": "/sources/",
    "source": "/sources/1/",
    "about": "/about/",
    "search": "/search/",
    "found": "/search/?q=feeds+-tag:atom",
    "misspelt": "/search/?q=permalnks",
    "missing": "/2025/Sep/the-gat/",
}
SIZES = {
    "": {"viewport": {"width": 1280, "height": 900}},
    "-dark": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark"},
    "-phone": {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2},
    "-phone-dark": {
        "viewport": {"width": 390, "height": 844},
        "device_scale_factor": 2,
        "color_scheme": "dark",
    },
    "-wide": {"viewport": {"width": 2200, "height": 1200}},
}
# Whole pages as well, of which the first screen does not say enough.
WHOLE = {"article", "year", "found"}


def main():
    FOLDER.mkdir(exist_ok=True)
    PICTURES.mkdir(parents=True, exist_ok=True)
    with sample_site() as site, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium",
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        photograph(browser, site)
        browser.close()


def photograph(browser: Browser, site: str):
    """Every page in every size."""
    for size, options in SIZES.items():
        context = browser.new_context(**options)
        page = context.new_page()
        for name, path in PAGES.items():
            page.goto(site + path)
            file = (PICTURES if f"{name}{size}" in KEPT else FOLDER) / f"{name}{size}.png"
            page.screenshot(path=file)
            print(file)
            if name in WHOLE:
                page.screenshot(path=FOLDER / f"{name}{size}-whole.png", full_page=True)
                print(FOLDER / f"{name}{size}-whole.png")
        context.close()


if __name__ == "__main__":
    main()
