"""The site's own settings: one row, edited in the admin."""

import re

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator, URLValidator
from django.db import models

from entries.lib.colour import (
    COLOUR,
    DARK_BACKGROUNDS,
    LIGHT_BACKGROUNDS,
    MIN_CONTRAST,
    readability,
    readable,
)

from .source_rules import ARROW, lines_of

OF_THE_WEB = URLValidator(schemes=["http", "https"])
OF_MAIL = EmailValidator()
# No second slash: that would begin the name of another host.
PATH = re.compile(r"/(?![/\\])[^\s\\\x00-\x1f]*")


def is_address(text: str) -> bool:
    """True for the full URL of a page, and for a `mailto:` address."""
    try:
        if text.startswith("mailto:"):
            OF_MAIL(text.removeprefix("mailto:"))
        else:
            OF_THE_WEB(text)
    except ValidationError:
        return False
    return True


def navigation_in(text: str) -> list[tuple[str, str]]:
    """Label and address of each line. Raises ValueError with a sentence for one that is no link."""
    links = []
    for line in lines_of(text):
        parts = ARROW.split(line)
        if len(parts) != 2 or not all(parts):
            raise ValueError(
                f"“{line}” is no link: write its label, an arrow (→ or ->) and where it leads, "
                "such as “Talks → /tags/talks/”."
            )
        label, href = parts
        if not (PATH.fullmatch(href) or is_address(href)):
            raise ValueError(
                f"“{line}” leads nowhere: write a path of this site, such as /tags/talks/, or a "
                "full address, one that begins with https:// or mailto:."
            )
        links.append((label, href))
    return links


def profiles_in(text: str) -> list[str]:
    """The address in each line. Raises ValueError with a sentence for one that is none."""
    profiles = lines_of(text)
    for line in profiles:
        if not is_address(line):
            raise ValueError(
                f"“{line}” is no address: write a full one, one that begins with https:// or "
                "mailto:."
            )
    return profiles


def validate_navigation(text: str) -> None:
    try:
        navigation_in(text)
    except ValueError as error:
        raise ValidationError(str(error)) from error


def validate_profiles(text: str) -> None:
    try:
        profiles_in(text)
    except ValueError as error:
        raise ValidationError(str(error)) from error


def validate_accent(colour: str) -> None:
    _validate_colour(colour, LIGHT_BACKGROUNDS, "light", "darker")


def validate_dark_accent(colour: str) -> None:
    _validate_colour(colour, DARK_BACKGROUNDS, "dark", "lighter")


def _validate_colour(colour: str, grounds: tuple[str, ...], paper: str, remedy: str) -> None:
    if not COLOUR.fullmatch(colour):
        raise ValidationError(f"“{colour}” is no colour: write one such as #96351a.")
    ratio = readability(colour, grounds)
    if ratio < MIN_CONTRAST:
        # Rounded down, so that a contrast that is too low is never printed as enough.
        raise ValidationError(
            f"{colour} is hard to read on the {paper} paper: its contrast is "
            f"{int(ratio * 10) / 10}:1, and links need {MIN_CONTRAST}:1. "
            f"{readable(colour, grounds)} is {remedy} and would do."
        )


class SiteSettings(models.Model):
    """The one row of the site's own settings; without it, and where it is empty, the defaults."""

    PK = 1

    title = models.CharField(max_length=200, blank=True, help_text="Empty: what SITE_TITLE says.")
    tagline = models.CharField(
        max_length=300, blank=True, help_text="A few words beside the title, in plain text."
    )
    description = models.TextField(
        blank=True,
        help_text="What the site is, in a sentence or two of plain text: for those who come to the "
        "front page for the first time, for search engines and for readers of the feed.",
    )
    author_name = models.CharField("author", max_length=200, blank=True)
    author_link = models.CharField(
        "author’s page",
        max_length=2000,
        blank=True,
        validators=[URLValidator(schemes=["http", "https"])],
    )
    me = models.TextField(
        "also at",
        blank=True,
        validators=[validate_profiles],
        help_text="Other addresses of the author, one a line, such as https://social.example/@ada "
        "or mailto:ada@example.org. They are linked with rel=me, by which profiles elsewhere "
        "can prove that this site is theirs.",
    )
    navigation = models.TextField(
        blank=True,
        validators=[validate_navigation],
        help_text="One link a line: its label, an arrow and where it leads, such as "
        "“Talks → /tags/talks/” or “Code → https://code.example/ada”. Empty: the kinds of entry "
        "that there are, tags, archive, the page about the site, and search.",
    )
    footer = models.TextField(
        blank=True,
        help_text="HTML, or plain text, at the foot of each page. Empty: where to subscribe.",
    )
    accent = models.CharField(
        "accent colour",
        max_length=7,
        blank=True,
        validators=[validate_accent],
        help_text="Of links, such as #96351a.",
    )
    accent_dark = models.CharField(
        "accent colour on dark",
        max_length=7,
        blank=True,
        validators=[validate_dark_accent],
        help_text="For readers who prefer dark pages. Empty: a lighter one of the same hue.",
    )
    favicon = models.BinaryField(default=bytes, blank=True, editable=False)
    favicon_name = models.CharField(
        max_length=60,
        blank=True,
        editable=False,
        help_text="Its file name here, of which a hash is part: favicon-0123456789abcdef.svg.",
    )
    about = models.TextField(
        blank=True,
        help_text="HTML, or plain text with an empty line between paragraphs: the page /about/. "
        "Empty: there is none.",
    )

    class Meta:
        verbose_name = "site"
        verbose_name_plural = "site settings"

    def __str__(self):
        return self.title or settings.SITE_TITLE


class SiteIdentity(models.Model):
    """One row that stays the same when SITE_URL changes. A migration mints it."""

    PK = 1

    feed_ids = models.CharField(
        max_length=500,
        help_text="What the id of each feed begins with; behind it stands the feed’s path. "
        "For ever (RFC 4287, 4.2.6), whatever SITE_URL says later.",
    )

    def __str__(self):
        return self.feed_ids
