"""A walk along an index: the keys of what a page lists, in SQL that is put together once."""

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from django.db import connection, models
from django.utils import timezone

from .statements import columns, table


class Walk(NamedTuple):
    """A statement that gives `published` and `key`, the nearest first, and its parameters.

    `order` is that of both, as SQL says it.
    """

    statement: str
    parameters: list[Any]
    order: str


def plan_walk(
    model: type[models.Model],
    key: str,
    equal: Mapping[str, Any],
    place: tuple[datetime, int] | None,
    back: bool,
    size: int,
) -> Walk:
    """The walk over what is due, the newest first.

    `equal` says what else holds, by field. From a place on it goes to older ones, or back to
    newer ones, the nearest first.
    """
    adapt = connection.ops.adapt_datetimefield_value
    given = [*equal.values()]
    if place:
        published, pk = adapt(place[0]), place[1]
        given += [published, published, published, pk]
    given += [adapt(timezone.now()), size]
    statement = _statement(model, key, tuple(equal), place is not None, back)
    return Walk(statement, given, "ASC" if back else "DESC")


def walk(*plan: Any) -> list[int]:
    """The keys along a walk that is planned with the same arguments. One query."""
    planned = plan_walk(*plan)
    with connection.cursor() as cursor:
        cursor.execute(planned.statement, planned.parameters)
        return [key for _, key in cursor.fetchall()]


@lru_cache
def _statement(
    model: type[models.Model], key: str, equal: tuple[str, ...], placed: bool, back: bool
) -> str:
    published, pk = columns(model, "published"), columns(model, key)
    side, order = (">", "ASC") if back else ("<", "DESC")
    conditions = [f"{columns(model, name)} = %s" for name in equal]
    if placed:
        # The first bound lets a database without row values find the place; and of two bounds
        # SQLite looks up the first in its index.
        conditions.append(f"{published} {side}= %s")
        conditions.append(f"({published} {side} %s OR ({published} = %s AND {pk} {side} %s))")
    where = " AND ".join([*conditions, f"{published} <= %s"])
    return (
        f"SELECT {published} AS published, {pk} AS key FROM {table(model)} WHERE {where} "  # noqa: S608 - of names from the models
        f"ORDER BY {published} {order}, {pk} {order} LIMIT %s"
    )
