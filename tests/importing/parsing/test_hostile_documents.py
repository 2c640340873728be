"""A document of a megabyte never takes long to read, even if it is hostile to a library."""

import os
import subprocess
import sys

import pytest
from django.conf import settings
from hypothesis import settings as profile

from .hostile_documents import work

SIZE = 1_000_000
CHEAP_SECONDS = 0.01  # for a fifth of the size


def read(size, *names):
    """Read documents of a size in bytes, by name or all. Returns the seconds that each took."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.importing.parsing.hostile_documents", *names],
        cwd=settings.BASE_DIR,
        env=os.environ | {"HOSTILE_BYTES": str(size)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, (done.stdout[-100:], done.stderr[-500:])
    taken = (line.rpartition(" ") for line in done.stdout.splitlines())
    return {name: float(seconds) for name, _, seconds in taken}


@pytest.mark.exhaustive
def test_no_hostile_document_takes_more_than_its_time():
    names = list(work())

    taken = read(SIZE // 5)

    assert list(taken) == names
    # At night all documents have the whole size, else only those that are cheap to read.
    if profile.get_current_profile_name() != "nightly":
        names = [name for name in names if taken[name] < CHEAP_SECONDS]
    assert len(names) > 50
    assert list(read(SIZE, *names)) == names
