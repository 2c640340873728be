"""Django's SQLite backend with two corrections.

Django 5.2 assumes that a query may have 999 parameters, the limit of SQLite before 3.32. It
splits a bulk write at that limit, so that the number of queries of an import would grow with its
entries. This backend asks SQLite for its limit, as Django 6 does.

Django tests for JSON support in a transaction, and takes any error for a missing feature. Our
transactions begin with the write lock: each command would wait for it, and a command that can't
open or write the file would claim that SQLite does not support JSON. This backend tests outside
of a transaction, and raises other errors.
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
