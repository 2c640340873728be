"""The decorator for views whose pages are kept as finished bytes (config/finished_pages.py)."""

from collections.abc import Callable
from typing import Any, NamedTuple

from django.views.decorators.http import require_safe


class Parameters(NamedTuple):
    """The query parameters that a view reads.

    Other parameters do not change its pages. But where these `are_all`, a request with another
    parameter may be redirected, and is always answered by Django.
    """

    names: tuple[str, ...]
    are_all: bool


def keep_finished(*names: str, are_all: bool = False) -> Callable[[Any], Any]:
    """Keep the pages of a view, which may depend on the site, the path and these parameters only.

    The view must not read cookies or other headers. It must not read tables without triggers in
    migration 0003_site_version. It answers GET and HEAD only.
    """

    def decorate(view):
        view = require_safe(view)
        view.finished = Parameters(names, are_all)
        return view

    return decorate
