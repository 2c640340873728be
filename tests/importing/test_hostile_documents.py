"""No document of a megabyte takes long to read, whatever a library's expressions make of it."""

import subprocess
import sys

import pytest
from django.conf import settings

from .hostile_documents import work


@pytest.mark.exhaustive
def test_no_hostile_document_takes_more_than_its_time():
    done = subprocess.run(
        [sys.executable, "-m", "tests.importing.hostile_documents"],
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
    )

    assert done.stdout.splitlines() == list(work()), done.stderr[-500:]
    assert done.returncode == 0
