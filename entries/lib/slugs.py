"""Slugs: the last part of an entry's address."""

from collections.abc import Container

from django.utils.text import slugify

MAX_SLUG_LENGTH = 200
MAX_MADE_LENGTH = 80  # characters of a slug that nobody has chosen
MAX_WORDS_SLUG = 60  # characters of a slug that is made of the text


def make_slug(text: str, limit: int = MAX_MADE_LENGTH) -> str:
    """A slug of the text's first words, cut between words; empty where it has no letter."""
    slug = slugify(text[: limit * 5], allow_unicode=True).strip("-_")
    if len(slug) <= limit:
        return slug
    return slug[: limit + 1].rpartition("-")[0].strip("-_") or slug[:limit]


def free_slug(wish: str, taken: Container[str]) -> str:
    """The wished slug, or the first of wish-2, wish-3, … that is not taken.

    No longer than a slug may be, if the wish is not.
    """
    slug, number = wish, 2
    while slug in taken:
        ending = f"-{number}"
        slug, number = wish[: MAX_SLUG_LENGTH - len(ending)] + ending, number + 1
    return slug
