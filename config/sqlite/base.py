"""Django's SQLite backend, asking the library how many parameters a query may have.

Django 5.2 assumes 999, the limit of SQLite before 3.32, and cuts a bulk write into
pieces of that size: the number of queries of a batch would grow with its entries.
Django 6 asks the library itself, as this does.
"""

import sqlite3

from django.db.backends.sqlite3 import base, features


class DatabaseFeatures(features.DatabaseFeatures):
    @property
    def max_query_params(self):  # type: ignore[override]
        self.connection.ensure_connection()
        return self.connection.connection.getlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER)


class DatabaseWrapper(base.DatabaseWrapper):
    features_class = DatabaseFeatures
