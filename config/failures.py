"""What is wrong when the database or the disk fails: in a sentence, with advice."""

import errno
from dataclasses import dataclass

from django.db import DatabaseError, connection
from django.db import Error as AnyDatabaseError
from django.db.migrations.executor import MigrationExecutor

# By what SQLite says and by PostgreSQL's codes (its documentation, appendix A).
MISSING = ("no such table", "no such column", "has no column named"), ("42P01", "42703")
READ_ONLY = ("readonly database",), ("25006",)
FULL = ("database or disk is full",), ("53100",)
UNREADABLE = ("unable to open database file", "disk i/o error"), ()
FOREIGN = ("file is not a database", "disk image is malformed"), ()
BUSY = ("database is locked", "database table is locked"), ("40P01", "40001", "55P03")
# Connections, resources, shut down, wrong account, no such database.
AWAY = (), ("08", "53", "57P", "28", "3D000")

DISK = {errno.ENOSPC: "is full", errno.EDQUOT: "is full for this user", errno.EROFS: "is read-only"}


@dataclass(frozen=True)
class Failure:
    """`sentence` may be shown to anybody; `advice` names paths and settings."""

    sentence: str
    advice: str = ""

    def __str__(self):
        return f"{self.sentence} {self.advice}".strip()


def explain(error: BaseException) -> Failure | None:
    """What has failed, when that is for the site's keeper to put right; None for anything else."""
    if isinstance(error, AnyDatabaseError):
        return explain_database(error)
    if isinstance(error, OSError) and error.errno in DISK:
        where = f"It was met at {error.filename}." if error.filename else ""
        return Failure(f"The disk {DISK[error.errno]}.", where)
    return None


def explain_database(error: AnyDatabaseError) -> Failure | None:
    place = describe_database()
    if is_one_of(error, MISSING):
        return not_migrated() if has_pending_migrations() else None
    if is_one_of(error, READ_ONLY):
        return Failure(
            "The database is read-only: nothing can be saved.",
            f"It is {place}; check who may write there.",
        )
    if is_one_of(error, FULL):
        return Failure("The disk of the database is full.", f"It is {place}.")
    if is_one_of(error, UNREADABLE):
        return Failure(
            "The database can't be opened.",
            f"It is {place}; check that its folder is there and may be written.",
        )
    if is_one_of(error, FOREIGN):
        return Failure(
            "The database can't be read.",
            f"It is {place}, which is damaged or no SQLite database: put a copy in its place.",
        )
    if is_one_of(error, BUSY):
        return Failure("The database is busy. Try again in a moment.", f"It is {place}.")
    if connection.vendor == "postgresql" and is_away(error):
        reason = " ".join(str(error).split())
        return Failure("The database does not answer.", f"It is {place}: {reason}")
    return None


def not_migrated() -> Failure:
    return Failure(
        "The database is not up to date with the program.", "Run `python manage.py prepare`."
    )


def is_one_of(error: AnyDatabaseError, kind: tuple[tuple[str, ...], tuple[str, ...]]) -> bool:
    texts, codes = kind
    code = sqlstate(error)
    if code:
        return code.startswith(codes) if codes else False
    return any(text in str(error).lower() for text in texts)


def is_away(error: AnyDatabaseError) -> bool:
    # psycopg gives no code to a connection that was not made or has been lost.
    return (
        is_one_of(error, AWAY)
        if sqlstate(error)
        else not isinstance(error, DatabaseError) or (type(error).__name__ == "OperationalError")
    )


def sqlstate(error: AnyDatabaseError) -> str:
    return getattr(error.__cause__, "sqlstate", None) or ""


def describe_database() -> str:
    settings = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"the file {settings['NAME']} (DATABASE_URL)"
    return f"{settings['NAME']} at {settings['HOST'] or 'a local socket'} (DATABASE_URL)"


def has_pending_migrations() -> bool:
    """Whether the tables are older than the program; True also where that can't be found out."""
    try:
        executor = MigrationExecutor(connection)
        return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    except AnyDatabaseError:
        return True
