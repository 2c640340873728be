"""The fixtures for imports, since editors decide about imported posts."""

from tests.importing.conftest import dump as dump
from tests.importing.conftest import read as read
from tests.importing.conftest import read_entry as read_entry
