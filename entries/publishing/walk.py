"""A walk along an index: the keys of what a page lists, in SQL that is put together once.

Parameters have names: in the place of each nameless one Django's SQLite writes another mark, and
looks for them longer than the database looks for the rows.
"""

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from django.db import connection, models
from django.utils import timezone

from .statements import columns, table


class Walk(NamedTuple):
    """A statement that gives `published` and `key`, the nearest first, and its parameters by name.

    Going back, those are the oldest.
    """

    statement: str
    parameters: dict[str, Any]
    is_back: bool


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
    given = {**equal, "now": adapt(timezone.now()), "size": size}
    if place:
        given |= {"place_published": adapt(place[0]), "place_key": place[1]}
    statement = _statement(model, key, tuple(equal), place is not None, back)
    return Walk(statement, given, back)


@lru_cache
def _statement(
    model: type[models.Model], key: str, equal: tuple[str, ...], placed: bool, back: bool
) -> str:
    published, pk = columns(model, "published"), columns(model, key)
    side, order = (">", "ASC") if back else ("<", "DESC")
    conditions = [f"{columns(model, name)} = %({name})s" for name in equal]
    if placed:
        # The first bound lets a database without row values find the place; and of two bounds
        # SQLite looks up the first in its index.
        conditions.append(f"{published} {side}= %(place_published)s")
        conditions.append(
            f"({published} {side} %(place_published)s"
            f" OR ({published} = %(place_published)s AND {pk} {side} %(place_key)s))"
        )
    where = " AND ".join([*conditions, f"{published} <= %(now)s"])
    return (
        f"SELECT {published} AS published, {pk} AS key FROM {table(model)} WHERE {where} "  # noqa: S608 - of names from the models
        f"ORDER BY {published} {order}, {pk} {order} LIMIT %(size)s"
    )
