"""Slugs: the last part of an entry's URL."""

from collections.abc import Container

from django.utils.text import slugify

MAX_SLUG_LENGTH = 200  # characters
MAX_TITLE_SLUG_LENGTH = 80  # characters of a slug made from a title
MAX_TEXT_SLUG_LENGTH = 60  # characters of a slug made from the text


def make_slug(text: str, limit: int = MAX_TITLE_SLUG_LENGTH) -> str:
    """A slug of the text's first words, cut between words; empty for a text without letters.

    `limit` is in characters.
    """
    slug = slugify(text[: limit * 5], allow_unicode=True).strip("-_")
    if len(slug) <= limit:
        return slug
    return slug[: limit + 1].rpartition("-")[0].strip("-_") or slug[:limit]


def free_slug(wish: str, taken: Container[str]) -> str:
    """`wish` itself, or the first of wish-2, wish-3, … that is not taken.

    Shortens `wish` so that the number fits into MAX_SLUG_LENGTH.
    """
    slug, number = wish, 2
    while slug in taken:
        ending = f"-{number}"
        slug, number = wish[: MAX_SLUG_LENGTH - len(ending)] + ending, number + 1
    return slug
