"""Somebody else who writes at the same moment: a thread with a database connection of its own."""

import threading
from collections.abc import Callable
from typing import Any

from django.db import connection, transaction

MAX_SECONDS = 30  # that a test waits before it fails


class Rival:
    """Runs `work` in a thread. `result` waits for what it returns, and raises what it raised."""

    def __init__(self, work: Callable[[], Any]):
        self.work = work
        self.pid = 0
        self.connected = threading.Event()
        self.returned: Any = None
        self.error: BaseException | None = None
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self):
        try:
            connection.ensure_connection()
            if connection.vendor == "postgresql":
                self.pid = connection.connection.info.backend_pid
            self.connected.set()
            self.returned = self.work()
        # Raised again where the test asks for the result.
        except BaseException as error:
            self.error = error
        finally:
            self.connected.set()
            connection.close()

    def wait_until_blocked(self) -> None:
        """Wait until PostgreSQL lets it wait for a lock."""
        assert self.connected.wait(MAX_SECONDS)
        for _ in range(MAX_SECONDS * 100):
            assert self.thread.is_alive(), f"It was to wait for a lock, but: {self.error!r}"
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT wait_event_type FROM pg_stat_activity WHERE pid = %s", [self.pid]
                )
                if cursor.fetchone() == ("Lock",):
                    return
            self.thread.join(0.01)
        raise AssertionError("It has not waited for any lock.")

    def result(self) -> Any:
        self.thread.join(MAX_SECONDS)
        assert not self.thread.is_alive(), "It has not come to an end."
        if self.error:
            raise self.error
        return self.returned


def while_uncommitted(write, work):
    """Call `write` in a transaction, and commit when a rival that does `work` waits for a lock.

    Returns what `work` returns. Only on PostgreSQL.
    """
    with transaction.atomic():
        write()
        rival = Rival(work)
        rival.wait_until_blocked()
    return rival.result()
