"""A process that reads documents for this one, and that the kernel ends when one runs wild.

Whatever a library does with a hostile document, that costs a bounded amount of computing time
and of memory, and the import of that document alone. The process starts with the first document
and reads one after the other; threads that read at the same time have one each.
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
# The memory, in bytes, that reading a document may take: the least, and for each byte of it.
MIN_MEMORY_BYTES = 1024**3
MEMORY_BYTES_PER_BYTE = 40


class Worker:
    """The process, as its owner sees it. `connection` takes requests and gives outcomes."""

    def __init__(self) -> None:
        self.connection, theirs = Pipe()
        # Nobody writes to it: it tells the process when its owner has ended, however that was.
        life, self.life = os.pipe()
        try:
            self.process = subprocess.Popen(  # noqa: S603  our own interpreter and module
                [sys.executable, "-m", __name__, str(theirs.fileno()), str(life)],
                cwd=ROOT,
                pass_fds=[theirs.fileno(), life],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                # Ctrl-C at the terminal is for the owner, who then ends it.
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
    """A worker that nobody else asks meanwhile. Raises OSError when none can be started."""
    with idle_lock:
        worker = idle.pop() if idle else None
    if worker and worker.process.poll() is not None:
        worker.end()
        worker = None
    return worker or Worker()


def give_back(worker: Worker) -> None:
    """Keep a worker for the next document. It must have answered all that it was asked."""
    with idle_lock:
        idle.append(worker)


def end_idle() -> None:
    while idle:
        idle.pop().end()


def forget_idle() -> None:
    """In a forked process: the workers are the parent's."""
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
    """The outcome: `done` and the answer, `refused` and why, or `failed`, why and the traceback."""
    try:
        if name == "limit":
            limit(*arguments)
            return "done", None
        return "done", getattr(reader, name)(*arguments)
    except ParseError as error:
        return "refused", error.reason
    except MemoryError:
        return "failed", "reading it takes more memory than a feed of its size may need", ""
    # Told to the owner, who logs it and goes on with the next document.
    except Exception as error:
        return failed(error)


def failed(error: Exception) -> tuple[str, str, str]:
    trace = "".join(traceback.format_exception(error))
    return "failed", f"an error of this program's own: {error!r}", trace


def limit(cpu_seconds: int, length: int) -> None:
    """Let the kernel end this process when it takes more for a document of so many bytes."""
    spent = resource.getrusage(resource.RUSAGE_SELF)
    until = int(spent.ru_utime + spent.ru_stime) + 1 + cpu_seconds
    lower(resource.RLIMIT_CPU, until)
    if sys.platform == "linux":
        lower(resource.RLIMIT_AS, MIN_MEMORY_BYTES + MEMORY_BYTES_PER_BYTE * length)


def lower(what: int, soft: int) -> None:
    _, hard = resource.getrlimit(what)
    resource.setrlimit(what, (soft if hard == resource.RLIM_INFINITY else min(soft, hard), hard))


def end_with_owner(life: int) -> None:
    """Die of SIGIO, which the kernel sends when the owner's end of the pipe is closed.

    Even in the midst of a C function that never looks up. Elsewhere than on Linux the end of
    the connection does it, as soon as the present request has been dealt with.
    """
    if sys.platform == "linux":
        fcntl.fcntl(life, fcntl.F_SETOWN, os.getpid())
        fcntl.fcntl(life, fcntl.F_SETFL, os.O_ASYNC)


if __name__ == "__main__":
    main(Connection(int(sys.argv[1])), int(sys.argv[2]))
