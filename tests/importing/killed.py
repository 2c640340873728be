"""Starts `sync_feeds` in a process of its own, again and again, and kills it during its work.

    python -m tests.importing.killed KILLS SEED

The database and the sources are those of the environment's settings. Processes are forked
from one that has Django loaded, so that a start costs little. Each kills itself before or after a
write (an INSERT, UPDATE or DELETE) with a random number, so that the kill does not depend on the
speed of the machine. A run with fewer writes ends by itself, and another follows. Prints how many
were killed, and fails if one of them has left a batch incomplete.
"""

import os
import random
import signal
import sys

import django
from django.core.management import call_command
from django.db import connections
from django.db.backends.signals import connection_created

LAST_WRITE = 60
MAX_RUNS_A_KILL = 4


class Killing:
    """Wraps each statement, and kills the process at the write with this number."""

    def __init__(self, number: int, *, is_done: bool):
        self.left = number
        self.is_done = is_done  # True: that write is executed before the kill

    def __call__(self, execute, sql, params, many, context):
        is_write = sql.startswith(("INSERT", "UPDATE", "DELETE"))
        self.left -= is_write
        is_last = is_write and self.left == 0
        if is_last and not self.is_done:
            os.kill(os.getpid(), signal.SIGKILL)
        result = execute(sql, params, many, context)
        if is_last:
            os.kill(os.getpid(), signal.SIGKILL)
        return result


def main(kills: int, seed: int) -> None:
    django.setup()
    from entries.importing import importer, sync  # noqa: F401  loaded before the forks
    from entries.models import Source

    importer.MAX_BATCH_ENTRIES = 10
    chance = random.Random(seed)
    killed = 0
    for _ in range(kills * MAX_RUNS_A_KILL):
        Source.objects.update(next_check_at=None, etag="")
        connections.close_all()
        killing = Killing(chance.randint(1, LAST_WRITE), is_done=chance.random() < 0.5)
        pid = os.fork()
        if pid == 0:
            run_until(killing)
        _, status = os.waitpid(pid, 0)
        killed += os.WIFSIGNALED(status)
        check_batches()
        if killed == kills:
            break
    sys.stdout.write(f"{killed}\n")


def check_batches() -> None:
    """Every batch is stored with all that belongs to it, or not at all.

    Feeds of 25 entries come in batches of 10, 10 and 5, and each entry has two tags.
    """
    from entries.models import Entry, IdentityKey, SearchDocument, Sighting, TaggedEntry

    entries = Entry.objects.count()
    assert entries % 5 == 0, entries
    assert Sighting.objects.exclude(entry=None).count() == entries
    assert IdentityKey.objects.values("sighting").distinct().count() == entries
    assert TaggedEntry.objects.count() == 2 * entries
    assert SearchDocument.objects.count() == entries
    for sighting in Sighting.objects.select_related("entry"):
        assert sighting.base["content"] == sighting.entry.content, sighting.guid


def run_until(killing: Killing) -> None:
    def begin(connection, **more):
        connection.execute_wrappers.append(killing)

    connection_created.connect(begin)
    call_command("sync_feeds", "--jobs", "2")
    os._exit(0)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
