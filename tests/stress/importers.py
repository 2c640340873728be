"""Imports at the pace of the edits, so that a slow machine has no more of them than a fast one."""

import json
import threading

from .site import Site


class Importers:
    """Processes that import all sources at once, a round of it whenever they are told to.

    May be shared by threads. At most one round is under way, so that edits can't run ahead.
    """

    def __init__(self, site: Site, number: int):
        self.processes = [site.start("imports") for _ in range(number)]
        self.reports: list[tuple[str, str]] = []
        self.is_importing = False
        self.lock = threading.Lock()

    def next_round(self) -> None:
        """Begin to import, once the round before has come to its end."""
        with self.lock:
            self._end_round()
            for process in self.processes:
                assert process.stdin
                process.stdin.write("\n")
                process.stdin.flush()
            self.is_importing = True

    def finish(self) -> None:
        """Wait for the last round and end the processes. Raises when one has failed."""
        with self.lock:
            self._end_round()
        for process in self.processes:
            process.communicate()
            assert process.returncode == 0, f"{process.args} has failed; its log says why."

    def _end_round(self) -> None:
        if self.is_importing:
            for process in self.processes:
                assert process.stdout
                self.reports += json.loads(process.stdout.readline() or "[]")
        self.is_importing = False
