"""The worker: a separate process that reads documents, with limits on CPU time and memory.

A hostile document can make a library run for ever or fill the memory. The limits bound that, and
only the import of that document fails. The process starts with the first document and reads one
after another; threads that read at the same time have one process each.
"""

import atexit
import fcntl
import os
import resource
import subprocess
import sys
import threading
import traceback
from multiprocessing.connection import Connection, Pipe
from pathlib import Path
from typing import Any

from entries.importing.errors import ParseError

from .reader import Reader

ROOT = Path(__file__).parents[3]
# The limit on memory for a document: a minimum, and an amount for each byte of the document.
MIN_MEMORY_BYTES = 1024**3
MEMORY_BYTES_PER_BYTE = 40


class Worker:
    """The owner's side of the process: requests and outcomes go through `connection`."""

    def __init__(self) -> None:
        self.connection, theirs = Pipe()
        # A pipe that is never written to: it closes when the owner ends, for whatever reason.
        life, self.life = os.pipe()
        try:
            self.process = subprocess.Popen(  # noqa: S603  our own interpreter and module
                [sys.executable, "-m", __name__, str(theirs.fileno()), str(life)],
                cwd=ROOT,
                pass_fds=[theirs.fileno(), life],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                # Ctrl-C at the terminal must reach only the owner, which then ends the worker.
                process_group=0,
            )
        except OSError:
            self._close()
            raise
        finally:
            theirs.close()
            os.close(life)

    def end(self) -> None:
        self.process.kill()
        self.process.wait()
        self._close()

    def _close(self) -> None:
        self.connection.close()
        os.close(self.life)


idle: list[Worker] = []
idle_lock = threading.Lock()


def borrow() -> Worker:
    """Returns a worker for the caller alone. Raises OSError when none can be started."""
    with idle_lock:
        worker = idle.pop() if idle else None
    if worker and worker.process.poll() is not None:
        worker.end()
        worker = None
    return worker or Worker()


def give_back(worker: Worker) -> None:
    """Keep a worker for the next document. It must have answered every request."""
    with idle_lock:
        idle.append(worker)


def end_idle() -> None:
    while idle:
        idle.pop().end()


def forget_idle() -> None:
    """Drop the idle workers in a forked process: they belong to the parent."""
    for worker in idle:
        worker.connection.close()
        os.close(worker.life)
        worker.process.returncode = 0
    idle.clear()


atexit.register(end_idle)
os.register_at_fork(after_in_child=forget_idle)


def main(connection: Connection, life: int) -> None:
    """Serve requests until the owner has ended. This runs in the worker."""
    end_with_owner(life)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    reader = Reader()
    while True:
        try:
            name, *arguments = connection.recv()
            if name == "open":
                arguments = [connection.recv_bytes(), *arguments]
        except (EOFError, OSError):
            return
        outcome = perform(reader, name, arguments)
        del arguments
        try:
            connection.send(outcome)
        except OSError:
            return
        except Exception as error:
            connection.send(failed(error))


def perform(reader: Reader, name: str, arguments: list[Any]) -> tuple[Any, ...]:
    """Returns ("done", answer), ("refused", reason) or ("failed", reason, traceback)."""
    try:
        if name == "limit":
            limit(*arguments)
            return "done", None
        return "done", getattr(reader, name)(*arguments)
    except ParseError as error:
        return "refused", error.reason
    except MemoryError:
        return "failed", "reading it takes more memory than a feed of its size may need", ""
    # The owner logs it and goes on with the next document.
    except Exception as error:
        return failed(error)


def failed(error: Exception) -> tuple[str, str, str]:
    trace = "".join(traceback.format_exception(error))
    return "failed", f"an error of this program's own: {error!r}", trace


def limit(cpu_seconds: int, length: int) -> None:
    """Let the kernel stop this process when a document of `length` bytes takes more than it may."""
    spent = resource.getrusage(resource.RUSAGE_SELF)
    until = int(spent.ru_utime + spent.ru_stime) + 1 + cpu_seconds
    lower(resource.RLIMIT_CPU, until)
    if sys.platform == "linux":
        lower(resource.RLIMIT_AS, MIN_MEMORY_BYTES + MEMORY_BYTES_PER_BYTE * length)


def lower(what: int, soft: int) -> None:
    _, hard = resource.getrlimit(what)
    resource.setrlimit(what, (soft if hard == resource.RLIM_INFINITY else min(soft, hard), hard))


def end_with_owner(life: int) -> None:
    """Let SIGIO end this process: the kernel sends it when the owner's end of the pipe closes.

    This works even within a long C function. On other systems than Linux the worker ends after
    the current request, when it finds the connection closed.
    """
    if sys.platform == "linux":
        fcntl.fcntl(life, fcntl.F_SETOWN, os.getpid())
        fcntl.fcntl(life, fcntl.F_SETFL, os.O_ASYNC)


if __name__ == "__main__":
    main(Connection(int(sys.argv[1])), int(sys.argv[2]))
