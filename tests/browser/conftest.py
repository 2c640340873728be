"""A site to look at, in Debian's Chromium."""

import os

import pytest

from .everything import feed
from .sample import sample_site

# Playwright's own loop runs in this thread, in which Django else refuses to ask the database.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


@pytest.fixture(scope="session")
def browser_type_launch_args():
    return {
        "executable_path": "/usr/bin/chromium",
        "args": [
            "--no-sandbox",
            "--disable-gpu",
            "--disable-background-networking",
            "--disable-dev-shm-usage",
            # What entries embed from elsewhere fails at once, with and without a network.
            "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
        ],
    }


@pytest.fixture(scope="session")
def site():
    """The address of a site as in production, with the sample and all that can stand in a feed.

    The tests of a session share it: they only read.
    """
    with sample_site(feed) as address:
        yield address
