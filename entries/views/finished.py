"""Which views let their pages be kept as finished bytes (config/finished_pages.py)."""

from collections.abc import Callable
from typing import Any, NamedTuple

from django.views.decorators.http import require_safe


class Parameters(NamedTuple):
    """The query parameters that a view reads.

    Others do not change its pages, unless these `are_all`: then another one can lead elsewhere,
    and a request with one is not answered from memory.
    """

    names: tuple[str, ...]
    are_all: bool


def keep_finished(*names: str, are_all: bool = False) -> Callable[[Any], Any]:
    """Let the pages of a view be kept: they depend on the site, the path and these parameters.

    Not for a view that looks at cookies, at other headers, or at what is no row of the tables in
    migration 0012. The view answers GET and HEAD alone.
    """

    def decorate(view):
        view = require_safe(view)
        view.finished = Parameters(names, are_all)
        return view

    return decorate
