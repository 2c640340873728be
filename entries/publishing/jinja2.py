"""The Jinja2 environment of public pages and feeds: template folders, globals and filters."""

from functools import lru_cache
from typing import Any

from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.templatetags.static import static
from django.urls import reverse
from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PrefixLoader

from entries.publishing.head.metadata import describe_entry, describe_page


def make_environment(**options: Any) -> Environment:
    """Make the environment. Django's Jinja2 backend calls this (settings.TEMPLATES)."""
    environment = Environment(trim_blocks=True, lstrip_blocks=True, **options)  # noqa: S701 - the backend switches escaping on
    # A theme replaces base.html, and can still extend the original as templates/base.html.
    originals = FileSystemLoader(settings.BASE_DIR / "templates")
    environment.loader = ChoiceLoader([options["loader"], PrefixLoader({"templates": originals})])
    environment.globals |= {
        "static": static if settings.DEBUG else lru_cache(static),
        "url": url,
        "site_language": settings.LANGUAGE_CODE,
    }
    environment.globals |= {"describe_entry": describe_entry, "describe_page": describe_page}
    environment.filters |= {
        "absolute": absolute,
        "filesize": filesizeformat,
        "other_language": other_language,
    }
    return environment


@lru_cache(maxsize=10_000)
def url(name: str, *parts: Any) -> str:
    """Reverse the path of one of the site's pages, as in `url("entries:tag", slug)`."""
    return reverse(name, args=parts)


def absolute(path: str) -> str:
    """The absolute URL of a path on this site."""
    return settings.SITE_URL + path


def other_language(language: str) -> str:
    """The language, or "" if it is the site's own."""
    return "" if language.lower() == settings.LANGUAGE_CODE.lower() else language
