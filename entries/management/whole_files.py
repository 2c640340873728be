"""Writes output files so that each is complete: the new content or the old, never a part."""

import os
import secrets
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TextIO

from django.core.management.base import CommandError

MAX_NAME_CHARS = 50  # of the file's name, in the name of the temporary file


def write_whole(path: Path, write: Callable[[TextIO], object]) -> None:
    """Write a text file in UTF-8 to a temporary file, then move it into place.

    An existing file keeps its mode, and its owner where the system allows it; a new file follows
    the umask. A pipe or a device is written to directly. Raises CommandError.
    """
    try:
        path = path.resolve()
        if path.exists() and not path.is_file():
            with path.open("w", encoding="utf-8") as stream:
                write(stream)
        else:
            replace_file(path, write)
    except OSError as error:
        raise CommandError(f"{path}: it cannot be written: {error.strerror}") from error


def replace_file(path: Path, write: Callable[[TextIO], object]) -> None:
    before = path.stat() if path.exists() else None
    new = path.with_name(f".{path.name[:MAX_NAME_CHARS]}.{secrets.token_hex(8)}")
    # Readable only by us until it has the mode of the file that it replaces.
    handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600 if before else 0o666)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            write(file)
            if before:
                with suppress(PermissionError):
                    os.fchown(file.fileno(), before.st_uid, before.st_gid)
                os.fchmod(file.fileno(), before.st_mode & 0o7777)
        new.replace(path)
    except BaseException:
        new.unlink(missing_ok=True)
        raise
