"""`manage.py`: Django's commands, ended by a sentence where people, not programmers, can help."""

import os
import sys
from collections.abc import Sequence

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

from config.failures import explain

# As a shell reports a program that was ended by a signal: 128 and its number.
STATUS_INTERRUPTED = 130
STATUS_BROKEN_PIPE = 141


def run(arguments: Sequence[str]) -> None:
    """Run a command. With `--traceback` every error is shown as it is."""
    # Python has none where the caller has closed it.
    sys.stdout = sys.stdout or open(os.devnull, "w")  # noqa: SIM115 - it stays open
    sys.stderr = sys.stderr or sys.stdout
    try:
        try:
            execute_from_command_line([*arguments])
        finally:
            # Here, and not when Python ends, where nobody could catch what that raises.
            sys.stdout.flush()
    except BrokenPipeError:
        # Who reads, such as `head`, has seen enough.
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
        # What could not be written, such as on a full disk, can't be written at the end either.
        silence_output()
        sys.exit(1)


def silence_output() -> None:
    """Send to nowhere what Python writes out as it ends."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(nowhere, stream.fileno())
