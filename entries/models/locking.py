"""Transactions that the database refuses because of others are tried again."""

import random
import time
from collections.abc import Callable
from typing import TypeVar

from django.db import OperationalError

Result = TypeVar("Result")

MAX_TRIES = 8
MAX_PAUSE = 0.1  # seconds before the second try; twice as long before each that follows
# PostgreSQL's serialization_failure, deadlock_detected and lock_not_available.
REFUSED = {"40001", "40P01", "55P03"}


def retry_deadlocks(
    function: Callable[[], Result], also: tuple[type[Exception], ...] = ()
) -> Result:
    """Call a function that makes one transaction, again when others were in its way.

    That is a deadlock, a serialization failure, SQLite's "database is locked", and what
    `also` names. After MAX_TRIES the error is raised. Call it outside of any transaction: within
    one, PostgreSQL and SQLite would refuse every further try.
    """
    for number in range(1, MAX_TRIES):
        try:
            return function()
        except OperationalError as error:
            if not is_refusal(error) and not isinstance(error, also):
                raise
        except also:
            pass
        # At random, else the two meet again.
        time.sleep(random.uniform(0, MAX_PAUSE * 2**number))  # noqa: S311
    return function()


def is_refusal(error: OperationalError) -> bool:
    """Whether the database refused a transaction because of another, and may take it later."""
    cause = error.__cause__
    if getattr(cause, "sqlstate", None) in REFUSED:
        return True
    return getattr(cause, "sqlite_errorname", "").startswith(("SQLITE_BUSY", "SQLITE_LOCKED"))
