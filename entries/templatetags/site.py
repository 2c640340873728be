"""What every page says of the site, from the settings."""

from django import template
from django.conf import settings

register = template.Library()


@register.simple_tag
def site_title() -> str:
    return settings.SITE_TITLE


@register.simple_tag
def site_language() -> str:
    return settings.LANGUAGE_CODE


@register.filter
def absolute(path: str) -> str:
    """The address of one of the site's own paths, as others see it."""
    return settings.SITE_URL + path


@register.filter
def other_language(language: str) -> str:
    """The language of an entry where it isn't the site's, else nothing."""
    return "" if language.lower() == settings.LANGUAGE_CODE.lower() else language
