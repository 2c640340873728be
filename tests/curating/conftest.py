"""Editors decide about imported posts: these tests import by the fixtures of the importer's."""

from tests.importing.conftest import dump as dump
from tests.importing.conftest import read as read
from tests.importing.conftest import read_entry as read_entry
