"""Statements in SQL for what every page reads: Django takes longer to build one than to run it."""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any, cast

from django.db import connection, models

# How a database makes of values, and of the rows of a statement, one text: an array in JSON, and
# an array of arrays.
ARRAY = {"sqlite": "json_array({})", "postgresql": "json_build_array({})::text"}
ARRAYS = {
    "sqlite": "json_group_array(json_array({}))",
    "postgresql": "COALESCE(json_agg(json_build_array({})), '[]')::text",
}


class Columns(str):
    """Columns of a model as they stand in a statement, and what is to be made of their values."""

    __slots__ = ("loaders",)
    loaders: list[tuple[int, Callable[[str], Any]]]


def table(model: type[models.Model]) -> str:
    return f'"{model._meta.db_table}"'


def columns(model: type[models.Model], *names: str) -> str:
    """The columns of these fields, with the name of the table."""
    return ", ".join(f'{table(model)}."{_field(model, name).column}"' for name in names)


@lru_cache
def stored_columns(model: type[models.Model], *names: str) -> Columns:
    """The columns of these fields as text and numbers.

    Nearly always nobody asks for the moment that a text stands for; `load` finds it out.
    """
    loaders = {
        place: loader
        for place, name in enumerate(names)
        if (loader := LOADERS.get(_field(model, name).get_internal_type()))
    }
    text = Columns(
        ", ".join(
            f"CAST({columns(model, name)} AS TEXT)" if place in loaders else columns(model, name)
            for place, name in enumerate(names)
        )
    )
    text.loaders = list(loaders.items())
    return text


def select(statement: str, pks: Sequence[int], *more: Any) -> list[tuple[Any, ...]]:
    """The rows of a statement, whose first `%s` stands for any number of primary keys."""
    places = ", ".join(["%s"] * len(pks))
    with connection.cursor() as cursor:
        cursor.execute(statement.replace("%s", places, 1), [*pks, *more])
        return cursor.fetchall()


def load(columns: Columns, values: Sequence[Any]) -> list[Any]:
    """The values of one row of stored columns as the models have them."""
    loaded = list(values)
    for place, loader in columns.loaders:
        loaded[place] = loader(loaded[place])
    return loaded


def load_moment(text: str) -> datetime:
    """A moment as a database writes it. SQLite knows no time zones: what it has is UTC."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def load_json(text: str) -> Any:
    # Nearly all are empty.
    return {} if text == "{}" else [] if text == "[]" else json.loads(text)


def _field(model: type[models.Model], name: str) -> "models.Field[Any, Any]":
    return cast("models.Field[Any, Any]", model._meta.get_field(name))


LOADERS: dict[str, Callable[[str], Any]] = {
    "DateTimeField": load_moment,
    "DateField": date.fromisoformat,
    "JSONField": load_json,
    # In JSON SQLite has 0 and 1 for them.
    "BooleanField": lambda text: text in ("1", "true"),
}
