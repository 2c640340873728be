"""Explains failures of the database or the disk in a sentence, with advice."""

import errno
from dataclasses import dataclass

from django.db import Error as AnyDatabaseError
from django.db import InterfaceError, OperationalError, connection
from django.db.migrations.executor import MigrationExecutor


@dataclass(frozen=True)
class Failure:
    """`sentence` may be shown to anybody; `advice` names paths and settings."""

    sentence: str
    advice: str = ""

    def __str__(self):
        return f"{self.sentence} {self.advice}".strip()


@dataclass(frozen=True)
class Kind:
    """Errors of a database that have one cause.

    They are known by `texts`, parts of SQLite's messages, and by `codes`, beginnings of
    PostgreSQL's error codes (its documentation, appendix A).
    """

    texts: tuple[str, ...]
    codes: tuple[str, ...]
    sentence: str
    advice: str = ""

    def includes(self, error: AnyDatabaseError) -> bool:
        if code := error_code(error):
            return code.startswith(self.codes)
        return any(text in str(error).lower() for text in self.texts)


NOT_MIGRATED = Kind(
    ("no such table", "no such column", "has no column named"),
    ("42P01", "42703"),
    "The database is not up to date with the program.",
    "Run `python manage.py prepare`.",
)
KINDS = [
    Kind(
        ("readonly database",),
        ("25006",),
        "The database is read-only: nothing can be saved.",
        "Check who may write there.",
    ),
    Kind(
        ("database or disk is full",),
        ("53100",),
        "The disk of the database is full.",
    ),
    Kind(
        ("unable to open database file", "disk i/o error"),
        (),
        "The database can't be opened.",
        "Check that its folder exists and may be written.",
    ),
    Kind(
        ("file is not a database", "disk image is malformed"),
        (),
        "The database can't be read.",
        "It is damaged or no SQLite database: put a copy in its place.",
    ),
    Kind(
        ("database is locked", "database table is locked"),
        ("40P01", "40001", "55P03"),
        "The database is busy. Try again in a moment.",
    ),
]
# Connection, account, name of the database, resources, shutdown.
AWAY_CODES = ("08", "28", "3D000", "53", "57P")

DISK = {errno.ENOSPC: "is full", errno.EDQUOT: "is full for this user", errno.EROFS: "is read-only"}


def explain(error: BaseException) -> Failure | None:
    """Describe a failure that the site's keeper can put right. Returns None for other errors."""
    if isinstance(error, AnyDatabaseError):
        return explain_database(error)
    if isinstance(error, OSError) and error.errno in DISK:
        where = f"The file is {error.filename}." if error.filename else ""
        return Failure(f"The disk {DISK[error.errno]}.", where)
    return None


def explain_database(error: AnyDatabaseError) -> Failure | None:
    if NOT_MIGRATED.includes(error):
        # Without a pending migration the program itself is wrong.
        is_known = has_pending_migrations()
        return Failure(NOT_MIGRATED.sentence, NOT_MIGRATED.advice) if is_known else None
    for kind in KINDS:
        if kind.includes(error):
            return Failure(kind.sentence, f"{describe_database()} {kind.advice}".strip())
    if is_away(error):
        reason = " ".join(str(error).split())
        return Failure("The database does not answer.", f"{describe_database()} {reason}")
    return None


def is_away(error: AnyDatabaseError) -> bool:
    if connection.vendor != "postgresql":
        return False
    if code := error_code(error):
        return code.startswith(AWAY_CODES)
    # psycopg gives no code to a connection that was not made or has been lost.
    return isinstance(error, OperationalError | InterfaceError)


def error_code(error: AnyDatabaseError) -> str:
    """PostgreSQL's code; empty for SQLite, and where the server could not give one."""
    return getattr(error.__cause__, "sqlstate", None) or ""


def describe_database() -> str:
    settings = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"DATABASE_URL names the file {settings['NAME']}."
    return f"DATABASE_URL names {settings['NAME']} at {settings['HOST'] or 'a local socket'}."


def has_pending_migrations() -> bool:
    """True if the database lacks migrations of the program, or does not answer."""
    try:
        executor = MigrationExecutor(connection)
        return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    except AnyDatabaseError:
        return True
