"""Errors of the database or the disk explained in a sentence, with advice."""

import errno
from dataclasses import dataclass

from django.db import Error as AnyDatabaseError
from django.db import InterfaceError, OperationalError, connection
from django.db.migrations.executor import MigrationExecutor


@dataclass(frozen=True)
class Failure:
    """`sentence` may be shown to anybody. `advice` is for the log: it names paths and settings."""

    sentence: str
    advice: str = ""

    def __str__(self):
        return f"{self.sentence} {self.advice}".strip()


@dataclass(frozen=True)
class Kind:
    """Database errors with the same cause.

    They are recognised by `texts`, parts of SQLite's messages, or by `codes`, the beginnings of
    PostgreSQL's error codes (PostgreSQL's documentation, appendix A).
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
        "It is damaged or no SQLite database: restore it from a copy.",
    ),
    Kind(
        ("database is locked", "database table is locked"),
        ("40P01", "40001", "55P03"),
        "The database is busy. Try again in a moment.",
    ),
]
# PostgreSQL's codes for: connection, account, name of the database, resources, shutdown.
UNREACHABLE_CODES = ("08", "28", "3D000", "53", "57P")

DISK_ERRORS = {
    errno.ENOSPC: "is full",
    errno.EDQUOT: "is full for this user",
    errno.EROFS: "is read-only",
}


def explain(error: BaseException) -> Failure | None:
    """Describe an error that the site's administrator can fix. Returns None for other errors."""
    if isinstance(error, AnyDatabaseError):
        return explain_database(error)
    if isinstance(error, OSError) and error.errno in DISK_ERRORS:
        file = f"The file is {error.filename}." if error.filename else ""
        return Failure(f"The disk {DISK_ERRORS[error.errno]}.", file)
    return None


def explain_database(error: AnyDatabaseError) -> Failure | None:
    if NOT_MIGRATED.includes(error):
        # If no migration is pending, the missing table is a bug in the program.
        if not has_pending_migrations():
            return None
        return Failure(NOT_MIGRATED.sentence, NOT_MIGRATED.advice)
    for kind in KINDS:
        if kind.includes(error):
            return Failure(kind.sentence, f"{describe_database()} {kind.advice}".strip())
    if is_unreachable(error):
        reason = " ".join(str(error).split())
        return Failure("The database does not answer.", f"{describe_database()} {reason}")
    return None


def is_unreachable(error: AnyDatabaseError) -> bool:
    if connection.vendor != "postgresql":
        return False
    if code := error_code(error):
        return code.startswith(UNREACHABLE_CODES)
    # psycopg's error has no code if the connection failed or was lost.
    return isinstance(error, OperationalError | InterfaceError)


def error_code(error: AnyDatabaseError) -> str:
    """PostgreSQL's error code. Empty for SQLite, and if the server could not send one."""
    return getattr(error.__cause__, "sqlstate", None) or ""


def describe_database() -> str:
    settings = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"DATABASE_URL names the file {settings['NAME']}."
    return f"DATABASE_URL names {settings['NAME']} at {settings['HOST'] or 'a local socket'}."


def has_pending_migrations() -> bool:
    """True if migrations are not applied yet, or the database does not answer."""
    try:
        executor = MigrationExecutor(connection)
        return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    except AnyDatabaseError:
        return True
