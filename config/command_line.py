"""The main function of `manage.py`. It reports expected failures in a sentence."""

import os
import sys
from collections.abc import Sequence

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

from config.failures import explain

# 128 plus the number of the signal, as shells report a program that a signal ended.
STATUS_INTERRUPTED = 130
STATUS_BROKEN_PIPE = 141


def run(arguments: Sequence[str]) -> None:
    """Run one of Django's commands and exit with a status other than 0 if it fails.

    With `--traceback` every error is raised as it is.
    """
    # Python sets them to None if the caller has closed them.
    sys.stdout = sys.stdout or open(os.devnull, "w")  # noqa: SIM115 - it stays open
    sys.stderr = sys.stderr or sys.stdout
    try:
        try:
            execute_from_command_line([*arguments])
        finally:
            # Python would flush at its end, where an error can't be caught.
            sys.stdout.flush()
    except BrokenPipeError:
        # The reader, such as `head`, has closed the pipe.
        silence_output()
        sys.exit(STATUS_BROKEN_PIPE)
    except KeyboardInterrupt:
        sys.stderr.write("Stopped.\n")
        sys.exit(STATUS_INTERRUPTED)
    except Exception as error:
        failure = error if isinstance(error, ImproperlyConfigured) else explain(error)
        if failure is None or "--traceback" in arguments:
            raise
        sys.stderr.write(f"{failure}\n")
        # Python flushes at its end, which would fail again on a full disk.
        silence_output()
        sys.exit(1)


def silence_output() -> None:
    """Discard all further output, and output that is still in Python's buffers."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(nowhere, stream.fileno())
