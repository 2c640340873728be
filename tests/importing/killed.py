"""Starts `sync_feeds` in a process of its own, again and again, and kills it at random.

    python -m tests.importing.killed KILLS SEED

The database and the sources are those of the environment's settings. Processes are forked
from one that has Django loaded, so that a start costs little and a kill comes in the midst.
Prints how many were killed while they ran.
"""

import os
import random
import signal
import sys
import time

import django
from django.core.management import call_command
from django.db import connections


def main(kills: int, seed: int) -> None:
    django.setup()
    from entries.importing import importer, sync  # noqa: F401  loaded before the forks
    from entries.models import Source

    importer.MAX_BATCH_ENTRIES = 10
    chance = random.Random(seed)
    killed = 0
    for _ in range(kills):
        Source.objects.update(next_check_at=None, etag="")
        connections.close_all()
        pid = os.fork()
        if pid == 0:
            call_command("sync_feeds", "--jobs", "2")
            os._exit(0)
        time.sleep(chance.uniform(0.005, 1.2))
        os.kill(pid, signal.SIGKILL)
        _, status = os.waitpid(pid, 0)
        killed += os.WIFSIGNALED(status)
    sys.stdout.write(f"{killed}\n")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
