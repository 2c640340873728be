"""Django's SQLite backend, asking the library what it can do.

Django 5.2 assumes 999 parameters to a query, the limit of SQLite before 3.32, and cuts a bulk
write into pieces of that size: the number of queries of a batch would grow with its entries.
Django 6 asks the library itself, as this does.

Whether SQLite knows JSON Django asks in a transaction, and takes every failure for a no. Ours
begin with the lock of the one writer: each command would wait for it, and one that can't open or
write the file would say that SQLite does not support JSON.
"""

import sqlite3

from django.db import OperationalError
from django.db.backends.sqlite3 import base, features
from django.utils.functional import cached_property


class DatabaseFeatures(features.DatabaseFeatures):
    @cached_property
    def supports_json_field(self):  # type: ignore[override]
        with self.connection.cursor() as cursor:
            try:
                cursor.execute("SELECT JSON('{}')")
            except OperationalError as error:
                if "no such function" in str(error):
                    return False
                raise
        return True

    @property
    def max_query_params(self):  # type: ignore[override]
        self.connection.ensure_connection()
        return self.connection.connection.getlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER)


class DatabaseWrapper(base.DatabaseWrapper):
    features_class = DatabaseFeatures
